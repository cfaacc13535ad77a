import { tz } from 'moment-timezone';
import type { Capabilities } from '../../../gateways/capabilities';
import type { Connection, Gateway } from '../../../gateways/gateway';
import { gatewayById, gateways } from '../../../gateways/registry';
import { callingCodeOf } from '../../../messages/country';
import type { MessageToSchedule } from '../../../messages/message';
import { parseRecipient } from '../../../messages/recipient';
import { QUIET_HOURS } from '../../../messages/sendTime';
import { ZONE_LINES } from '../../../messages/recipientTime/zoneLines';
import { STATUSES, STATUS_NAMES } from '../../../messages/status';
import type { StatusEvent } from '../../../messages/statusEvent';
import {
	DEFAULT_OPT_OUT_LISTS,
	OPT_OUT_LIST_NAMES,
	OPT_OUT_LISTS,
	type OptOut,
} from '../../../messages/optOut';
import {
	toReceivedMessageItem,
	type ReceivedMessageItem,
} from '../../../messages/receivedMessageItem';
import { toStatusEventItem, type StatusEventItem } from '../../../messages/statusEventItem';
import { scheduledItem, sentItem } from '../../../nodes/MessageScheduler/output';
import {
	DEFAULT_SCHEMA,
	DEFAULT_TABLE_NAME,
	parseTableNames,
} from '../../../stores/postgres/names';
import { schemaScript } from '../../../stores/postgres/schema';
import { cellsPage } from '../../../reliability/cells/page.mts';
import { readResult } from '../../../reliability/cells/result.mts';
import { fixture } from '../../fixtures.mts';
import { examplesOf } from '../../gateways/examples.mts';

/**
 * What the pages say that the code knows better: tables of data, and examples of output. Each stands
 * in a page between `<!-- name:start -->` and `<!-- name:end -->`.
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
		[
			'Files from n8n',
			({ capabilities: { uploads } }) => list(Object.keys(uploads?.types ?? { [NONE]: 0 })),
		],
		['Message: Get', ({ capabilities }) => lookUpOf(capabilities)],
		[
			'Messages per minute',
			({ capabilities }) => String(capabilities.messagesPerMinute ?? 'not stated'),
		],
		['Finds a message after a lost response', ({ findSent }) => yesNo(findSent !== undefined)],
		['Returns the Reference', ({ capabilities }) => yesNo(capabilities.returnsReference)],
		['Statuses by webhook', ({ capabilities }) => list(capabilities.webhooks.statuses)],
		['Received messages', ({ capabilities }) => RECEIVED[capabilities.webhooks.received ?? 'none']],
		[
			'Webhook registration',
			({ capabilities }) => REGISTRATIONS[capabilities.webhooks.registration],
		],
		['Webhook secret', secretOf],
	]);

/** What each gateway documents of files from n8n. */
export const uploadsTable = (): string =>
	tableOf(
		['gateway', 'message types', 'largest file', 'uploaded', 'can be sent for'],
		gateways.flatMap(({ label, capabilities: { uploads } }) => {
			if (uploads === undefined) return [];
			const rules = Object.values(uploads.types);
			const sizes = [...new Set(rules.map(({ maxBytes }) => size(maxBytes)))];
			const isFirst = uploads.goes === 'first';
			return [
				[
					label,
					list([
						...Object.keys(uploads.types),
						...(uploads.templateVariables === undefined ? [] : ['template']),
					]),
					sizes.join(', '),
					isFirst ? 'before the message' : 'with the message',
					isFirst ? duration(uploads.keptMs) : NONE,
				],
			];
		}),
	);

const size = (bytes: number | null): string =>
	bytes === null ? 'not stated' : `${bytes / 1024 ** 2} MB`;

const RECEIVED = { sameUrl: 'yes', separateUrl: 'by a second URL', none: NONE };

const REGISTRATIONS = { api: 'automatic', manual: 'manual', perMessage: 'with each message' };

const secretOf = ({ signingKeyField, capabilities: { webhooks } }: Gateway): string => {
	if (signingKeyField !== undefined) return 'signature';
	return webhooks.sendsSecretHeader ? 'header' : 'in the URL';
};

const ofScheduler = (
	{ capabilities: { scheduling } }: Gateway,
	say: (schedules: NonNullable<Capabilities['scheduling']>) => string,
): string => (scheduling === null ? NONE : say(scheduling));

/** Where each gateway takes the trigger's address: where the notice of the trigger leads. */
export const webhookTable = (): string =>
	tableOf(
		['gateway', 'the Production URL'],
		gateways.map((gateway) => [
			pageLink(gateway, '#webhook'),
			gateway.capabilities.webhooks.setupInstruction,
		]),
	);

/** Which gateways report what people write, and where a second URL is entered for it. */
const receivedTable = (): string =>
	tableOf(
		['gateway', 'the same Production URL once more'],
		gateways
			.filter(({ capabilities }) => capabilities.webhooks.received !== null)
			.map((gateway) => [
				pageLink(gateway),
				gateway.capabilities.webhooks.receivedInstruction ?? NONE,
			]),
	);

/** The words by which people opt out. */
const optOutTable = (): string =>
	tableOf(
		['list', 'on by default', '`stop`', '`start`', '`help`'],
		OPT_OUT_LIST_NAMES.map((name) => {
			const { label, words } = OPT_OUT_LISTS[name];
			const meanings: Partial<Record<OptOut, readonly string[]>> = words;
			return [
				label,
				yesNo(DEFAULT_OPT_OUT_LISTS.includes(name)),
				...(['stop', 'start', 'help'] as const).map((meaning) => list(meanings[meaning] ?? [NONE])),
			];
		}),
	);

/** The fields of the credential, and where each gateway's page says what to enter. */
export const fieldTable = (): string =>
	tableOf(
		['gateway', 'fields'],
		gateways.map((gateway) => [
			pageLink(gateway, '#credential'),
			list(gateway.credentialFields.map(({ label }) => label)),
		]),
	);

/** Where each gateway's page says which words come to which statuses. */
const wordPages = (): string =>
	gateways
		.map((gateway) => {
			const { statuses } = gateway.capabilities.webhooks;
			return `- ${pageLink(gateway, '#statuses')}: ${statuses.map((status) => `\`${status}\``).join(', ')}\n`;
		})
		.join('');

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

const parse = (id: string, body: unknown, receivedAt = RECEIVED_AT): StatusEvent[] => {
	const gateway = gatewayById(id);
	return gateway.parseWebhook(gateway.withoutSecrets?.(body) ?? body, { receivedAt });
};

/** The item that the trigger makes of the gateway's example. */
export async function eventOf(gateway: string): Promise<StatusEventItem> {
	const body = fixture(gateway, (await examplesOf(gateway)).event);
	const [{ occurredAt }] = parse(gateway, body);
	const receivedAt =
		occurredAt === null
			? RECEIVED_AT
			: new Date(Date.parse(occurredAt) + RECEIVED_AFTER_MS).toISOString();
	return toStatusEventItem(parse(gateway, body, receivedAt)[0], WORKFLOW_ZONE);
}

/** The item that the trigger makes of a vendor's sample of an answer. */
function receivedExample(): ReceivedMessageItem {
	const gateway = gatewayById('greenApi');
	const read = (receivedAt: string) =>
		gateway.parseReceived!(fixture(gateway.id, 'received-button.webhook.json'), { receivedAt })[0];
	const occurredAt = Date.parse(String(read(RECEIVED_AT).occurredAt));
	const receivedAt = new Date(occurredAt + RECEIVED_AFTER_MS).toISOString();
	return toReceivedMessageItem(read(receivedAt), WORKFLOW_ZONE);
}

/** What a gateway says in its own words, and the status that the event has. */
export const wordTable = async ({ id }: Gateway): Promise<string> =>
	tableOf(
		['the gateway says', 'status'],
		(await examplesOf(id)).words.map(([said, body]) => [said, `\`${parse(id, body)[0].status}\``]),
	);

/** The statuses that the table of words comes to, without `unknown`. */
export async function statusesSaid({ id }: Gateway): Promise<Set<string>> {
	const { words } = await examplesOf(id);
	const statuses = words.map(([, body]) => parse(id, body)[0].status);
	return new Set(statuses.filter((status) => status !== 'unknown'));
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
	sleep: async () => {},
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
	template: null,
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
		recipientTime: { source: null, possible: [] },
		adjusted: [],
		recipientAsGiven: null,
		warnings: [],
	});
}

/** What *Send* gives out for the vendor's own example. */
export async function sendOutput(): Promise<unknown> {
	const sent = await gatewayById('chatWhatsApp').send(answering('sent.json'), message);
	return sentItem(sent, { simplify: true, recipientAsGiven: null, warnings: [] });
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

/** A place on lines of its own; without it, a place is within a line. */
const block = (text: string): string => `\n${text}`;

const inWords = (names: readonly string[], last = 'and'): string =>
	names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} ${last} ${names.at(-1)}`;

/** The names of the gateways that can do something, for a sentence. */
const namesOf = (can: (capabilities: Capabilities) => boolean, last?: string): string =>
	inWords(
		gateways.filter(({ capabilities }) => can(capabilities)).map(({ label }) => label),
		last,
	);

const pageOf = ({ id }: Gateway): string => `gateways/${id}/README.md`;

/** Which timezones stand for which prefixes. */
const zoneRows = ZONE_LINES.trim()
	.split('\n')
	.map((line) => line.split('|').map((part) => part.split(',')))
	.filter(([zones]) => zones.length > 1);

/** The country codes with several clocks. */
const severalClocksTable = (): string =>
	tableOf(
		['country code', 'timezones'],
		zoneRows
			.flatMap(([zones, prefixes]) =>
				prefixes
					.filter((prefix) => isSeveral(prefix, zones))
					.map((code) => [`+${code}`, list(zones)]),
			)
			.sort(([one], [other]) => Number(one) - Number(other)),
	);

/** A country code whose timezones differ this year or next. */
const isSeveral = (prefix: string, zones: readonly string[]): boolean =>
	callingCodeOf(prefix) === prefix &&
	[0, 6].some((month) => {
		const noon = Date.UTC(2027, month, 15, 12);
		return new Set(zones.map((zone) => tz.zone(zone)!.utcOffset(noon))).size > 1;
	});

/** The area codes of +1 with several clocks. */
const severalAreasTable = (): string =>
	tableOf(
		['area codes', 'timezones'],
		zoneRows.flatMap(([zones, prefixes]) => {
			const areas = prefixes.filter((prefix) => /^1\d{3}$/.test(prefix));
			return areas.length === 0 ? [] : [[list(areas.map((area) => area.slice(1))), list(zones)]];
		}),
	);

/** When promotional messages may be sent, by country. */
const quietHoursTable = (): string =>
	tableOf(
		['preset', 'numbers', 'hours', 'basis', 'certainty', 'as of', 'source'],
		QUIET_HOURS.map(({ name, prefixes, hours, basis, sure, asOf, source }) => [
			`*${name}*`,
			list(prefixes.map((prefix) => `+${prefix}`)) || NONE,
			hours.replaceAll(/Mon Tue .*?(?= \d)/g, shortDays),
			basis,
			sure,
			asOf,
			source,
		]),
	);

/** Consecutive weekdays by the first and the last. */
const shortDays = (days: string): string => `${days.slice(0, 3)}–${days.slice(-3)}`;

/** A link to a gateway's page from `docs/`. */
const pageLink = (gateway: Gateway, anchor = ''): string =>
	`[${gateway.label}](../${pageOf(gateway)}${anchor})`;

const registers = ({ webhooks }: Capabilities): boolean => webhooks.registration === 'api';

/** The generated places of a gateway's page. */
const placesOfPage = async (gateway: Gateway): Promise<Record<string, string>> => ({
	words: block(await wordTable(gateway)),
	event: block(jsonBlock(await eventOf(gateway.id))),
	pages: block(pagesOf(gateway)),
});

/** Every generated place, by page and name. */
export async function generated(): Promise<Record<string, Record<string, string>>> {
	const pages = await Promise.all(
		gateways.map(async (gateway) => [pageOf(gateway), await placesOfPage(gateway)] as const),
	);
	return {
		...Object.fromEntries(pages),
		'README.md': {
			names: namesOf(() => true),
			'without-scheduler': namesOf(({ scheduling }) => scheduling === null),
			registering: namesOf(registers),
			capabilities: block(capabilityTable()),
			statuses: block(statusTable()),
			'event-chatWhatsApp': block(jsonBlock(await eventOf('chatWhatsApp'))),
			ids: gateways.map(({ id }) => `\`${id}\``).join(', '),
		},
		'docs/operations.md': {
			uploads: block(uploadsTable()),
			'output-schedule': block(jsonBlock(await scheduleOutput())),
			'output-send': block(jsonBlock(await sendOutput())),
		},
		'docs/credentials.md': {
			fields: block(fieldTable()),
			registering: namesOf(registers),
			webhooks: block(webhookTable()),
		},
		'docs/gateways.md': {
			pages: block(gateways.map((gateway) => `- ${pageLink(gateway)}\n`).join('')),
			'with-scheduler': namesOf(({ scheduling }) => scheduling !== null),
			delivered: namesOf(({ webhooks }) => webhooks.statuses.includes('delivered')),
			read: namesOf(({ webhooks }) => webhooks.statuses.includes('read')),
			capabilities: block(capabilityTable()),
			webhooks: block(webhookTable()),
		},
		'docs/operations-by-gateway.md': { cells: block(cellsPage(readResult())) },
		'docs/postgresql.md': {
			schema: block(
				`\`\`\`sql
${schemaScript(parseTableNames(DEFAULT_SCHEMA, DEFAULT_TABLE_NAME))}\`\`\`
`,
			),
		},
		'docs/recipients-time.md': {
			several: block(severalClocksTable()),
			areas: block(severalAreasTable()),
			'quiet-hours': block(quietHoursTable()),
		},
		'docs/replies.md': {
			receives: block(receivedTable()),
			received: block(jsonBlock(receivedExample())),
			'opt-outs': block(optOutTable()),
		},
		'docs/status-events.md': {
			statuses: block(statusTable()),
			words: block(wordPages()),
		},
	};
}

/** What n8n's search finds the nodes by, besides the gateways' names. */
const WORDS_TO_SEARCH = [
	'WhatsApp',
	'SMS',
	'Text Message',
	'Schedule',
	'Scheduled Message',
	'Reminder',
	'Appointment',
	'Send Later',
	'Delayed Message',
	'Delivery Status',
	'Delivered',
	'Read Receipt',
];

/** Lists of gateways in files that are not Markdown: the file, and its text with the list as it is now. */
export const generatedLists: Readonly<Record<string, (text: string) => string>> = {
	// n8n's nodes panel has one entry for both nodes, with the aliases of the action node only.
	'nodes/MessageScheduler/MessageScheduler.node.json': (text) => {
		const alias = [...WORDS_TO_SEARCH, ...gateways.map(({ label }) => label)];
		return `${JSON.stringify({ ...JSON.parse(text), alias }, null, '\t')}\n`.replace(
			/\[\s+("[^"]*")\s+\]/g,
			'[$1]',
		);
	},
	'.github/ISSUE_TEMPLATE/bug.yml': (text) =>
		text.replace(
			/(label: Gateway\n\s+options:\n)(?:\s+- .*\n)+/,
			(_, head: string) =>
				head +
				[...gateways.map(({ label }) => label), 'None of them']
					.map((label) => `        - ${label}\n`)
					.join(''),
		),
};
