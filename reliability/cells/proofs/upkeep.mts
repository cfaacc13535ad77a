import type { Json } from '../../../harness/client.mts';
import { expectSame, only, operation } from '../proof.mts';

/** Operations on a whole store. */

export const purge = operation({
	prepare: async (bench) => {
		const { account } = await bench.schedule();
		await bench.store().insertOld(bench.gateway.id, String(account), `${bench.text}, old`);
	},
	parameters: () => ({ olderThanDays: 9 }),
	judge: async (bench, items) => {
		expectSame('deleted', only(items).deleted, 1);
		const left = (await bench.store().messages())
			.map(({ text }) => text)
			.filter((text) => text?.startsWith(bench.text));
		expectSame('left', left, [bench.text]);
	},
});

export const statistics = operation({
	prepare: async (bench) => void (await bench.schedule()),
	judge: async (bench, items) => {
		const { id } = bench.gateway;
		const messages = await bench.store().messages();
		const scheduled = messages.filter(
			({ gateway, status }) => gateway === id && status === 'scheduled',
		);
		const counted = (only(items).byAccount as Array<{ gateway: string; byStatus: Json }>)
			.filter(({ gateway }) => gateway === id)
			// An account may have several names.
			.reduce((sum, { byStatus }) => sum + Number(byStatus.scheduled), 0);
		expectSame('scheduled', counted, scheduled.length);
	},
});

export const board = operation({
	prepare: async (bench) => void (await bench.schedule()),
	parameters: ({ recipient }) => ({ query: JSON.stringify({ recipient }) }),
	judge: (bench, items) => {
		const { view, statusCode, html } = only(items);
		expectSame('output', [view, statusCode], ['search', 200]);
		expectSame('the page shows the message', String(html).includes(bench.text), true);
	},
});

const FROM = 'dataTable';
const TO = 'postgres';

export const moveToPostgres = operation({
	prepare: async (bench) => void (await bench.in(FROM).schedule()),
	judge: async (bench, items) => {
		const { moved, isMore } = only(items);
		expectSame('moved', [Number(moved) > 0, isMore], [true, false]);
		const waiting = [await bench.in(FROM).waiting(), await bench.in(TO).waiting()];
		expectSame(
			'waiting in the Data Table and in PostgreSQL',
			waiting.map(({ length }) => length),
			[0, 1],
		);
	},
});
