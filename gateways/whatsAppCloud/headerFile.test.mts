import { randomBytes } from 'node:crypto';
import type { IBinaryData } from 'n8n-workflow';
import { startSandbox, type Sandbox } from '../../sandbox/index.mts';
import { DataTables } from '../../test/nodes/dataTables.mts';
import {
	byId,
	credentialFor,
	errorOf,
	hurry,
	inSeconds,
	outputOf,
	type Json,
	type Setting,
} from '../../test/nodes/fakeContext.mts';
import { DAY_MS } from '../../messages/duration';

/** The file in the header of a template, from n8n: the node with this gateway, on the sandbox. */
let sandbox: Sandbox;
let tables: DataTables;

beforeEach(async () => {
	sandbox = await startSandbox({ rateLimits: false, clockFactor: 60 });
	tables = new DataTables();
});
afterEach(async () => {
	jest.restoreAllMocks();
	await sandbox.close();
});

const stored = (more: Partial<IBinaryData> = {}, bytes = 300): IBinaryData => ({
	fileName: 'menu.png',
	mimeType: 'image/png',
	data: randomBytes(bytes).toString('base64'),
	...more,
});
const settingOf = (data: IBinaryData | undefined, changes: Json = {}): Setting => ({
	credential: credentialFor(sandbox, { webhookSecret: '', ...changes }, 'whatsAppCloud'),
	binary: [data === undefined ? undefined : { data }],
	tables,
});
const WORDS = {
	'body.number_of_guests': '4',
	'body.day': 'Saturday',
	'body.date': 'August 30th',
	'body.time': '7:30 pm',
};
const filled = (value: Json, name = 'reservation_confirmation', language = 'en_US'): Json => ({
	recipient: '+16505551234',
	messageType: 'template',
	template: { __rl: true, mode: 'list', value: `${name}|${language}` },
	mediaSource: 'binary',
	templateVariables: {
		mappingMode: 'defineBelow',
		value,
		matchingColumns: [],
		schema: [],
	},
});
const SEND: Json = { ...filled(WORDS), resource: 'message', operation: 'send' };
const SCHEDULE: Json = {
	...filled(WORDS),
	operation: 'schedule',
	storeIn: 'dataTable',
	sendAt: inSeconds(3_600),
};
const posts = () =>
	sandbox
		.requests('whatsAppCloud')
		.filter(({ method }) => method === 'POST')
		.map(({ path }) => path.split('/').at(-1));
/** The parameter of the header in the last message. */
const header = () => {
	const { template } = sandbox.messages('whatsAppCloud').at(-1)!.body as {
		template: { components: Array<{ type: string; parameters: unknown[] }> };
	};
	return template.components.find(({ type }) => type === 'header')?.parameters;
};

it('is uploaded, and the header names the upload', async () => {
	const [item] = await outputOf(SEND, settingOf(stored()));
	expect(posts()).toEqual(['media', 'messages']);
	expect(item).toMatchObject({ type: 'template', status: 'queued', mediaUrl: null, warnings: [] });
	expect(item.mediaId).toMatch(/^\d+$/);
	expect(header()).toEqual([{ type: 'image', image: { id: item.mediaId } }]);
});

it.each([
	['header.video', 'video/mp4', 'VIDEO', 'video'],
	['header.document', 'application/pdf', 'DOCUMENT', 'document'],
])('fills %s, if it is of the type %s', async (_, mimeType, format, kind) => {
	const [, template] = sandbox.dialect('whatsAppCloud').templates;
	template.components[0] = { type: 'HEADER', format };
	const [{ mediaId }] = await outputOf(SEND, settingOf(stored({ mimeType })));
	expect(header()).toEqual([{ type: kind, [kind]: { id: mediaId } }]);
});

it('is sent without a look at the template, which the credential does not allow', async () => {
	const [item] = await outputOf(SEND, settingOf(stored(), { whatsAppCloudWabaId: '' }));
	expect(item.warnings).toEqual([expect.stringContaining('The template was not checked')]);
	expect(header()).toEqual([{ type: 'image', image: { id: item.mediaId } }]);
});

it('is stored with the message: uploaded when scheduled, sent by its id when due', async () => {
	const [item] = await outputOf(SCHEDULE, settingOf(stored()));
	expect(posts()).toEqual(['media']);
	const [row] = tables.named('scheduled_messages').rows.values();
	expect(row).toMatchObject({ media_id: item.mediaId, media_url: null });
	expect(JSON.parse(String(row.template))).toMatchObject({
		variables: { ...WORDS, 'header.image': item.mediaId },
	});
	const due = new Date(Date.now() - 1000).toISOString();
	tables.named('scheduled_messages').edit(row.id, { send_at: due, next_attempt_at: due });
	const [sent] = await outputOf({ operation: 'sendDue' }, settingOf(undefined));
	expect(sent).toMatchObject({ status: 'queued', mediaId: item.mediaId });
	expect(header()).toEqual([{ type: 'image', image: { id: item.mediaId } }]);
	expect(posts()).toEqual(['media', 'messages']);
});

it('is uploaded anew after a lost response; the message is sent once', async () => {
	hurry();
	sandbox.faults.add({ kind: 'dropResponse', path: /media$/, times: 1 });
	await outputOf(SEND, settingOf(stored()));
	expect(posts()).toEqual(['media', 'media', 'messages']);
});

describe('what is stored with it', () => {
	/** To when Meta no longer has the file. */
	const move = async () => {
		const [row] = tables.named('scheduled_messages').rows.values();
		const sendAt = new Date(Date.now() + 40 * DAY_MS).toISOString();
		return { row, parameters: { operation: 'reschedule', ...byId(row.schedule_id), sendAt } };
	};

	it('is not moved to when Meta no longer has it', async () => {
		await outputOf(SCHEDULE, settingOf(stored()));
		const { parameters } = await move();
		const { message } = await errorOf(parameters, settingOf(undefined));
		expect(message).toMatch(/keeps an uploaded file for 30 days/);
	});

	it('is, once a person has entered a public URL in its place', async () => {
		await outputOf(SCHEDULE, settingOf(stored()));
		const { row, parameters } = await move();
		const link = 'https://example.com/menu.png';
		const template = JSON.parse(String(row.template)) as { variables: Json };
		template.variables['header.image'] = link;
		tables.named('scheduled_messages').edit(row.id, { template: JSON.stringify(template) });
		await outputOf(parameters, settingOf(undefined));
		const due = new Date(Date.now() - 1000).toISOString();
		tables.named('scheduled_messages').edit(row.id, { send_at: due, next_attempt_at: due });
		await outputOf({ operation: 'sendDue' }, settingOf(undefined));
		expect(header()).toEqual([{ type: 'image', image: { link } }]);
	});
});

type Row = [what: string, parameters: Json, data: IBinaryData | undefined, sentence: RegExp];
it.each<Row>([
	['without a file', SEND, undefined, /"Input Binary Field".*no such binary field/],
	[
		'of a type that no header takes',
		SEND,
		stored({ mimeType: 'image/gif', fileName: 'a.gif' }),
		/type "image\/gif", which .* does not take for template.*image\/jpeg, image\/png, video\/mp4, video\/3gpp, application\/pdf/,
	],
	[
		'too big for its type',
		SEND,
		stored({}, 5 * 1024 ** 2 + 1),
		/has 5\.1 MB, but .* takes at most 5 MB for template/,
	],
	[
		'of another type than the template takes',
		SEND,
		stored({ mimeType: 'application/pdf', fileName: 'a.pdf' }),
		/is for "header\.document", which the template "reservation_confirmation \(en_US\)" does not have.*Choose a file for "header\.image"/,
	],
	[
		'for a template without one',
		{
			...SEND,
			...filled(
				{ 'body.1': 'Ana', 'body.2': 'ten', 'button.1.url': '17' },
				'appointment_reminder',
				'en',
			),
		},
		stored(),
		/is for "header\.image", which the template "appointment_reminder \(en\)" does not have.*Set "Media Source" to "URL"/,
	],
	[
		'beside a URL in its place',
		{ ...SEND, ...filled({ ...WORDS, 'header.image': 'https://example.com/menu.png' }) },
		stored(),
		/"Variables" has a value for "header\.image", which the file in "Input Binary Field" fills/,
	],
	[
		'of a message that may be sent when Meta no longer has it',
		{ ...SCHEDULE, sendAt: inSeconds((40 * DAY_MS) / 1000) },
		stored(),
		/keeps an uploaded file for 30 days/,
	],
])('a file %s is refused, and nothing is sent or stored', async (...row) => {
	const [, parameters, data, sentence] = row;
	const error = await errorOf(parameters, settingOf(data));
	expect(`${error.message} ${error.description ?? ''}`).toMatch(sentence);
	expect(posts()).toEqual([]);
	expect(tables.names).toEqual([]);
});
