import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, readdir, readlink, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BinaryDataConfig, BinaryDataService } from 'n8n-core';
import type { IBinaryData, IHttpRequestOptions } from 'n8n-workflow';
import { startSandbox, type Sandbox } from '../../sandbox/index.mts';
import { DataTables } from './dataTables.mts';
import {
	byId,
	credentialFor,
	errorOf,
	expectNoToken,
	hurry,
	inSeconds,
	outputOf,
	runByEngine,
	type Json,
	type Setting,
} from './fakeContext.mts';

/** n8n-core's own container: the package of that name may be there twice. */
const { Container } = createRequire(join(process.cwd(), 'node_modules/n8n-core/package.json'))(
	'@n8n/di',
) as { Container: { get<T>(type: abstract new (...given: never[]) => T): T } };

/** Files from n8n, in both of its modes: in the item, and as a file that is read while it is sent. */
let sandbox: Sandbox;
let folder: string;
let tables: DataTables;

beforeAll(async () => {
	folder = await mkdtemp(join(tmpdir(), 'binary-data-'));
	Object.assign(Container.get(BinaryDataConfig), { mode: 'filesystem', localStoragePath: folder });
	await Container.get(BinaryDataService).init();
});
beforeEach(async () => {
	sandbox = await startSandbox({ rateLimits: false, clockFactor: 60 });
	tables = new DataTables();
});
afterEach(async () => {
	jest.restoreAllMocks();
	await sandbox.close();
});
afterAll(async () => await rm(folder, { recursive: true, force: true }));

const MODES = ['memory', 'filesystem'] as const;
type Mode = (typeof MODES)[number];

const FILE = { fileName: 'invoice 7.pdf', mimeType: 'application/pdf', fileExtension: 'pdf' };

async function stored(content: Buffer, mode: Mode, more: Partial<IBinaryData> = {}) {
	const file = { ...FILE, ...more, data: content.toString('base64') };
	if (mode === 'memory') return file;
	const location = { type: 'execution', workflowId: 'w', executionId: 'e' } as const;
	return await Container.get(BinaryDataService).store(location, content, file);
}

const sha256 = (content: Buffer) => createHash('sha256').update(content).digest('hex');
const settingOf = (gateway: string, data: IBinaryData | undefined): Setting => ({
	credential: credentialFor(sandbox, {}, gateway),
	binary: [data === undefined ? undefined : { data }],
	tables,
});
const DOCUMENT: Json = {
	recipient: '+919988066776',
	messageType: 'document',
	mediaSource: 'binary',
	caption: 'Your invoice',
};
const SEND: Json = { ...DOCUMENT, resource: 'message', operation: 'send' };
const SCHEDULE: Json = { ...DOCUMENT, storeIn: 'dataTable', sendAt: inSeconds(3600) };
const requestsTo = (path: RegExp) => sandbox.requests().filter((one) => path.test(one.path));
const UPLOAD = /\/(media|uploadFile\/.*)$/;

describe.each(MODES)('a file in %s mode', (mode) => {
	it.each([
		['greenApi', /\/uploadFile\//, { urlFile: expect.stringMatching(/\.pdf$/) }],
		['whapi', /^\/media$/, { media: expect.stringMatching(/-media$/) }],
	])('is uploaded to %s, and the message names the upload', async (gateway, path, media) => {
		const content = randomBytes(300_000);
		const [item] = await outputOf(SEND, settingOf(gateway, await stored(content, mode)));
		const [upload, send] = sandbox.requests();
		expect(upload.path).toMatch(path);
		expect(upload.headers).toMatchObject({
			'content-type': 'application/pdf',
			'content-length': '300000',
		});
		expect(upload.body).toMatchObject({ bytes: 300_000, sha256: sha256(content) });
		expect(send.body).toMatchObject({ ...media, caption: 'Your invoice' });
		expect(sandbox.requests()).toHaveLength(2);
		expect(item).toMatchObject({ mediaUrl: null, fileName: 'invoice 7.pdf', type: 'document' });
		expect(Object.values(send.body as Json)).toContain(item.mediaId);
	});

	it('is uploaded to the WhatsApp Business Platform as a form, and the message has its id', async () => {
		const content = randomBytes(300_000);
		const setting = settingOf('whatsAppCloud', await stored(content, mode));
		const [item] = await outputOf(SEND, setting);
		const [upload, send] = sandbox.requests();
		const type = 'application/pdf';
		const file = { fileName: 'invoice 7.pdf', contentType: type, sha256: sha256(content) };
		expect(upload.body).toMatchObject({ messaging_product: 'whatsapp', type, file });
		const document = { id: item.mediaId, caption: 'Your invoice', filename: 'invoice 7.pdf' };
		expect(send.body).toMatchObject({ type: 'document', document });
	});

	it('goes to Hypersender WhatsApp with the message', async () => {
		const content = randomBytes(300_000);
		const setting = settingOf('hypersenderWhatsApp', await stored(content, mode));
		const [item] = await outputOf(SEND, setting);
		const [send] = sandbox.requests();
		expect(sandbox.requests()).toHaveLength(1);
		expect(send.headers['content-type']).toMatch(/^multipart\/form-data; boundary=/);
		expect(send.body).toEqual({
			chatId: '919988066776@c.us',
			caption: 'Your invoice',
			filename: 'invoice 7.pdf',
			file: {
				fileName: 'invoice 7.pdf',
				contentType: 'application/pdf',
				bytes: 300_000,
				sha256: sha256(content),
			},
		});
		expect(item).toMatchObject({ status: 'queued', mediaId: null, mediaUrl: null });
	});

	it('goes to WAHA with the message, as text', async () => {
		const content = randomBytes(300_000);
		await outputOf(SEND, settingOf('waha', await stored(content, mode)));
		const [send] = sandbox.requests().filter(({ method }) => method === 'POST');
		expect(send.body).toMatchObject({
			caption: 'Your invoice',
			file: {
				mimetype: 'application/pdf',
				filename: 'invoice 7.pdf',
				data: content.toString('base64'),
			},
		});
	});

	it('is uploaded anew, whole, after a lost response; the message is sent once', async () => {
		hurry();
		const content = randomBytes(100_000);
		sandbox.faults.add({ kind: 'dropResponse', path: /uploadFile/, times: 1 });
		sandbox.faults.add({ kind: 'errorBefore', status: 503, path: /uploadFile/, times: 1 });
		await outputOf(SEND, settingOf('greenApi', await stored(content, mode)));
		const uploads = requestsTo(UPLOAD);
		expect(uploads).toHaveLength(3);
		for (const { body } of uploads) expect(body).toMatchObject({ sha256: sha256(content) });
		expect(sandbox.messages('greenApi')).toHaveLength(1);
	});

	it('is stored with the message: uploaded when scheduled, sent by its id when due', async () => {
		const setting = settingOf('whapi', await stored(randomBytes(1000), mode));
		const [item] = await outputOf(SCHEDULE, setting);
		expect(item).toMatchObject({
			status: 'scheduled',
			mediaUrl: null,
			mediaId: expect.any(String),
		});
		const [row] = tables.named('scheduled_messages').rows.values();
		expect(row).toMatchObject({ media_url: null, media_id: item.mediaId });
		expect(requestsTo(UPLOAD)).toHaveLength(1);
		const due = new Date(Date.now() - 1000).toISOString();
		tables.named('scheduled_messages').edit(row.id, { send_at: due, next_attempt_at: due });
		const [sent] = await outputOf({ operation: 'sendDue' }, settingOf('whapi', undefined));
		expect(sent).toMatchObject({ mediaId: item.mediaId, fileName: 'invoice 7.pdf' });
		expect(sandbox.messages('whapi')).toMatchObject([{ mediaUrl: item.mediaId }]);
		expect(requestsTo(UPLOAD)).toHaveLength(1);
	});
});

describe('which file', () => {
	it('is taken from another binary field, or from an expression', async () => {
		const [photo, other] = [randomBytes(10), randomBytes(20)];
		const image = { mimeType: 'image/png', fileName: 'a.png' };
		const setting: Setting = {
			...settingOf('whapi', undefined),
			binary: [
				{
					photo: await stored(photo, 'memory', image),
					other: await stored(other, 'memory', image),
				},
			],
		};
		const wanted = { ...SEND, messageType: 'image', binaryPropertyName: 'photo' };
		await outputOf(wanted, setting);
		const elsewhere = `={{ $('Start').item.binary.other }}`;
		await runByEngine({ ...wanted, binaryPropertyName: elsewhere }, setting);
		expect(requestsTo(UPLOAD).map(({ body }) => (body as Json).bytes)).toEqual([10, 20]);
	});

	it('keeps the name that the user gives', async () => {
		const setting = settingOf('whapi', await stored(randomBytes(9), 'memory'));
		const [item] = await outputOf({ ...SEND, fileName: 'Bill.pdf' }, setting);
		expect(item.fileName).toBe('Bill.pdf');
	});

	it('needs no name of its own', async () => {
		const data = await stored(randomBytes(9), 'memory', { fileName: undefined });
		const [item] = await outputOf(SEND, settingOf('greenApi', data));
		expect(item.fileName).toBe('file.pdf');
	});

	it('is unknown to the gateway: its name goes along, in letters that a header takes', async () => {
		const unknown = { mimeType: 'application/octet-stream', fileName: 'Größe 7.cdr' };
		const data = await stored(randomBytes(9), 'memory', unknown);
		const [item] = await outputOf(SEND, settingOf('greenApi', data));
		expect(requestsTo(UPLOAD)[0].headers['ga-filename']).toMatch(/^[\w.-]+\.cdr$/);
		expect(item.fileName).toBe('Größe 7.cdr');
	});
});

/** Nothing goes out for any of these. */
describe('refused before any request', () => {
	const refused = async (gateway: string, parameters: Json, data?: IBinaryData) => {
		const setting = settingOf(gateway, data);
		const error = await errorOf(parameters, setting);
		expect(sandbox.requests()).toEqual([]);
		expectNoToken(error, setting.credential);
		return `${error.message} ${error.description ?? ''}`;
	};
	const small = async (more: Partial<IBinaryData> = {}, mode: Mode = 'memory') =>
		await stored(randomBytes(9), mode, more);

	it('an item without a file', async () => {
		expect(await refused('whapi', SEND)).toMatch(/"data".*no such binary field.*no file at all/);
	});

	it('a field that is not there: the error names those that are', async () => {
		const text = await refused('whapi', { ...SEND, binaryPropertyName: 'file' }, await small());
		expect(text).toMatch(/"Input Binary Field" is "file".*Its binary fields: "data"\./);
	});

	it.each(['', '  ', 7, [], {}])('the field name %j', async (binaryPropertyName) => {
		const wanted = { ...SEND, binaryPropertyName: binaryPropertyName as never };
		expect(await refused('whapi', wanted, await small())).toMatch(/"Input Binary Field" is /);
	});

	it.each(['constructor', '__proto__', 'toString'])('the field name %s', async (name) => {
		const text = await refused('whapi', { ...SEND, binaryPropertyName: name }, await small());
		expect(text).toMatch(/no such binary field/);
	});

	it('a source that there is not', async () => {
		const wanted = { ...SEND, mediaSource: '={{ "disk" }}' };
		expect(await refused('whapi', wanted, await small())).toMatch(/"Media Source" is "disk"/);
	});

	it.each(MODES)('an empty file in %s mode', async (mode) => {
		const text = await refused('greenApi', SEND, await stored(Buffer.alloc(0), mode));
		expect(text).toMatch(/The file "invoice 7\.pdf" in "Input Binary Field" is empty/);
	});

	it.each(MODES)('a file that is too big, in %s mode, also of the last item', async (mode) => {
		const tooBig = await stored(Buffer.alloc(100 * 1024 * 1024 + 1), mode);
		const setting = { ...settingOf('greenApi', undefined), items: [{}, {}] };
		for (const data of [tooBig, { ...tooBig, bytes: 100 * 1024 * 1024 + 1 }]) {
			const binary = [{ data: await small() }, { data }];
			const { message } = await errorOf(SEND, { ...setting, binary });
			expect(message).toMatch(/has 100\.1 MB, but GREEN-API takes at most 100 MB for document/);
		}
		expect(sandbox.requests()).toEqual([]);
	});

	it('a type that the gateway does not take', async () => {
		const text = await refused('whapi', SEND, await small({ mimeType: 'text/html' }));
		expect(text).toMatch(/of the type "text\/html", which Whapi\.Cloud does not take for document/);
		expect(text).toMatch(/takes: application\/pdf,/);
	});

	it('a file of another kind than its message', async () => {
		const wanted = { ...SEND, messageType: 'image' };
		expect(await refused('greenApi', wanted, await small())).toMatch(/sends as document/);
	});

	it('a media host that is none, also for a text', async () => {
		const credential = credentialFor(sandbox, { greenApiMediaUrl: 'media' }, 'greenApi');
		const text = { resource: 'message', operation: 'send', recipient: '+919988066776', text: 'x' };
		const { message } = await errorOf(text, { credential });
		expect(message).toMatch(/"Media API URL" is "media"\. Enter a URL/);
		expect(sandbox.requests()).toEqual([]);
	});

	it('a message type without upload, or a gateway without any', async () => {
		const video = { ...SEND, messageType: 'video' };
		expect(await refused('hypersenderWhatsApp', video, await small())).toMatch(
			/Hypersender WhatsApp documents no way to send a file from n8n as video.*Media Source/,
		);
		const image = { ...SEND, messageType: 'image' };
		expect(await refused('chatWhatsApp', image, await small())).toMatch(
			/ChatWhatsApp documents no way to send a file from n8n.*public URL/,
		);
		expect(
			await refused('chatWhatsApp', { ...SCHEDULE, storeIn: 'gateway' }, await small()),
		).toMatch(/ChatWhatsApp documents no way to send a file from n8n/);
	});

	it('a file that n8n has deleted', async () => {
		const data = await small({}, 'filesystem');
		await rm(folder, { recursive: true });
		const text = await refused('whapi', SEND, data);
		expect(text).toMatch(/n8n no longer has the file "invoice 7\.pdf"/);
	});

	it.each([
		['greenApi', 15, 14],
		['whapi', 30, 29],
	])('a time at which %s no longer has the file', async (gateway, days, last) => {
		const on = (day: number) => ({ ...SCHEDULE, sendAt: inSeconds(day * 86_400 - 60) });
		const text = await refused(gateway, on(days), await small());
		expect(text).toMatch(new RegExp(`keeps an uploaded file for ${days} days.*"Media Source"`));
		// A day of validity comes on top.
		const [item] = await outputOf(on(last), settingOf(gateway, await small()));
		expect(item.status).toBe('scheduled');
	});

	it('a file that goes with the message, for a message that waits in n8n', async () => {
		const text = await refused('hypersenderWhatsApp', SCHEDULE, await small());
		expect(text).toMatch(/only together with the message, so such a message cannot be scheduled/);
	});

	it('comparing contents, which a file from n8n has none of', async () => {
		const options = { ifAlreadyScheduled: 'return' };
		const text = await refused('whapi', { ...SCHEDULE, options }, await small());
		expect(text).toMatch(/"If Already Scheduled" is "return".*cannot compare files/);
	});
});

it('uploads at most two files at once, for many items', async () => {
	const count = 9;
	const files = Array.from({ length: count }, () => stored(randomBytes(50_000), 'filesystem'));
	const binary = (await Promise.all(files)).map((data) => ({ data }));
	let [under, most] = [0, 0];
	const onRequest = async ({ url }: IHttpRequestOptions) => {
		if (url.endsWith('/media')) most = Math.max(most, ++under);
		else under--;
		await new Promise((resolve) => setTimeout(resolve, 5));
	};
	const items = binary.map(() => ({}));
	await outputOf(SEND, { ...settingOf('whapi', undefined), items, binary, onRequest });
	expect(sandbox.messages('whapi')).toHaveLength(count);
	expect(most).toBe(2);
});

it('Retry On Fail: a message whose outcome is unknown is not sent again, nor its file', async () => {
	hurry();
	sandbox.faults.add({ kind: 'dropResponse', path: /messages\/document/ });
	const node = { retryOnFail: true, maxTries: 3 };
	const setting = settingOf('whapi', await stored(randomBytes(9), 'filesystem'));
	const { error } = await runByEngine(SEND, { ...setting, node });
	expect(error?.message).toMatch(/not sent again/);
	expect(sandbox.messages('whapi')).toHaveLength(1);
	expect(requestsTo(UPLOAD)).toHaveLength(1);
});

it('a lost response of the table does not make a second message', async () => {
	hurry();
	const setting = settingOf('whapi', await stored(randomBytes(9), 'filesystem'));
	const messages = tables.makeMessages();
	let isLost = false;
	const { executeWorkflow } = tables;
	jest.spyOn(tables, 'executeWorkflow').mockImplementation(async (...given) => {
		const result = await executeWorkflow.apply(tables, given);
		if (isLost || messages.rows.size === 0) return result;
		isLost = true;
		throw new Error('The response is lost');
	});
	const node = { retryOnFail: true, maxTries: 3 };
	const { items, error } = await runByEngine(SCHEDULE, { ...setting, node });
	expect(error).toBeUndefined();
	const rows = [...tables.named('scheduled_messages').rows.values()];
	expect(rows).toHaveLength(1);
	expect(items).toMatchObject([{ mediaId: rows[0].media_id }]);
});

it('a stored file does not outlive a move: Reschedule, and Retry to another account', async () => {
	const setting = settingOf('greenApi', await stored(randomBytes(9), 'memory'));
	const [{ scheduleId }] = await outputOf(SCHEDULE, setting);
	const move = { operation: 'reschedule', ...byId(scheduleId) };
	const far = await errorOf({ ...move, sendAt: inSeconds(20 * 86_400) }, setting);
	expect(`${far.message} ${far.description}`).toMatch(/keeps an uploaded file for 15 days/);
	const [moved] = await outputOf({ ...move, sendAt: inSeconds(5 * 86_400) }, setting);
	expect(moved.status).toBe('scheduled');
	const another = credentialFor(sandbox, { greenApiIdInstance: '1101000002' }, 'greenApi');
	const reassign = { operation: 'retry', selectBy: 'scheduleId', ...byId(scheduleId) };
	const error = await errorOf(
		{ ...reassign, options: { reassign: true } },
		{ ...setting, credential: another },
	);
	expect(`${error.message} ${error.description}`).toMatch(/its file was uploaded to the account/);
});

it('leaves no file open', async () => {
	const setting = settingOf('greenApi', await stored(randomBytes(2_000_000), 'filesystem'));
	sandbox.faults.add({ kind: 'status', status: 413, processed: false, path: /uploadFile/ });
	const links = async () => {
		const open = await readdir('/proc/self/fd').catch(() => []);
		const all = open.map(async (fd) => await readlink(`/proc/self/fd/${fd}`).catch(() => ''));
		return (await Promise.all(all)).filter((path) => path.startsWith(folder));
	};
	await errorOf(SEND, setting);
	await new Promise((resolve) => setTimeout(resolve, 50));
	expect(await links()).toEqual([]);
});
