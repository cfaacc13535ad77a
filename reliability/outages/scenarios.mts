import type { Json } from '../../harness/client.mts';
import type { Fault, GatewayId, Sandbox } from '../../sandbox/index.mts';
import { definitionOf } from '../../sandbox/registry.mts';
import type { Door } from './door.mts';

/** *Max Parallel* unless given: so many requests may be under way when a fault begins. */
export const MAX_PARALLEL = 5;
/** Requests without an answer in a row after which the account is paused. */
const AMBIGUOUS_IN_A_ROW = 3;
/** The first pause is 30 s, a tenth less at the least. */
const MIN_PAUSE_MS = 27_000;
/** What the rate-limited gateway asks for. */
const RETRY_AFTER_S = 20;

/** A state that lasts, and what may come of it. */
export interface Scenario {
	readonly name: string;
	/** In a few words, for the report. */
	readonly what: string;
	/** How long the fault lasts; null: for as long as there are messages. */
	readonly faultMs: number | null;
	/** So many times the messages of the others are due. */
	readonly times?: number;
	/** Options of *Send Due* that the example does not have. */
	readonly options?: Json;
	/** Messages that may be in doubt at the end, each kill apart. */
	readonly maxInDoubt: number | ((gateway: GatewayId) => number);
	/** The shortest pause that the fault may lead to; null where no pause need follow. */
	readonly shortestPauseMs: number | null;
	/** Requests that may be under way, or needed to notice it, when the fault begins. */
	readonly sendsAtEdge: number;
	/** Whether the gateway sees what is requested in the outage. */
	readonly isSeen: boolean;
	/** The share of the sends that it may refuse, of all; null for no bound. */
	readonly maxRefused: number | null;
	/** How long all may take after the fault ended, or after it began where it does not end. */
	readonly drainMs: number;
	/** Begins the fault; gives what ends it. */
	begin(place: { sandbox: Sandbox; door: Door; gateway: GatewayId }): Promise<() => Promise<void>>;
}

const withFaults =
	(...faults: Fault[]): Scenario['begin'] =>
	async ({ sandbox, gateway }) => {
		const ids = faults.map((fault) => sandbox.faults.add({ ...fault, gateway }));
		return async () => ids.forEach((id) => sandbox.faults.remove(id));
	};

/** The longest pause that a fault of a minute leads to, a tick of the schedule and the sending itself. */
const DRAIN_MS = 240_000;

const outage = (
	name: string,
	what: string,
	faultMs: number,
	begin: Scenario['begin'],
	more: Partial<Scenario> = {},
): Scenario => ({
	name,
	what,
	faultMs,
	maxInDoubt: 0,
	shortestPauseMs: MIN_PAUSE_MS,
	sendsAtEdge: MAX_PARALLEL,
	isSeen: true,
	maxRefused: null,
	drainMs: DRAIN_MS,
	begin,
	...more,
});

/** Of a fault that leaves open whether the gateway took the message. */
const ambiguous = {
	maxInDoubt: MAX_PARALLEL + AMBIGUOUS_IN_A_ROW,
	sendsAtEdge: MAX_PARALLEL + AMBIGUOUS_IN_A_ROW,
};

/** Every request is answered with this status, reads too, in the vendor's form. */
const refuses = (status: number): Scenario['begin'] => withFaults({ kind: 'errorBefore', status });

const SECOND = 1_000;
const MINUTE = 60 * SECOND;

/** Of requests that end without a usable answer, the gateway took so many all the same. */
const TAKEN_ALL_THE_SAME = 0.3;

const FIVE_A_SECOND: Pick<Scenario, 'begin' | 'faultMs' | 'times' | 'shortestPauseMs'> = {
	begin: withFaults({
		kind: 'pace',
		method: 'POST',
		hints: 'header',
		perSecond: 5,
	}),
	faultMs: null,
	times: 2,
	shortestPauseMs: null,
};

export const SCENARIOS: readonly Scenario[] = [
	outage('401', '401 for a minute', MINUTE, refuses(401)),
	outage('402', '402 for a minute', MINUTE, refuses(402)),
	outage('403', '403 for a minute', MINUTE, refuses(403)),
	outage('session', 'the account is not ready for a minute, as its state says', MINUTE, logOut, {
		maxInDoubt: (gateway) =>
			definitionOf(gateway).states?.leavesInDoubt === true ? ambiguous.maxInDoubt : 0,
	}),
	outage(
		'429',
		`429 with Retry-After: ${RETRY_AFTER_S} for a minute`,
		MINUTE,
		withFaults({ kind: 'rateLimit', hints: 'header', retryAfter: RETRY_AFTER_S }),
		{ shortestPauseMs: RETRY_AFTER_S * SECOND },
	),
	outage(
		'503',
		'503 for 40 seconds, three in ten taken all the same',
		40 * SECOND,
		withFaults(
			{ kind: 'errorAfter', method: 'POST', status: 503, probability: TAKEN_ALL_THE_SAME },
			{ kind: 'errorBefore', status: 503 },
		),
		ambiguous,
	),
	outage(
		'hang',
		'no answer for 40 seconds, three in ten taken all the same',
		40 * SECOND,
		withFaults(
			{ kind: 'hang', method: 'POST', processed: true, probability: TAKEN_ALL_THE_SAME },
			{ kind: 'hang' },
		),
		ambiguous,
	),
	outage(
		'refused',
		'connections refused for a minute',
		MINUTE,
		async ({ door }) => {
			await door.shut();
			return async () => await door.open();
		},
		// Those under way when the gateway goes.
		{ maxInDoubt: MAX_PARALLEL, isSeen: false },
	),
	{
		...outage('pace', 'five a second, which nobody told n8n', 0, FIVE_A_SECOND.begin),
		...FIVE_A_SECOND,
		maxRefused: 0.1,
		drainMs: 15 * MINUTE,
	},
	{
		...outage('knownPace', 'five a second, as Messages per Minute says', 0, FIVE_A_SECOND.begin),
		...FIVE_A_SECOND,
		options: { messagesPerMinute: 300 },
		maxRefused: 0.02,
		drainMs: 15 * MINUTE,
	},
];

async function logOut({
	sandbox,
	gateway,
}: {
	sandbox: Sandbox;
	gateway: GatewayId;
}): Promise<() => Promise<void>> {
	const { states } = definitionOf(gateway);
	if (states === undefined) throw new Error(`${gateway} documents no state of the account.`);
	sandbox.setHealth(gateway, states.notReady[0]);
	return async () => sandbox.setHealth(gateway, states.ready);
}

/** The scenarios of these names, in the order of the list; all without any. */
export function chosen(names: string | undefined): readonly Scenario[] {
	if (names === undefined) return SCENARIOS;
	const wanted = names.split(',').map((name) => name.trim());
	const missing = wanted.filter((name) => !SCENARIOS.some((scenario) => scenario.name === name));
	if (missing.length > 0) {
		throw new Error(
			`There is no ${missing.join(', ')}; choose from ${SCENARIOS.map(({ name }) => name).join(', ')}.`,
		);
	}
	return SCENARIOS.filter(({ name }) => wanted.includes(name));
}
