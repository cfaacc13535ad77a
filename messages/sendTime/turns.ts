import { openingHours, type OpeningHours, type SendingWindow } from './openingHours';
import type { ResolvedSendTime } from './types';
import { instantFrom } from './wallClock';

/** The window of each item, if they differ; `index`: its place in the list. */
export type WindowOf = (item: ResolvedSendTime, index: number) => SendingWindow | undefined;

/** One item of a list, with its place in it. */
interface Turn {
	readonly item: ResolvedSendTime;
	readonly index: number;
	readonly wanted: number;
	readonly hours: OpeningHours | undefined;
}

/**
 * The items in the order in which they can go out: of those with the same window by their wanted time, of
 * those with different ones the one whose window opens first. One that waits for its morning holds up no
 * other.
 *
 * @param free from when on the next item can go out; grows while the items are taken
 */
export function* inTurn(
	list: ReadonlyArray<ResolvedSendTime | null>,
	windowOf: WindowOf,
	free: () => number,
): Generator<Turn> {
	const queues = new Map<string, Turn[]>();
	const known = new Map<string, OpeningHours>();
	list.forEach((item, index) => {
		if (item === null) return;
		const window = windowOf(item, index);
		const key = JSON.stringify(window ?? null);
		const hours = window && (known.get(key) ?? openingHours(window));
		if (hours) known.set(key, hours);
		const turn = { item, index, wanted: instantFrom(item.scheduledAt), hours };
		const queue = queues.get(key);
		if (queue === undefined) queues.set(key, [turn]);
		else queue.push(turn);
	});
	const opening = ({ wanted, hours }: Turn): number => {
		const turn = Math.max(wanted, free());
		return hours?.nextOpen(turn) ?? turn;
	};
	const waiting = [...queues.values()].map((queue): Queue => {
		const turns = queue.sort((one, other) => one.wanted - other.wanted || one.index - other.index);
		return { turns, next: 0, at: opening(turns[0]) };
	});
	const first = () =>
		waiting.reduce((one, other) => (isBefore(other, one) ? other : one), waiting[0]);
	while (waiting.length > 0) {
		const queue = first();
		const turn = queue.turns[queue.next];
		// What was taken meanwhile may have moved it behind another one.
		const at = opening(turn);
		if (at > queue.at) {
			queue.at = at;
			continue;
		}
		yield turn;
		queue.next += 1;
		if (queue.next === queue.turns.length) waiting.splice(waiting.indexOf(queue), 1);
		else queue.at = opening(queue.turns[queue.next]);
	}
}

interface Queue {
	readonly turns: readonly Turn[];
	/** The place in `turns` of the next one, and when it can go out. */
	next: number;
	at: number;
}

/** At the same instant, the one that was wanted first, then the one that is first in the list. */
function isBefore(one: Queue, other: Queue): boolean {
	const [a, b] = [one.turns[one.next], other.turns[other.next]];
	return (one.at - other.at || a.wanted - b.wanted || a.index - b.index) < 0;
}
