import type { Execution, Json } from '../../harness/client.mts';
import { output } from '../../harness/client.mts';
import { credentialFor } from '../../harness/credential.mts';
import type { N8n } from '../../harness/n8n.mts';
import { startSandbox, type Sandbox } from '../../sandbox/index.mts';
import { seededRandom } from '../../sandbox/random.mts';
import { listening, oneNode, SECRET } from '../../test/e2e/environment.mts';
import { countExecutions, countRunning, runLarge, triggered } from '../executions.mts';
import { compare, count, holds, type Difference } from '../figures.mts';

export type ProvenGateway = 'chatWhatsApp' | 'hypersenderSms';

export interface MessageRun {
	readonly n8n: N8n;
	readonly gateway: ProvenGateway;
	/** `schedule`, or `send` at once. */
	readonly operation: 'schedule' | 'send';
	readonly messages: number;
	/** Faults, recipients, texts and times come of it. */
	readonly seed: number;
	/** Whether the messages are then sent, and their statuses told. */
	readonly withStatuses: boolean;
}

export interface MessageResult {
	readonly seed: number;
	/** How n8n's execution ended. */
	readonly ended: string;
	/** Messages at the gateway against those that were wanted. */
	readonly messages: Difference;
	/** Items of the output that are missing, in the wrong place or not as the gateway holds them. */
	readonly wrongItems: string[];
	/** Items that say that nobody knows; only `send` may have them. */
	readonly openItems: number;
	readonly requests: number;
	readonly faults: Readonly<Record<string, number>>;
	readonly scheduleMs: number;
	/** Null where no statuses were asked for. */
	readonly statuses: StatusResult | null;
}

export interface StatusResult extends Difference {
	/** Webhooks that the gateway handed over, duplicates included. */
	readonly webhooks: number;
	/** How n8n answered them. */
	readonly answers: Readonly<Record<string, number>>;
	readonly executions: number;
	readonly failedExecutions: number;
	readonly ms: number;
}

/** A message as it is wanted. */
interface Wanted {
	readonly item: Json;
	readonly to: string;
	readonly text: string;
	/** ISO 8601, UTC. */
	readonly at: string;
}

/** Fixed offsets: what a wall clock there means needs no library to reckon. */
const ZONE = { name: 'Asia/Kolkata', offset: '+05:30', minutes: 330 };
const OFFSETS: ReadonlyArray<readonly [text: string, minutes: number]> = [
	['Z', 0],
	['+05:30', 330],
	['-08:00', -480],
	['+12:45', 765],
];

/**
 * A minute passes in a second: the sandbox announces the vendor's limit of 100 requests a minute even
 * where it does not enforce it, and the node heeds that.
 */
const CLOCK_FACTOR = 60;
/** So far ahead that no message is due, however fast the clock, before all are scheduled. */
const FIRST_AFTER_MS = 30 * 3_600_000;

/** Messages that become due together. */
const DUE_AT_ONCE = 20;

/** One of so many messages is the same as the one before: both are wanted. */
const ONE_IN_TWICE = 50;

/**
 * Schedules (or sends) many messages by a node with Retry On Fail at a gateway that fails every other
 * request, and says what the gateway then holds.
 */
export async function runMessages(run: MessageRun): Promise<MessageResult> {
	const { n8n, gateway, operation, seed } = run;
	const sandbox = await startSandbox({ rateLimits: false, clockFactor: CLOCK_FACTOR, seed });
	const name = `${gateway} ${operation} ${seed}`;
	try {
		await n8n.createCredential(name, 'messageGatewayApi', credentialFor(sandbox, gateway, SECRET));
		const wanted = wantedMessages(run);
		const workflow = await n8n.createWorkflow(workflowFor(name, run, wanted));
		addFaults(sandbox);
		const began = Date.now();
		const execution = await runLarge(n8n, workflow, 900_000);
		const scheduleMs = Date.now() - began;
		sandbox.faults.clear();

		const keys = (list: readonly Wanted[]) => list.map(keyOf);
		const messages = compare(keys(wanted), held(sandbox, run));
		const result = {
			seed,
			ended: execution.status === 'success' ? 'success' : (execution.error?.message ?? 'error'),
			messages,
			...checkItems(sandbox, run, wanted, execution),
			requests: sandbox.requests(gateway).length,
			faults: Object.fromEntries(count(sandbox.faults.applied().map(({ kind }) => kind))),
			scheduleMs,
		};
		const statuses = run.withStatuses ? await runStatuses(run, sandbox, name) : null;
		return { ...result, statuses };
	} finally {
		await sandbox.close();
	}
}

/** Whether nothing was lost, doubled, wrong or told twice. */
export const isRight = ({ messages, wrongItems, statuses }: MessageResult): boolean =>
	[messages.missing, messages.duplicates, messages.unexpected, wrongItems].every(isEmpty) &&
	(statuses === null ||
		([statuses.missing, statuses.duplicates, statuses.unexpected].every(isEmpty) &&
			statuses.failedExecutions === 0));

const isEmpty = (list: readonly unknown[]) => list.length === 0;

function wantedMessages({ messages, seed, gateway, operation }: MessageRun): Wanted[] {
	const random = seededRandom(seed);
	const whole = (below: number) => Math.floor(random() * below);
	// Hypersender SMS takes three days at most, ChatWhatsApp thirty.
	const days = gateway === 'hypersenderSms' ? 1.5 : 28;
	const start = Math.ceil(Date.now() / 60_000) * 60_000 + FIRST_AFTER_MS;
	const wanted: Wanted[] = [];
	for (let index = 0; index < messages; index++) {
		const previous = wanted.at(-1);
		if (previous !== undefined && whole(ONE_IN_TWICE) === 0) {
			wanted.push(previous);
			continue;
		}
		const to = `91998800${String(1000 + whole(9000))}`.replace(/0{4}$|0404$/, '1234');
		const at = start + whole(days * 1440) * 60_000;
		const kind = whole(OFFSETS.length + 1);
		const [offset, minutes] = OFFSETS[kind] ?? ['', ZONE.minutes];
		const wall = new Date(at + minutes * 60_000).toISOString().slice(0, 19);
		const text = `Message ${index} of ${seed}`;
		const item = { to: `+${to}`, text, at: `${wall}${offset}` };
		wanted.push({ item, to, text, at: operation === 'send' ? '' : new Date(at).toISOString() });
	}
	return wanted;
}

function workflowFor(credential: string, run: MessageRun, wanted: readonly Wanted[]) {
	const schedules = run.operation === 'schedule';
	return oneNode(
		credential,
		{
			resource: schedules ? 'scheduledMessage' : 'message',
			operation: run.operation,
			recipient: '={{ $json.to }}',
			text: '={{ $json.text }}',
			...(schedules ? { sendAt: '={{ $json.at }}', timezone: ZONE.name } : {}),
			options: { maxParallel: 20, timeout: 2 },
		},
		{
			items: wanted.map(({ item }) => item),
			node: {
				retryOnFail: true,
				maxAttempts: 5,
				waitBetweenTries: 200,
				// What may have gone out is not sent again, so one such item would stop all others.
				...(schedules ? {} : { onError: 'continueRegularOutput' }),
			},
		},
	);
}

/** Of all requests, reads included: what the issue names. */
function addFaults({ faults }: Sandbox): void {
	faults.add({ kind: 'dropResponse', probability: 0.3 });
	faults.add({ kind: 'errorBefore', probability: 0.1 });
	faults.add({ kind: 'rateLimit', probability: 0.09, hints: 'none' });
	faults.add({ kind: 'rateLimit', probability: 0.01, retryAfter: 1 });
	faults.add({ kind: 'reset', probability: 0.05 });
	faults.add({ kind: 'hang', probability: 0.02 });
}

const keyOf = ({ to, text, at }: Wanted) => `${to} ${text} ${at}`;

/** What the gateway holds, or has sent. */
const held = (sandbox: Sandbox, { gateway, operation }: MessageRun): string[] =>
	sandbox.messages(gateway).map(({ to, text, scheduledAt = '' }) =>
		keyOf({
			item: {},
			to: to.replace(/\D/g, ''),
			text: text ?? '',
			at: operation === 'send' ? '' : scheduledAt,
		}),
	);

const OPEN =
	/^(Item \d+ of \d+( \([^)]*\))?: )?(It is unknown whether|The message was not sent again)/;

/** Whether each item of the output, in its place, is what the gateway has of it. */
function checkItems(
	sandbox: Sandbox,
	{ gateway, operation }: MessageRun,
	wanted: readonly Wanted[],
	execution: Execution,
): { wrongItems: string[]; openItems: number } {
	const items = execution.status === 'success' ? output(execution, 'Message Scheduler') : [];
	const ids = new Map(
		sandbox.messages(gateway).map((message) => {
			const sms = `${message.requestId}~${message.id}`;
			const id = gateway === 'hypersenderSms' ? sms : message.scheduleId;
			return [operation === 'send' ? message.id : id, message];
		}),
	);
	const seen = new Set<unknown>();
	const wrongItems: string[] = [];
	let openItems = 0;
	for (const [index, one] of wanted.entries()) {
		const item = items[index] as Json | undefined;
		if (operation === 'send' && OPEN.test(String(item?.error))) {
			openItems++;
			continue;
		}
		const id = operation === 'send' ? item?.messageId : item?.scheduleId;
		const isKnown = typeof id === 'string' && ids.has(id) && !seen.has(id);
		seen.add(id);
		const isRight =
			isKnown &&
			item?.recipient === `+${one.to}` &&
			item.text === one.text &&
			(operation === 'send' || item.scheduledAt === one.at);
		if (!isRight) wrongItems.push(`item ${index}: ${JSON.stringify(item ?? null).slice(0, 300)}`);
	}
	return { wrongItems, openItems };
}

/** Lets all messages become due, with webhooks that come twice, late and in the wrong order. */
async function runStatuses(
	{ n8n, gateway }: MessageRun,
	sandbox: Sandbox,
	credential: string,
): Promise<StatusResult> {
	const workflow = await n8n.createWorkflow(
		listening(credential, { events: ['sent', 'delivered', 'read', 'failed'] }),
	);
	await n8n.activate(workflow);
	const url = await n8n.productionWebhookUrl(workflow, 'Status');
	sandbox.setWebhook(gateway, {
		url: gateway === 'chatWhatsApp' ? `${url}?secret=${encodeURIComponent(SECRET)}` : url,
		secret: SECRET,
	});
	sandbox.faults.add({ kind: 'duplicateWebhook', probability: 0.2 });
	sandbox.faults.add({ kind: 'reorderWebhooks', probability: 0.1, delayMs: 60_000 });
	sandbox.faults.add({ kind: 'webhookLate', probability: 0.05, delayMs: 90_000 });
	const began = Date.now();
	// The vendor documents no repetition, so no webhook may wait longer than n8n has time to answer.
	const times = sandbox.messages(gateway).map(({ scheduledAt = '' }) => scheduledAt);
	for (const until of [...times].sort().filter((_, index) => index % DUE_AT_ONCE === 0)) {
		sandbox.fireDue(new Date(until));
		await sandbox.idle({ ignoreScheduled: true });
	}
	sandbox.fireDue();
	await sandbox.idle();
	const ms = Date.now() - began;

	// The last status of a message is never late, so it must have been told.
	const last = gateway === 'chatWhatsApp' ? 'sent' : 'delivered';
	const messages = sandbox.messages(gateway).filter(({ scheduleId }) => scheduleId !== undefined);
	await holds(async () => (await countExecutions(n8n, workflow)) >= messages.length, 60_000);
	await holds(async () => (await countRunning(n8n, workflow)) === 0, 60_000);
	const { items, failed, executions } = await triggered(n8n, workflow, 'Status');
	await n8n.deactivate(workflow);
	const told = items.map(({ messageId, status }) => `${messageId} ${status}`);
	const wanted = messages.map(({ id }) => `${id} ${last}`);
	const others = new Set(told.filter((key) => !key.endsWith(last)));
	return {
		...compare([...wanted, ...others], told),
		webhooks: sandbox.deliveries(gateway).length,
		answers: Object.fromEntries(
			count(sandbox.deliveries(gateway).map(({ status, error }) => String(status ?? error))),
		),
		executions,
		failedExecutions: failed.length,
		ms,
	};
}
