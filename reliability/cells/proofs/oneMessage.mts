import type { Json } from '../../../harness/client.mts';
import { byId, expectSame, only, operation } from '../proof.mts';
import type { Bench } from '../bench.mts';

/** Operations on one scheduled message. */

const waitsAt = async (bench: Bench, ...times: string[]): Promise<void> =>
	expectSame(
		'times of the waiting messages',
		(await bench.waiting()).map(({ sendAt }) => sendAt).sort(),
		times,
	);

export const schedule = operation({
	parameters: ({ recipient, text, at }) => ({ recipient, text, sendAt: at }),
	judge: async (bench, items) => {
		const { status, storedIn, scheduledAt } = only(items);
		const where = bench.place === 'gateway' ? 'gateway' : 'n8n';
		expectSame('output', [status, storedIn, scheduledAt], ['scheduled', where, bench.at]);
		await waitsAt(bench, bench.at);
	},
});

export const get = operation<Json>({
	prepare: async (bench) => await bench.schedule(),
	parameters: (_, scheduled) => byId(scheduled),
	judge: (bench, items, { scheduleId }) => {
		const { status, text, scheduleId: id } = only(items);
		expectSame('output', [id, status, text], [scheduleId, 'scheduled', bench.text]);
	},
});

export const reschedule = operation<Json>({
	prepare: async (bench) => await bench.schedule(),
	parameters: ({ later, deletion }, scheduled) => ({
		...byId(scheduled),
		sendAt: later,
		options: deletion,
	}),
	judge: async (bench, items) => {
		const { status, scheduledAt } = only(items);
		expectSame('output', [status, scheduledAt], ['scheduled', bench.later]);
		await waitsAt(bench, bench.later);
	},
});

export const cancel = operation<Json>({
	prepare: async (bench) => await bench.schedule(),
	parameters: ({ deletion }, scheduled) => ({ ...byId(scheduled), options: deletion }),
	judge: async (bench, items, { scheduleId }) => {
		const { status, scheduleId: id } = only(items);
		expectSame('output', [id, status], [scheduleId, 'cancelled']);
		await waitsAt(bench);
		expectSame('sent', bench.sent(), 0);
	},
});
