import { setTimeout as sleep } from 'node:timers/promises';
import type { Json } from '../../../harness/client.mts';
import { createStatusEvent } from '../../../messages/statusEvent';
import { toStatusEventItem } from '../../../messages/statusEventItem';
import type { Bench } from '../bench.mts';
import { expectSame, only, operation } from '../proof.mts';

/** What becomes of a message in a table when its time has come. */

/** Counted from when the node runs, however busy the machine is. */
const SOON = '={{ $now.plus(2, "seconds") }}';

/** Schedules the cell's message, and waits until it is due. */
async function scheduleDue(bench: Bench): Promise<Json> {
	const scheduled = await bench.schedule({ sendAt: SOON });
	await sleep(Math.max(0, Date.parse(String(scheduled.scheduledAt)) - Date.now() + 50));
	return scheduled;
}

const sendDueItems = async (bench: Bench): Promise<Json[]> =>
	await bench.operate('scheduledMessage.sendDue');

const rowOf = async (bench: Bench) => {
	const found = (await bench.store().messages()).filter(({ text }) => text === bench.text);
	expectSame('rows', found.length, 1);
	return found[0];
};

export const sendDue = operation<Json>({
	prepare: scheduleDue,
	judge: async (bench, items, { scheduleId }) => {
		const own = items.filter((item) => item.scheduleId === scheduleId);
		const { attempts } = only(own);
		expectSame('attempts', attempts, 1);
		expectSame('sent', bench.sent(), 1);
		expectSame('waiting', await bench.waiting(), []);
	},
});

export const pause = operation({
	prepare: async (bench) => void (await scheduleDue(bench)),
	parameters: () => ({ note: 'a cell of the table' }),
	judge: async (bench, items) => {
		expectSame('paused', only(items).paused, true);
		expectSame('paused in the store', await bench.store().paused(), [bench.gateway.id]);
		// The message is due, and waits.
		expectSame('output of Send Due', await sendDueItems(bench), []);
		expectSame('sent', bench.sent(), 0);
	},
	after: async (bench) => void (await bench.operate('scheduledMessage.resume')),
});

export const resume = operation({
	prepare: async (bench) => void (await bench.operate('scheduledMessage.pause')),
	judge: async (bench, items) => {
		expectSame('paused', only(items).paused, false);
		expectSame('paused in the store', await bench.store().paused(), []);
	},
});

export const retry = operation<Json>({
	prepare: async (bench) => {
		const scheduled = await bench.schedule();
		await bench.store().fail(bench.text);
		expectSame('waiting', await bench.waiting(), []);
		return scheduled;
	},
	parameters: ({ recipient }) => ({ filters: { recipient } }),
	judge: async (bench, items, { scheduleId }) => {
		const { scheduleId: id, status } = only(items);
		expectSame('output', [id, status], [scheduleId, 'scheduled']);
		expectSame('waiting', (await bench.waiting()).length, 1);
	},
});

/** What the trigger emits when a message has arrived. */
const delivered = ({ gateway }: Bench, account: unknown, messageId: string | null): Json => ({
	...toStatusEventItem(
		createStatusEvent({
			gateway: gateway.id,
			channel: gateway.capabilities.channel,
			account: typeof account === 'string' ? account : null,
			status: 'delivered',
			messageId,
			origin: 'api',
			receivedAt: new Date().toISOString(),
			raw: {},
		}),
		'UTC',
	),
});

export const recordStatus = operation<Json>({
	prepare: async (bench) => {
		const { account } = await scheduleDue(bench);
		await sendDueItems(bench);
		const { messageId } = await rowOf(bench);
		const messages = bench.world.sandbox.messages(bench.id);
		const sent = messages.find(({ text }) => text === bench.text);
		// A gateway that queues messages tells their ids later.
		return delivered(bench, account, messageId ?? sent?.id ?? null);
	},
	items: (bench, event) => [event ?? delivered(bench, null, 'nobodys-message')],
	judge: async (bench, items) => {
		expectSame('recorded', only(items).recorded, true);
		expectSame('status in the store', (await rowOf(bench)).status, 'delivered');
	},
});
