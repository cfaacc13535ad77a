import type { Json } from '../../../harness/client.mts';
import type { Bench } from '../bench.mts';
import { expectSame, operation } from '../proof.mts';

/** Operations on all messages that match: those of the cell's recipient. */

const scheduleTwo = async (bench: Bench): Promise<Json[]> => [
	await bench.schedule({ text: `${bench.text}, one` }),
	await bench.schedule({ text: `${bench.text}, two` }),
];

const textsOf = (messages: ReadonlyArray<{ readonly text?: unknown }>): unknown[] =>
	messages.map(({ text }) => text).sort();

const ofRecipient = ({ recipient }: Bench): Json => ({ filters: { recipient } });

export const getAll = operation<Json[]>({
	prepare: scheduleTwo,
	parameters: (bench) => ({ returnAll: true, ...ofRecipient(bench) }),
	judge: (_, items, scheduled) => expectSame('listed', textsOf(items), textsOf(scheduled)),
});

export const rescheduleMany = operation<Json[]>({
	prepare: scheduleTwo,
	parameters: (bench) => ({
		...ofRecipient(bench),
		move: 'to',
		sendAt: bench.later,
		options: bench.deletion,
	}),
	judge: async (bench, items, scheduled) => {
		expectSame('moved', textsOf(items), textsOf(scheduled));
		const waiting = await bench.waiting();
		expectSame('waiting', textsOf(waiting), textsOf(scheduled));
		const times = waiting.map(({ sendAt }) => sendAt);
		expectSame('times of the waiting messages', times, [bench.later, bench.later]);
	},
});

export const cancelMany = operation<Json[]>({
	prepare: scheduleTwo,
	parameters: (bench) => ({ ...ofRecipient(bench), options: bench.deletion }),
	judge: async (bench, items, scheduled) => {
		expectSame('cancelled', textsOf(items), textsOf(scheduled));
		expectSame('waiting', await bench.waiting(), []);
	},
});
