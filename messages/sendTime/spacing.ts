import { InvalidParameterError } from '../invalidParameterError';
import { addSteps, moveTo, type Step } from './resolve';
import { formatDuration } from '../duration';
import { quote } from '../text';
import type { ResolvedSendTime } from './types';
import { instantFrom } from './wallClock';
import { openingHours, type OpeningHours, type SendingWindow } from './openingHours';
import { outdatedStep } from './window';
import { formatWindow } from './windowText';

/** The option *Spacing*. */
export interface Spacing {
	/** Seconds between consecutive messages, 0 to 86,400. */
	spacingSeconds: number;
	/** Each message goes out up to this many seconds later, 0 to 86,400; 0 when absent. */
	jitterSeconds?: number;
	/** Chooses the jitter. The same on each try of a run, so that its times stay the same. */
	seed?: string;
}

const MAX_SECONDS = 86_400;

/**
 * How much later than the first an item goes out when all are for the same time: `spacingSeconds`
 * for each item before it, plus its jitter. While the jitter is below the spacing the order stays.
 *
 * @param index the item's place, from 0
 * @returns milliseconds
 * @throws InvalidParameterError for seconds below 0 or above a day
 */
export function spacingOffset(index: number, spacing: Spacing): number {
	const { between, jitterOf } = checked(spacing);
	return index * between + jitterOf(index);
}

/**
 * Spreads a list of send times: each at least `spacingSeconds` after the one before, apart from
 * jitter, and each inside its sending window.
 *
 * Items take their turn by their wanted time, equal ones in the order of the list; one that is far
 * enough from the others moves by its jitter only. The window is applied after the spacing, so a
 * list that does not fit rolls on to the next opening and goes on with its spacing there. An item whose
 * window is closed lets those go first whose window is open. Jitter that would lead out of the window is
 * left out. Never earlier than wanted. The same list and seed give the same times.
 *
 * @param list null if an item has no time: it takes no turn and stays null
 * @param rules `window`: of all items, or of each by its place in the list
 * @throws InvalidParameterError when the values of the spacing or the window cannot be used
 */
export function spreadSendTimes<Item extends ResolvedSendTime | null>(
	list: readonly Item[],
	{ window, ...spacing }: Spacing & { window?: SendingWindow | WindowOfItem },
): Item[] {
	const { between, jitterOf } = checked(spacing);
	const queues = queuesOf(list, typeof window === 'function' ? window : () => window);
	const spread = [...list];
	let free = -Infinity;
	for (let next = takeNext(queues, free); next !== null; next = takeNext(queues, free)) {
		const { item, index, wanted, hours, base } = next;
		const turn = Math.max(wanted, free);
		const jitter = jitterOf(index);
		// Jitter is no reason to miss a window that was still open.
		const isOpen = hours === undefined || hours.nextOpen(base + jitter) === base + jitter;
		const instant = isOpen ? base + jitter : base;
		free = base + between;

		const steps = stepsOf({ wanted, turn, base, instant }, between, hours);
		if (hours) steps.push(...outdatedStep(item, hours, turn, instant));
		const placed =
			instant === wanted ? addSteps(item, steps) : moveTo(item, instant, 'Spacing', ...steps);
		spread[index] = placed as Item;
	}
	return spread;
}

/** The sending window of one item of a list; undefined for any time. */
export type WindowOfItem = (index: number) => SendingWindow | undefined;

interface Turn {
	readonly item: ResolvedSendTime;
	readonly index: number;
	readonly wanted: number;
}

/** Items with one window, in the order of their turns: only the first ones of queues compete. */
interface Queue {
	readonly hours: OpeningHours | undefined;
	readonly turns: readonly Turn[];
	/** The place of the first that has had no turn. */
	first: number;
	/** The earliest that it can go, as far as was looked. */
	from: number;
}

function queuesOf(
	list: ReadonlyArray<ResolvedSendTime | null>,
	windowOf: WindowOfItem,
): readonly Queue[] {
	const byWindow = new Map<string, { hours: OpeningHours | undefined; turns: Turn[] }>();
	list.forEach((item, index) => {
		if (item === null) return;
		const window = windowOf(index);
		const key = window === undefined ? '' : formatWindow(window);
		const queue = byWindow.get(key) ?? { hours: window && openingHours(window), turns: [] };
		byWindow.set(key, queue);
		queue.turns.push({ item, index, wanted: instantFrom(item.scheduledAt) });
	});
	return [...byWindow.values()].map(({ hours, turns }) => ({
		hours,
		turns: turns.sort(byTurn),
		first: 0,
		from: -Infinity,
	}));
}

const byTurn = (one: Turn, other: Turn): number =>
	one.wanted - other.wanted || one.index - other.index;

/**
 * Takes the item that can go first, from an instant on; null if none is left. A queue's window is only asked
 * when the queue seems to be the first: asking is what costs.
 */
function takeNext(
	queues: readonly Queue[],
	free: number,
): (Turn & { readonly hours: OpeningHours | undefined; readonly base: number }) | null {
	for (;;) {
		let best: Queue | null = null;
		for (const queue of queues) {
			const turn = queue.turns[queue.first] as Turn | undefined;
			if (turn === undefined) continue;
			queue.from = Math.max(queue.from, turn.wanted, free);
			if (best === null || isBefore(queue, best)) best = queue;
		}
		if (best === null) return null;
		const { hours, turns, first, from } = best;
		const base = hours?.nextOpen(from) ?? from;
		if (base === from) {
			best.first++;
			return { ...turns[first], hours, base };
		}
		best.from = base;
	}
}

const isBefore = (one: Queue, other: Queue): boolean =>
	(one.from - other.from || byTurn(one.turns[one.first], other.turns[other.first])) < 0;

/** What moved an item: its turn, the window, the jitter. */
function stepsOf(
	at: { wanted: number; turn: number; base: number; instant: number },
	between: number,
	hours: OpeningHours | undefined,
): Step[] {
	const toTurn = `Moved to keep ${formatDuration(between)} between messages${hours ? ' inside the sending window' : ''}.`;
	const steps: Step[] = [];
	if (at.turn > at.wanted) steps.push({ reason: 'spacing', note: toTurn, to: at.turn });
	if (hours && at.base > at.turn) {
		steps.push({ reason: 'sendingWindow', note: hours.note(at.base), to: at.base });
	}
	if (at.instant > at.base) {
		steps.push({ reason: 'spacing', note: 'Moved by the jitter of "Spacing".', to: at.instant });
	}
	return steps;
}

function checked({ spacingSeconds, jitterSeconds = 0, seed = '' }: Spacing) {
	assertSeconds('Spacing', spacingSeconds);
	assertSeconds('Jitter', jitterSeconds);
	const start = hash(0x811c9dc5, seed);
	return {
		between: Math.round(spacingSeconds * 1000),
		jitterOf: (index: number) =>
			Math.floor((hash(start, `#${index}`) / 0x1_0000_0000) * jitterSeconds * 1000),
	};
}

function assertSeconds(parameter: string, seconds: number): void {
	if (typeof seconds === 'number' && seconds >= 0 && seconds <= MAX_SECONDS) return;
	throw new InvalidParameterError(
		parameter,
		`"${parameter}" is ${quote(seconds)}; enter seconds from 0 to ${MAX_SECONDS}.`,
	);
}

/** FNV-1a, stirred by the end of MurmurHash3: 32 evenly spread bits of a text. */
function hash(start: number, text: string): number {
	let state = start;
	for (let index = 0; index < text.length; index++) {
		state = Math.imul(state ^ text.charCodeAt(index), 0x01000193);
	}
	state = Math.imul(state ^ (state >>> 16), 0x85ebca6b);
	state = Math.imul(state ^ (state >>> 13), 0xc2b2ae35);
	return (state ^ (state >>> 16)) >>> 0;
}
