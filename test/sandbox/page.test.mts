import axios from 'axios';
import fc from 'fast-check';

import { MessageGatewayApi } from '../../credentials/MessageGatewayApi.credentials';
import { gateways } from '../../gateways/registry';
import { guides } from '../../harness/credentialForm.mts';
import {
	definitionOf,
	gatewayIds,
	startSandbox,
	webhookTarget,
	type Sandbox,
} from '../../sandbox/index.mts';
import type { PageContent } from '../../sandbox/page/content.mts';
import { escape, html } from '../../sandbox/page/html.mts';
import { renderLive, renderPage } from '../../sandbox/page/render.mts';
import { momentText } from '../../sandbox/page/times.mts';
import { startReceiver, type Receiver } from './receiver.mts';
import { fromNow, hour, minute } from './shape.mts';

/** The page for people, as the server makes it; test/ui opens it in a browser. */
const SECRET = 'the-secret-of-the-test';

let sandbox: Sandbox;
let receiver: Receiver;

beforeAll(async () => {
	receiver = await startReceiver();
});
beforeEach(async () => {
	receiver.clear();
	sandbox = await startSandbox({ clockFactor: 60, rateLimits: false, guides: guides(SECRET) });
});
afterEach(async () => await sandbox.close());
afterAll(async () => await receiver.close());

const open = async (gateway = 'chatWhatsApp') => {
	const { data } = await axios.get<string>(`${sandbox.origin}/?gateway=${gateway}`);
	return data;
};

const press = async (gateway: string, action: string, form: Record<string, string>, headers = {}) =>
	await axios.post<string>(
		`${sandbox.origin}/_sandbox/page/${gateway}/${action}`,
		new URLSearchParams(form).toString(),
		{
			headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
			maxRedirects: 0,
			validateStatus: () => true,
		},
	);

const schedule = async (text: string, ms = 10 * hour, to = '919988066776') => {
	const { baseUrl, sessionId, apiKey } = sandbox.accounts.chatWhatsApp;
	return await axios.post(
		`${baseUrl}/sessions/${sessionId}/scheduled`,
		{ to, text, scheduledAt: fromNow(ms) },
		{ headers: { 'X-API-Key': apiKey }, validateStatus: () => true },
	);
};

const sendByWhapi = async (body: string) => {
	const { baseUrl, apiToken } = sandbox.accounts.whapi;
	const headers = { Authorization: `Bearer ${apiToken}` };
	const { data } = await axios.post<{ message: { id: string } }>(
		`${baseUrl}/messages/text`,
		{ to: '61371989951', body },
		{ headers },
	);
	return data.message.id;
};

const unescape = (text: string) =>
	text.replace(
		/&(amp|lt|gt|quot|#39|#96);/g,
		(_, name: string) =>
			({ amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'", '#96': '`' })[name] ?? '',
	);

/** What a person reads, as far as this test needs it. */
const wordsOf = (page: string) => unescape(page.replace(/<[^>]*>/g, ' ')).replace(/\s+/g, ' ');

const TAG = /<!DOCTYPE html>|<\/?[a-z0-9]+(?:\s+[a-z-]+(?:="[^"<>]*")?)*\s*\/?>/g;

/** The page's tags with the names of their attributes; fails where a `<` or `>` is in no tag. */
function skeleton(page: string): string[] {
	expect(page.replace(TAG, '')).not.toMatch(/[<>]/);
	return page.match(TAG)!.map((tag) => tag.replace(/="[^"]*"/g, ''));
}

describe('html', () => {
	it('escapes texts, keeps HTML, joins lists, and leaves out what is not there', () => {
		const bold = html`<b>${'<'}</b>`;
		expect(html`<p title="${'"'}">${[bold, ' & ']}${null}${undefined}${false}${0}</p>`.text).toBe(
			'<p title="&quot;"><b>&lt;</b> &amp; 0</p>',
		);
	});

	it('keeps no sign that could end a text or an attribute', () => {
		fc.assert(
			fc.property(fc.string({ unit: 'grapheme' }), (text) => {
				expect(escape(text)).not.toMatch(/[<>"'`]/);
				expect(unescape(escape(text))).toBe(text);
			}),
		);
	});
});

describe('whatever the texts are', () => {
	const hostile = fc.oneof(
		fc.constantFrom(
			'<script>alert(1)</script>',
			'"><img src=x onerror=alert(1)>',
			"' onmouseover='alert(1)",
			'</pre></details></table><h1>',
			'<!--',
			'&lt;b&gt;',
			'${1}`',
			'\u2028</script \u202e\0',
		),
		fc
			.array(fc.constantFrom('<', '>', '"', "'", '&', '/', '=', '-', '!', 'a', ' ', '\n', '`'))
			.map((signs) => signs.join('')),
		fc.string({ unit: 'grapheme' }),
	);
	const at = '2026-11-21T15:40:00.000Z';

	/** A page with this text everywhere where something from outside can stand. */
	const contentWith = (text: string): PageContent => {
		const message = {
			id: text,
			to: text,
			type: 'text',
			text,
			mediaUrl: null,
			caption: null,
			fileName: null,
			status: text,
			reason: text || 'x',
			takenAt: at,
			scheduledAt: at,
			body: { text },
		};
		const image = { ...message, type: 'image', mediaUrl: text, caption: text };
		const request = { query: {}, headers: {}, body: text, at, status: 400 };
		const guide = {
			gateway: 'whapi' as const,
			label: text,
			credentialName: text,
			fields: [{ label: text, value: text, isOptional: true }],
			webhook: {
				setupInstruction: `x${text}`,
				isAutomatic: false,
				secret: `x${text}`,
				secretIn: 'query' as const,
			},
		};
		return {
			guide,
			tabs: [{ gateway: 'whapi', label: text, count: 1 }],
			view: {
				gateway: 'whapi',
				clockFactor: 60,
				heldCount: 1,
				held: [{ message, goesOutAt: new Date(at) }],
				messageCount: 3,
				messages: [
					{ message, isSettable: true },
					{ message: image, isSettable: false },
				],
				settableStatuses: ['sent', text],
				statusNote: text,
				script: [text],
				webhookUrls: [text],
				faults: [
					{
						kind: 'status',
						status: text as unknown as number,
						id: 1,
						applied: 2,
						since: at,
						until: at,
					},
				],
				deliveries: [
					{
						gateway: 'whapi',
						event: text,
						method: 'POST',
						url: text,
						headers: {},
						body: { text },
						attempt: 1,
						at,
						status: null,
						error: text,
					},
				],
				requests: [{ ...request, gateway: 'whapi', method: text, path: text, fault: text }],
			},
		};
	};

	it.each([
		['page', renderPage],
		['live', renderLive],
	])('the %s has the same tags and attributes, and shows the text as it is', (_, render) => {
		const harmless = skeleton(render(contentWith('x')).text);
		fc.assert(
			fc.property(hostile, (text) => {
				const page = render(contentWith(text)).text;
				expect(skeleton(page)).toEqual(harmless);
				expect(wordsOf(page)).toContain(text.replace(/\s+/g, ' ').trim());
			}),
			{ numRuns: 300 },
		);
	});

	it('escapes what came by HTTP, in its messages, webhooks and requests', async () => {
		const text = '<img src=x onerror=alert(1)>';
		sandbox.setWebhook('chatWhatsApp', { url: `${receiver.url}?${encodeURI(text)}` });
		await schedule(text, 2 * minute, text);
		sandbox.post('chatWhatsApp', { text });
		await sandbox.idle({ ignoreScheduled: true });
		const page = await open('chatWhatsApp');
		expect(sandbox.messages('chatWhatsApp')[0]).toMatchObject({ text, to: text });
		expect(page).not.toContain('<img');
		expect(page.split('&lt;img src=x onerror=alert(1)&gt;').length).toBeGreaterThan(3);
	});

	it('allows no script but the page’s own', async () => {
		const { headers } = await axios.get(`${sandbox.origin}/`);
		expect(headers['content-security-policy']).toContain("default-src 'none'");
		expect(headers['content-security-policy']).toContain("script-src 'self'");
		expect(headers['content-security-policy']).not.toContain('unsafe');
		expect(await open()).not.toMatch(/(src|href)="(https?:)?\/\//);
	});
});

describe('the credential', () => {
	it.each(gateways.map((gateway) => [gateway.id, gateway] as const))(
		'of %s stands there as its form asks for it, with the values that are valid',
		async (id, { label, credentialFields, signingKeyField, capabilities }) => {
			const page = await open(id);
			const table = /<section id="credential">([\s\S]*?)<\/section>/.exec(page)![1];
			const rows = [
				...table.matchAll(/<th[^>]*>([\s\S]*?)<\/th>[\s\S]*?<code>([\s\S]*?)<\/code>/g),
			];
			const labels = rows.map(([, text]) => wordsOf(text).replace(' optional', '').trim());
			expect(labels).toEqual([
				'Gateway',
				...credentialFields.map((field) => field.label),
				// Who signs with a key of its own needs no secret of ours.
				...(signingKeyField === undefined ? ['Webhook Secret'] : []),
				...(capabilities.webhooks.registration === 'perMessage' ? ['Status URL'] : []),
			]);
			const values = rows.map(([, , value]) => unescape(value));
			expect(values[0]).toBe(label);
			expect(values[1]).toMatch(new RegExp(`^${sandbox.origin}/`));
			expect(values.includes(SECRET)).toBe(signingKeyField === undefined);
			const account = Object.values<string | number>(
				sandbox.accounts[id as keyof Sandbox['accounts']],
			).map(String);
			const given = values.slice(1).filter((value) => value !== '' && value !== SECRET);
			const choices = credentialFields.flatMap(({ options = [] }) =>
				options.map(({ name }) => name),
			);
			for (const value of given) expect([...account, ...choices]).toContain(value);
			// To be copied as they are read.
			const copied = [...table.matchAll(/data-copy="([^"]*)"/g)].map(([, value]) =>
				unescape(value),
			);
			expect(copied).toEqual(values);
		},
	);

	it('is that of n8n: no field is missing, and the tabs follow the order of its list', async () => {
		const { properties } = new MessageGatewayApi();
		const names = new Set(
			guides(SECRET)(sandbox).flatMap(({ fields }) => fields.map((f) => f.label)),
		);
		expect(names).toEqual(new Set(properties.map(({ displayName }) => displayName)));
		const tabs = [...(await open()).matchAll(/id="tab-(\w+)"/g)].map(([, id]) => id);
		expect(tabs).toEqual(gateways.map(({ id }) => id));
	});

	it('is the account, by its own names, where nobody has told of forms', async () => {
		const bare = await startSandbox();
		try {
			for (const gateway of gatewayIds) {
				const { data } = await axios.get<string>(`${bare.origin}/?gateway=${gateway}`);
				for (const value of Object.values(bare.accounts[gateway])) {
					expect(unescape(data)).toContain(String(value));
				}
			}
		} finally {
			await bare.close();
		}
	});
});

describe('what is shown', () => {
	it('a held message with its own time and the time at which it goes out here', async () => {
		await schedule('Your table', 10 * hour);
		const [{ message, goesOutAt }] = sandbox.look('chatWhatsApp').held;
		const waitMs = goesOutAt.getTime() - Date.parse(message.takenAt);
		expect(waitMs).toBeGreaterThan(10 * minute - 2000);
		expect(waitMs).toBeLessThan(10 * minute + 2000);
		const page = await open();
		expect(page).toContain(`datetime="${message.scheduledAt}"`);
		expect(page).toContain(`data-until="${goesOutAt.toISOString()}"`);
		expect(wordsOf(page)).toContain(
			'Its clock runs 60 times as fast: a message due in an hour is sent in 60 seconds.',
		);
		expect(wordsOf(page)).toContain('Your table');
	});

	it('one time only, where the clock runs as fast as everybody’s', async () => {
		await sandbox.close();
		sandbox = await startSandbox();
		await schedule('Your table');
		const page = await open();
		expect(wordsOf(page)).toContain('Its clock runs in real time.');
		expect(page).not.toContain('data-until');
	});

	it('times of today without their day', () => {
		const now = new Date(2026, 10, 21, 23, 0);
		expect(momentText(new Date(2026, 10, 21, 8, 5, 9), now)).toBe('08:05:09');
		expect(momentText(new Date(2026, 10, 22, 8, 5, 9), now)).toBe('Sun 22 Nov, 08:05:09');
	});

	it('the latest fifty messages, and how many more there are', async () => {
		for (let count = 1; count <= 53; count++) sandbox.sendFromPhone('whapi', '1', `text ${count}.`);
		const words = wordsOf(await open('whapi'));
		expect(words).toContain('text 53.');
		expect(words).toContain('text 4.');
		expect(words).not.toContain(' text 3.');
		expect(words).toContain('3 more are not shown.');
	});

	it('nothing of who looks: its requests are not recorded', async () => {
		await open();
		await axios.get(`${sandbox.origin}/_sandbox/page/live?gateway=whapi`);
		expect(sandbox.requests()).toEqual([]);
	});

	it('a refusal where there is no such gateway', async () => {
		await expect(axios.get(`${sandbox.origin}/?gateway=nobody`)).rejects.toMatchObject({
			response: { status: 400, data: 'There is no gateway "nobody"' },
		});
	});
});

describe('buttons', () => {
	it('set a status, which is told, and end what else would have come', async () => {
		sandbox.setWebhook('whapi', { url: receiver.url });
		await press('whapi', 'script', { kind: 'sent' });
		const id = await sendByWhapi('Hello');
		await sandbox.idle();
		expect(sandbox.messages('whapi')[0].status).toBe('sent');
		expect((await press('whapi', 'status', { id, status: 'failed' })).status).toBe(303);
		await sandbox.idle();
		expect(sandbox.messages('whapi')[0].status).toBe('failed');
		expect(receiver.bodies().at(-1)).toMatchObject({ statuses: [{ id, status: 'failed' }] });
		expect(wordsOf(await open('whapi'))).toMatch(/Webhooks sent .*statuses\.post .* 200 /);
		// Its way is over where somebody sets it before its end.
		await press('whapi', 'script', { kind: 'usual' });
		const other = await sendByWhapi('Hello again');
		await press('whapi', 'status', { id: other, status: 'failed' });
		await sandbox.idle();
		expect(sandbox.messages('whapi')[1].status).toBe('failed');
	});

	it.each(gatewayIds)('set every status that they offer, at %s', async (gateway) => {
		const offered = sandbox.look(gateway).settableStatuses;
		for (const status of offered) {
			const { data } = await sendBy(gateway);
			await sandbox.idle({ ignoreScheduled: true });
			const { id } = sandbox.messages(gateway).at(-1)!;
			const before = sandbox.messages(gateway).at(-1)!.status;
			expect([data, (await press(gateway, 'status', { id, status })).status]).toEqual([data, 303]);
			const after = sandbox.messages(gateway).at(-1)!.status;
			const word = definitionOf(gateway).statusWords?.[status] ?? status;
			expect([before, after]).toEqual([before, word]);
			// Nothing waits any more.
			expect(sandbox.look(gateway).held).toEqual([]);
		}
		expect((await press(gateway, 'status', { id: 'x', status: 'sent' })).status).toBe(400);
		const { id } = sandbox.messages(gateway).at(-1)!;
		expect((await press(gateway, 'status', { id, status: 'cancelled' })).status).toBe(400);
	});

	const sendBy = async (gateway: (typeof gatewayIds)[number]) => {
		const { url, headers, body, isForm } = sandbox.firstMessage(gateway);
		const data = isForm ? new URLSearchParams(body as Record<string, string>) : body;
		return await axios.post(url, data, { headers });
	};

	it('take a message that GREEN-API has queued out of its queue', async () => {
		sandbox.setHealth('greenApi', 'notAuthorized');
		await sendBy('greenApi');
		const [{ id }] = sandbox.messages('greenApi');
		await press('greenApi', 'status', { id, status: 'failed' });
		const { baseUrl, idInstance, apiTokenInstance } = sandbox.accounts.greenApi;
		const queue = `${baseUrl}/waInstance${idInstance}/showMessagesQueue/${apiTokenInstance}`;
		expect((await axios.get(queue)).data).toEqual([]);
		sandbox.setHealth('greenApi', 'authorized');
		await sandbox.idle();
		expect(sandbox.messages('greenApi')).toMatchObject([{ status: 'failed' }]);
	});

	it('send a held message now', async () => {
		sandbox.setWebhook('chatWhatsApp', { url: receiver.url });
		await schedule('Your table');
		const [{ id }] = sandbox.messages('chatWhatsApp');
		expect((await press('chatWhatsApp', 'send', { id })).status).toBe(303);
		await sandbox.idle();
		expect(sandbox.messages('chatWhatsApp')).toMatchObject([{ status: 'sent' }]);
		expect(receiver.bodies()).toMatchObject([{ event: 'message.sent' }]);
		const again = await press('chatWhatsApp', 'send', { id });
		expect([again.status, again.data]).toEqual([400, `No scheduled message "${id}" waits`]);
	});

	it('give a failure no webhook that ChatWhatsApp does not have, and say so', async () => {
		sandbox.setWebhook('chatWhatsApp', { url: receiver.url });
		await schedule('Your table');
		const [{ id }] = sandbox.messages('chatWhatsApp');
		await press('chatWhatsApp', 'status', { id, status: 'failed' });
		await sandbox.idle();
		expect(sandbox.messages('chatWhatsApp')).toMatchObject([{ status: 'failed' }]);
		expect(receiver.received).toEqual([]);
		expect(wordsOf(await open())).toContain('The only webhook that ChatWhatsApp documents');
	});

	it('leave alone what was cancelled', async () => {
		const { data } = await schedule('Your table');
		const { baseUrl, sessionId, apiKey } = sandbox.accounts.chatWhatsApp;
		await axios.delete(`${baseUrl}/sessions/${sessionId}/scheduled/${data.scheduled.id}`, {
			headers: { 'X-API-Key': apiKey },
		});
		const [{ id }] = sandbox.messages('chatWhatsApp');
		expect((await press('chatWhatsApp', 'status', { id, status: 'sent' })).status).toBe(400);
		expect(await open()).not.toContain(`sent-${id}`);
	});

	it.each([
		['401', 401, 'Unauthorized'],
		['503', 503, 'Internal server error'],
	])('begin an outage of one gateway (%s), and end it', async (kind, status, error) => {
		await press('chatWhatsApp', 'outage', { kind });
		const [fault] = sandbox.faults.list();
		expect(Date.parse(fault.until!) - Date.parse(fault.since)).toBe(minute);
		const refused = await schedule('Your table');
		expect([refused.status, refused.data]).toEqual([status, { success: false, error }]);
		await expect(sendByWhapi('Hello')).resolves.toEqual(expect.any(String));
		expect(wordsOf(await open())).toMatch(new RegExp(`${kind}: .* until [^·]+ · requests hit: 1 `));
		expect(wordsOf(await open('whapi'))).not.toContain('requests hit');
		await press('chatWhatsApp', 'endFault', { id: String(fault.id) });
		expect((await schedule('Your table')).status).toBe(201);
	});

	it('let requests time out, for a minute', async () => {
		await press('chatWhatsApp', 'outage', { kind: 'timeout' });
		const { baseUrl } = sandbox.accounts.chatWhatsApp;
		await expect(axios.get(baseUrl, { timeout: 200 })).rejects.toMatchObject({
			code: 'ECONNABORTED',
		});
	});

	it('let nobody listen, after an answer to who pressed', async () => {
		expect((await press('chatWhatsApp', 'outage', { kind: 'refused' })).status).toBe(303);
		const refused = async () =>
			await open().then(
				() => false,
				({ code }: { code: string }) => code === 'ECONNREFUSED',
			);
		while (!(await refused()));
		sandbox.goUp();
		while (await refused());
	});

	it('enter a webhook as the gateway would send it, and take it away', async () => {
		await press('chatWhatsApp', 'webhook', { url: ` ${receiver.url} ` });
		expect(unescape(await open())).toContain(`<code>${receiver.url}?secret=${SECRET}</code>`);
		await press('hypersenderSms', 'webhook', { url: receiver.url });
		sandbox.post('hypersenderSms', {});
		await sandbox.idle();
		expect(receiver.received[0].headers.authorization).toBe(SECRET);
		await press('hypersenderSms', 'noWebhook', {});
		expect(sandbox.look('hypersenderSms').webhookUrls).toEqual([]);
		const wrong = await press('chatWhatsApp', 'webhook', { url: 'nowhere' });
		expect([wrong.status, wrong.data]).toEqual([
			400,
			'"Webhook URL" is "nowhere". Copy the URL that the trigger shows in n8n: it begins with http:// or https://.',
		]);
	});

	it('do nothing for another page of the same browser', async () => {
		const refused = await press(
			'whapi',
			'outage',
			{ kind: '503' },
			{ origin: 'http://elsewhere.example' },
		);
		expect(refused.status).toBe(403);
		expect(sandbox.faults.list()).toEqual([]);
		const own = await press('whapi', 'outage', { kind: '503' }, { origin: sandbox.origin });
		expect(own.status).toBe(303);
	});

	it.each([
		['whapi', 'never', {}],
		['nobody', 'outage', { kind: '503' }],
		['whapi', 'outage', { kind: 'never' }],
		['whapi', 'script', { kind: 'never' }],
	])('refuse what there is not (%s %s %j)', async (gateway, action, form) => {
		expect((await press(gateway, action, form)).status).toBe(400);
	});
});

it('the same is there for programs', async () => {
	const url = `${sandbox.origin}/_sandbox`;
	await axios.post(`${url}/script/whapi`, { sequence: ['sent'] });
	const id = await sendByWhapi('Hello');
	await sandbox.idle();
	await axios.post(`${url}/status/whapi`, { id, status: 'failed', reason: 'no such number' });
	expect(sandbox.messages('whapi')).toMatchObject([{ status: 'failed', reason: 'no such number' }]);
	await axios.post(`${url}/script/whapi`, { sequence: null });
	await sendByWhapi('Hello');
	await sandbox.idle();
	expect(sandbox.messages('whapi')[1].status).toBe('read');
	await schedule('Your table');
	const [held] = sandbox.messages('chatWhatsApp');
	await axios.post(`${url}/send/chatWhatsApp`, { id: held.id });
	await sandbox.idle();
	expect(sandbox.messages('chatWhatsApp')).toMatchObject([{ status: 'sent' }]);
});

it('a secret that stands in the address already is left as it is', () => {
	const webhook = {
		setupInstruction: '',
		isAutomatic: false,
		secret: 'a b',
		secretIn: 'query' as const,
	};
	const entered = (url: string) => webhookTarget({ webhook }, url);
	expect(entered('http://localhost/x?secret=mine')).toEqual({
		url: 'http://localhost/x?secret=mine',
	});
	expect(entered('http://localhost/x?y=1')).toEqual({ url: 'http://localhost/x?y=1&secret=a+b' });
});
