import { InvalidParameterError } from '../invalidParameterError';
import { addSteps, moveTo, type Step } from './resolve';
import { formatDuration } from '../duration';
import { quote } from '../text';
import type { ResolvedSendTime } from './types';
import type { OpeningHours, SendingWindow } from './openingHours';
import { inTurn, type WindowOf } from './turns';
import { outdatedStep } from './window';

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
 * jitter, and all inside the sending window.
 *
 * Items take their turn by their wanted time, equal ones in the order of the list; if their windows
 * differ, by when these open. One that is far enough from the others moves by its jitter only. The
 * window is applied after the spacing, so a list that does not fit rolls on to the next opening and
 * goes on with its spacing there. Jitter that would lead out of the window is left out. Never earlier
 * than wanted. The same list and seed give the same times.
 *
 * @param list null if an item has no time: it takes no turn and stays null
 * @throws InvalidParameterError when the values of the spacing or the window cannot be used
 */
export function spreadSendTimes<Item extends ResolvedSendTime | null>(
	list: readonly Item[],
	{ window, ...spacing }: Spacing & { window?: SendingWindow | WindowOf },
): Item[] {
	const { between, jitterOf } = checked(spacing);
	const windowOf: WindowOf = typeof window === 'function' ? window : () => window;
	const spread = [...list];
	let free = -Infinity;
	for (const { item, index, wanted, hours } of inTurn(list, windowOf, () => free)) {
		const open = (instant: number) => hours?.nextOpen(instant) ?? instant;
		const turn = Math.max(wanted, free);
		const jitter = jitterOf(index);
		const base = open(turn);
		// Jitter is no reason to miss a window that was still open.
		const instant = open(base + jitter) === base + jitter ? base + jitter : base;
		free = base + between;

		const steps = stepsOf({ wanted, turn, base, instant }, between, hours);
		if (hours) steps.push(...outdatedStep(item, hours, turn, instant));
		const placed =
			instant === wanted ? addSteps(item, steps) : moveTo(item, instant, 'Spacing', ...steps);
		spread[index] = placed as Item;
	}
	return spread;
}

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
