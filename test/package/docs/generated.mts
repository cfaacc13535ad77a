import type { Capabilities } from '../../../gateways/capabilities';
import type { Connection, Gateway } from '../../../gateways/gateway';
import { gatewayById, gateways } from '../../../gateways/registry';
import type { MessageToSchedule } from '../../../messages/message';
import { parseRecipient } from '../../../messages/recipient';
import { STATUSES, STATUS_NAMES } from '../../../messages/status';
import type { StatusEvent } from '../../../messages/statusEvent';
import { toStatusEventItem, type StatusEventItem } from '../../../messages/statusEventItem';
import { scheduledItem, sentItem } from '../../../nodes/MessageScheduler/output';
import {
	DEFAULT_SCHEMA,
	DEFAULT_TABLE_NAME,
	parseTableNames,
} from '../../../stores/postgres/names';
import { schemaScript } from '../../../stores/postgres/schema';
import { fixture } from '../../fixtures.mts';

/**
 * What the papers say that the code knows better: tables of data, and examples of output. Each stands
 * in a paper between `<!-- name:start -->` and `<!-- name:end -->`.
 */
const NONE = '–';
const list = (words: readonly string[]) => words.join(', ');
const yesNo = (value: boolean) => (value ? 'yes' : 'no');

/** A table with a cell for each gateway. */
const byGateway = (rows: Array<[title: string, cell: (gateway: Gateway) => string]>): string =>
	tableOf(
		['', ...gateways.map(({ label }) => label)],
		rows.map(([title, cell]) => [title, ...gateways.map(cell)]),
	);

const tableOf = (head: readonly string[], rows: ReadonlyArray<readonly string[]>): string =>
	[head, head.map(() => '---'), ...rows]
		.map((cells, index) =>
			index === 1 ? `|${cells.join('|')}|\n` : `| ${cells.join(' | ')} |\n`.replace('|  |', '| |'),
		)
		.join('');

/** `30 days`, `1 minute`. */
function duration(ms: number | null): string {
	if (ms === null) return 'not stated';
	const [unit, size] = (
		[
			['day', 86_400_000],
			['hour', 3_600_000],
			['minute', 60_000],
			['second', 1000],
		] as const
	).find(([, length]) => ms % length === 0)!;
	return `${ms / size} ${unit}${ms === size ? '' : 's'}`;
}

const lookUpOf = ({ lookup }: Capabilities): string =>
	lookup === null ? NONE : `by ${lookup.by}${lookup.needsRecipient ? ' and recipient' : ''}`;

/** What each gateway can do. */
export const capabilityTable = (): string =>
	byGateway([
		['Sends immediately', ({ capabilities }) => list(capabilities.messageTypes)],
		['Schedules', ({ capabilities }) => list(capabilities.scheduling?.types ?? [NONE])],
		['Minimum lead time', (gateway) => ofScheduler(gateway, (s) => duration(s.minLeadMs))],
		['Maximum lead time', (gateway) => ofScheduler(gateway, (s) => duration(s.maxLeadMs))],
		[
			'Cancel and Reschedule',
			(gateway) => ofScheduler(gateway, (s) => (s.cancelsBy === 'cancel' ? 'yes' : 'by deletion')),
		],
		[
			'Survives a restart of the gateway',
			(gateway) => ofScheduler(gateway, (s) => yesNo(s.isDurable)),
		],
		['Message: Get', ({ capabilities }) => lookUpOf(capabilities)],
		[
			'Messages per minute',
			({ capabilities }) => String(capabilities.messagesPerMinute ?? 'not stated'),
		],
		['Finds a message after a lost response', ({ findSent }) => yesNo(findSent !== undefined)],
		['Returns the Reference', ({ capabilities }) => yesNo(capabilities.returnsReference)],
		['Statuses by webhook', ({ capabilities }) => list(capabilities.webhooks.statuses)],
		[
			'Webhook registration',
			({ capabilities }) => (capabilities.webhooks.registration === 'api' ? 'automatic' : 'manual'),
		],
		[
			'Webhook secret',
			({ capabilities }) => (capabilities.webhooks.sendsSecretHeader ? 'header' : 'in the URL'),
		],
	]);

const ofScheduler = (
	{ capabilities: { scheduling } }: Gateway,
	say: (schedules: NonNullable<Capabilities['scheduling']>) => string,
): string => (scheduling === null ? NONE : say(scheduling));

/** Where each gateway takes the trigger's address: where the notice of the trigger leads. */
export const webhookTable = (): string =>
	tableOf(
		['gateway', 'the Production URL'],
		gateways.map(({ label, capabilities }) => [label, capabilities.webhooks.setupInstruction]),
	);

/** The vocabulary, from the lowest rank to the highest. */
export const statusTable = (): string =>
	tableOf(
		['status', 'rank', 'final', 'meaning'],
		STATUS_NAMES.map((name) => {
			const { rank, isFinal, meaning } = STATUSES[name];
			return [`\`${name}\``, String(rank), isFinal ? 'yes' : '', meaning];
		}),
	).replaceAll('|  |', '| |');

/** The vendor's pages that a gateway was written after. */
export const pagesOf = (gateway: Gateway): string =>
	gateway.capabilities.documentation.map((page) => `- <${page}>\n`).join('');

/** When n8n received what an example shows, as long after the gateway's time as it may be. */
const RECEIVED_AFTER_MS = 412;
const RECEIVED_AT = '2026-02-01T15:00:00.412Z';
/** The workflow's timezone in all examples. */
const WORKFLOW_ZONE = 'Asia/Kolkata';

const parse = (gateway: string, body: unknown, receivedAt = RECEIVED_AT): StatusEvent[] =>
	gatewayById(gateway).parseWebhook(body, { receivedAt });

/** The item that the trigger makes of the gateway's example. */
export function eventOf(gateway: string): StatusEventItem {
	const body = fixture(gateway, exampleOf(gateway));
	const [{ occurredAt }] = parse(gateway, body);
	const receivedAt =
		occurredAt === null
			? RECEIVED_AT
			: new Date(Date.parse(occurredAt) + RECEIVED_AFTER_MS).toISOString();
	return toStatusEventItem(parse(gateway, body, receivedAt)[0], WORKFLOW_ZONE);
}

/** What each gateway says, and what becomes of it: bodies as the vendors document them. */
const SAID: Readonly<Record<string, Array<[said: string, body: unknown]>>> = {
	chatWhatsApp: [
		['event `message.sent` with status `success`', { event: 'message.sent', status: 'success' }],
	],
	greenApi: [
		...['sent', 'delivered', 'read', 'failed', 'noAccount', 'notInGroup', 'noActiveSession'].map(
			greenStatus,
		),
		greenStatus('yellowCard'),
		greenStatus('suspended'),
		['webhook `outgoingAPIMessageReceived`', { typeWebhook: 'outgoingAPIMessageReceived' }],
		['webhook `outgoingMessageReceived`', { typeWebhook: 'outgoingMessageReceived' }],
	],
	hypersenderSms: [
		'message.notification.scheduled',
		'message.phone.sent',
		'message.phone.delivered',
		'message.send.failed',
		'message.send.expired',
	].map((event) => [`event \`${event}\``, { event, data: {} }]),
	hypersenderWhatsApp: [
		...['PENDING', 'SERVER', 'DEVICE', 'READ', 'PLAYED', 'ERROR'].map(
			(ackName): [string, unknown] => [
				`ack \`${ackName}\``,
				{ event: 'message.ack', data: { payload: { fromMe: true, ackName } } },
			],
		),
		[
			'event `message.revoked`',
			{ event: 'message.revoked', data: { payload: { after: { fromMe: true } } } },
		],
		[
			'event `message.waiting`',
			{ event: 'message.waiting', data: { payload: { fromMe: true, ackName: 'PENDING' } } },
		],
	],
	whapi: [
		...['pending', 'sent', 'delivered', 'read', 'played', 'failed', 'deleted'].map(
			(status): [string, unknown] => [
				`status \`${status}\``,
				{ event: { type: 'statuses', event: 'post' }, statuses: [{ status }] },
			],
		),
		[
			'event `messages.post` of a message by the API, without a status',
			{
				event: { type: 'messages', event: 'post' },
				messages: [{ from_me: true, source: 'api' }],
			},
		],
	],
};

function greenStatus(status: string): [string, unknown] {
	return [`status \`${status}\``, { typeWebhook: 'outgoingMessageStatus', status }];
}

const HERE = 'test/package/docs/generated.mts';

function saidBy({ id }: Gateway): Array<[said: string, body: unknown]> {
	if (!Object.hasOwn(SAID, id)) throw new Error(`${HERE}: SAID lacks the words of ${id}`);
	return SAID[id];
}

/** What a gateway says in its own words, and the status that the event has. */
export const wordTable = (gateway: Gateway): string =>
	tableOf(
		['the gateway says', 'status'],
		saidBy(gateway).map(([said, body]) => [said, `\`${parse(gateway.id, body)[0].status}\``]),
	);

/** The statuses that the table of words comes to, without `unknown`. */
export function statusesSaid(gateway: Gateway): Set<string> {
	const told = saidBy(gateway).map(([, body]) => parse(gateway.id, body)[0].status);
	return new Set(told.filter((status) => status !== 'unknown'));
}

/** A gateway that gives one answer. */
const answering = (answer: string): Connection => ({
	credential: {
		gateway: 'chatWhatsApp',
		chatWhatsAppUrl: 'https://api.chatwhatsapp.in',
		chatWhatsAppSessionId: SESSION,
	},
	request: async () => ({
		status: 200,
		headers: {},
		body: fixture('chatWhatsApp', answer),
	}),
	now: () => 0,
	refused: () => {
		throw new Error('not needed here');
	},
	clockSkewMs: () => 0,
	unexpected: () => {
		throw new Error(`${answer} is not what the gateway's code expects`);
	},
});
const SESSION = 'e67a00be-ed45-4356-9488-049cabb9895d';

const message: MessageToSchedule = {
	recipient: parseRecipient('+919988066776'),
	type: 'text',
	text: 'This is a scheduled message!',
	mediaUrl: null,
	caption: null,
	fileName: null,
	reference: null,
	idempotencyKey: '',
	scheduledAt: '2026-02-01T15:00:00.000Z',
};

/** What *Schedule* gives out for the vendor's own example. */
export async function scheduleOutput(): Promise<unknown> {
	const { scheduler } = gatewayById('chatWhatsApp');
	const scheduled = await scheduler!.schedule(answering('scheduled.json'), message);
	return scheduledItem(scheduled, {
		simplify: true,
		timezone: WORKFLOW_ZONE,
		adjusted: [],
		recipientAsGiven: null,
	});
}

/** What *Send* gives out for the vendor's own example. */
export async function sendOutput(): Promise<unknown> {
	const sent = await gatewayById('chatWhatsApp').send(answering('sent.json'), message);
	return sentItem(sent, true, null);
}

const WIDTH = 100;

/** JSON on as few lines as can be read: what fits into one line stands on one. */
export function pretty(value: unknown, indent = ''): string {
	if (typeof value !== 'object' || value === null) return JSON.stringify(value);
	const isList = Array.isArray(value);
	const entries = Object.entries(value);
	const [open, close] = isList ? '[]' : '{}';
	if (entries.length === 0) return `${open}${close}`;
	const named = (inner: string) =>
		entries.map(
			([key, each]) => `${isList ? '' : `${JSON.stringify(key)}: `}${pretty(each, inner)}`,
		);
	const flat = named('');
	const line = `${open} ${flat.join(', ')} ${close}`;
	// The outermost object stays one key a line.
	if (indent !== '' && line.length <= WIDTH && !line.includes('\n')) return line;
	const deeper = `${indent}  `;
	return `${open}\n${deeper}${named(deeper).join(`,\n${deeper}`)}\n${indent}${close}`;
}

const jsonBlock = (value: unknown): string => `\`\`\`json\n${pretty(value)}\n\`\`\`\n`;

/** Every generated place, by paper and name. */
export async function generated(): Promise<Record<string, Record<string, string>>> {
	return {
		'README.md': {
			capabilities: capabilityTable(),
			statuses: statusTable(),
			'event-chatWhatsApp': jsonBlock(eventOf('chatWhatsApp')),
		},
		'docs/operations.md': {
			'output-schedule': jsonBlock(await scheduleOutput()),
			'output-send': jsonBlock(await sendOutput()),
		},
		'docs/credentials.md': { webhooks: webhookTable() },
		'docs/postgresql.md': {
			schema: `\`\`\`sql\n${schemaScript(parseTableNames(DEFAULT_SCHEMA, DEFAULT_TABLE_NAME))}\`\`\`\n`,
		},
		'docs/gateways.md': Object.fromEntries(
			gateways.map((gateway) => [`pages-${gateway.id}`, pagesOf(gateway)]),
		),
		'docs/status-events.md': {
			statuses: statusTable(),
			...Object.fromEntries(
				gateways.flatMap((gateway) => [
					[`words-${gateway.id}`, wordTable(gateway)],
					[`event-${gateway.id}`, jsonBlock(eventOf(gateway.id))],
				]),
			),
		},
	};
}

/** The vendor's own sample that stands for each gateway in docs/status-events.md. */
const EXAMPLES: Readonly<Record<string, string>> = {
	chatWhatsApp: 'message-sent.webhook.json',
	greenApi: 'outgoing-message-status.webhook.json',
	hypersenderSms: 'message-delivered.webhook.json',
	hypersenderWhatsApp: 'message-ack.webhook.json',
	whapi: 'statuses-post.webhook.json',
};

/** The fixture whose event docs/status-events.md shows for a gateway. */
export function exampleOf(id: string): string {
	if (!Object.hasOwn(EXAMPLES, id)) throw new Error(`${HERE}: EXAMPLES lacks a fixture of ${id}`);
	return EXAMPLES[id];
}
