import type { ExecutionSummary, Json } from '../../harness/client.mts';
import type { GatewayId, RecordedRequest, SandboxMessage } from '../../sandbox/index.mts';
import { count } from '../figures.mts';

/** What was seen of one scenario from outside: the gateway's record, n8n's table, n8n's executions. */
export interface Seen {
	readonly gateway: GatewayId;
	/** The texts of the messages that were scheduled, each once. */
	readonly wanted: readonly string[];
	/** What the gateway took. */
	readonly taken: ReadonlyArray<Pick<SandboxMessage, 'text' | 'takenAt'>>;
	readonly requests: ReadonlyArray<
		Pick<RecordedRequest, 'method' | 'path' | 'body' | 'at' | 'status' | 'fault'>
	>;
	/** What a check of the account's health requests: methods and paths, `GET /health`. */
	readonly healthChecks: readonly string[];
	/** The rows of the table, as n8n gives them. */
	readonly rows: readonly Json[];
	/** The executions of the workflow that n8n holds, and what *Send Due* gave in each. */
	readonly executions: ReadonlyArray<
		ExecutionSummary & {
			readonly items: Json[];
			readonly errors: Json[];
			/** What n8n says went wrong. */
			readonly reason?: string;
		}
	>;
	/** Unix milliseconds; `to` is the end of all where the fault did not end. */
	readonly fault: { readonly from: number; readonly to: number };
	/** When n8n was killed. */
	readonly kills: readonly number[];
}

export interface Figures {
	readonly wanted: number;
	/** Different messages at the gateway. */
	readonly sent: number;
	/** Messages that are there more than once. */
	readonly twice: number;
	/** Neither at the gateway nor told as not sent, in doubt or waiting. */
	readonly lost: number;
	/** Told as sent, and not at the gateway. */
	readonly untrue: number;
	/** May have been sent, says the table; and of these are at the gateway. */
	readonly inDoubt: number;
	readonly inDoubtSent: number;
	readonly failed: number;
	readonly expired: number;
	/** Still to be sent. */
	readonly waiting: number;
	/** Requests during the fault. */
	readonly during: { readonly sends: number; readonly health: number; readonly others: number };
	/** Sends over the whole scenario, and those that the gateway refused. */
	readonly sends: number;
	readonly refused: number;
	readonly executions: number;
	/** Executions that ended otherwise than well, each as n8n tells it; but those that were killed. */
	readonly failedExecutions: readonly string[];
	/** Items of the error output. */
	readonly errorItems: number;
	/** Pairs of executions one of which began to send before the other had ended. */
	readonly overlaps: number;
	readonly paused: number;
	readonly resumed: number;
	/** From the end of the fault to the last message that the gateway took; null where none came then. */
	readonly drainMs: number | null;
}

/** Of a message that may have been sent, in the word of now and the one before. */
const IN_DOUBT = new Set(['unconfirmed', 'unknown']);
const WAITING = new Set(['scheduled', 'sending']);

/** Whether a request sends: by the paths to which texts of messages went, so that no vendor's need be known. */
function isSendOf({ wanted, requests }: Pick<Seen, 'wanted' | 'requests'>) {
	const texts = new Set(wanted);
	const hasText = (value: unknown): boolean =>
		typeof value === 'string'
			? texts.has(value)
			: value instanceof URLSearchParams
				? [...value.values()].some(hasText)
				: typeof value === 'object' && value !== null && Object.values(value).some(hasText);
	const posts = requests.filter(({ method }) => method === 'POST');
	const paths = new Set(posts.filter(({ body }) => hasText(body)).map(({ path }) => path));
	return ({ method, path }: Seen['requests'][number]) => method === 'POST' && paths.has(path);
}

/** Whether messages are still to be sent. */
export const isWaiting = (rows: readonly Json[]): boolean =>
	rows.some(({ status }) => WAITING.has(String(status)));

/** Counts what was seen. */
export function figuresOf(seen: Seen): Figures {
	const { wanted, taken, requests, rows, executions, fault } = seen;
	const isSend = isSendOf(seen);
	const isHealth = ({ method, path }: Seen['requests'][number]) =>
		seen.healthChecks.includes(`${method} ${path}`);
	const atGateway = count(taken.map(({ text }) => String(text)));
	const statusOf = new Map(rows.map(({ text, status }) => [String(text), String(status)]));
	const having = (statuses: Set<string>) =>
		wanted.filter((text) => statuses.has(statusOf.get(text) ?? ''));
	const [inDoubt, waiting] = [having(IN_DOUBT), having(WAITING)];
	const [failed, expired] = [having(new Set(['failed'])), having(new Set(['expired']))];
	const accounted = new Set([...inDoubt, ...waiting, ...failed, ...expired]);
	const toldAsSent = wanted.filter((text) => statusOf.has(text) && !accounted.has(text));
	const isDuring = ({ at }: { at: string }) =>
		Date.parse(at) >= fault.from && Date.parse(at) <= fault.to;
	const during = requests.filter(isDuring);
	const sends = requests.filter(isSend);
	const items = executions.flatMap((execution) => execution.items);
	const last = Math.max(...taken.map(({ takenAt }) => Date.parse(takenAt)));
	return {
		wanted: wanted.length,
		sent: wanted.filter((text) => atGateway.has(text)).length,
		twice: [...atGateway.values()].filter((times) => times > 1).length,
		lost: wanted.filter((text) => !statusOf.has(text) && !atGateway.has(text)).length,
		untrue: toldAsSent.filter((text) => !atGateway.has(text)).length,
		inDoubt: inDoubt.length,
		inDoubtSent: inDoubt.filter((text) => atGateway.has(text)).length,
		failed: failed.length,
		expired: expired.length,
		waiting: waiting.length,
		during: {
			sends: during.filter(isSend).length,
			health: during.filter(isHealth).length,
			others: during.filter((request) => !isSend(request) && !isHealth(request)).length,
		},
		sends: sends.length,
		refused: sends.filter(({ status }) => status !== null && status >= 400).length,
		executions: executions.length,
		failedExecutions: executions
			.filter((execution) => execution.status !== 'success' && !wasKilled(execution, seen))
			.map(({ id, status, startedAt, reason }) => `${id}, ${startedAt}: ${status}, ${reason}`),
		errorItems: executions.reduce((sum, { errors }) => sum + errors.length, 0),
		overlaps: countOverlaps(seen),
		paused: items.filter(({ event }) => event === 'paused').length,
		resumed: items.filter(({ event }) => event === 'resumed').length,
		drainMs: last > fault.to ? last - fault.to : null,
	};
}

/**
 * Whether an execution was cut off by a kill. n8n calls such a one crashed when it has started again,
 * and gives it the time of its last line in the log as its end, which may be long before the kill: so
 * the end says nothing. One that ended with an error did so by itself, however near to a kill.
 */
const wasKilled = ({ status, startedAt }: ExecutionSummary, { kills }: Seen): boolean =>
	status === 'crashed' && kills.some((at) => Date.parse(startedAt) <= at);

/**
 * How often two executions were sending at the same time. An execution sends from the first message to
 * the last that it tells of and that the gateway took while it ran: executions alone overlap also where
 * one has just ended its work and another begins. What an earlier one left and this one settles is out.
 */
function countOverlaps({ taken, executions }: Seen): number {
	const takenAt = new Map(taken.map(({ text, takenAt }) => [String(text), Date.parse(takenAt)]));
	const spans = executions
		.map(({ items, startedAt }) => {
			const times = items
				.map(({ text }) => takenAt.get(String(text)) ?? Number.NaN)
				.filter((at) => at >= Date.parse(startedAt));
			return { from: Math.min(...times), to: Math.max(...times) };
		})
		.filter(({ from }) => Number.isFinite(from))
		.sort((a, b) => a.from - b.from);
	let overlaps = 0;
	let end = Number.NEGATIVE_INFINITY;
	for (const { from, to } of spans) {
		if (from < end) overlaps++;
		end = Math.max(end, to);
	}
	return overlaps;
}
