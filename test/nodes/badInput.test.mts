import { MessageGatewayApi } from '../../credentials/MessageGatewayApi.credentials';
import { gatewayIds } from '../../gateways/registry';
import { MessageScheduler } from '../../nodes/MessageScheduler/MessageScheduler.node';
import { startSandbox, type Sandbox } from '../../sandbox/index.mts';
import type { Fault } from '../../sandbox/index.mts';
import {
	byId,
	credentialFor,
	errorOf,
	expectNoToken,
	hurry,
	inSeconds,
	outputOf,
	type Json,
	type Setting,
} from './fakeContext.mts';

/**
 * What a user reads when something is wrong: which parameter or gateway, what to do, which item; and
 * never a token.
 */
let sandbox: Sandbox;
let setting: Setting;

beforeAll(async () => {
	sandbox = await startSandbox({ rateLimits: false, clockFactor: 60 });
	setting = { credential: credentialFor(sandbox) };
});
beforeEach(() => {
	sandbox.clearRequests();
	hurry();
});
afterEach(() => {
	sandbox.faults.clear();
	jest.restoreAllMocks();
});
afterAll(async () => await sandbox.close());

const good = () => ({ recipient: '+919988066776', text: 'hello', sendAt: inSeconds(3600) });
const media = { messageType: 'image', mediaUrl: 'https://example.com/a.jpg' };
const locator = (value: unknown, mode = 'id'): Json => ({
	scheduleId: { __rl: true, mode, value } as never,
});

/** The second of two items is wrong: its index must be told, and the first must not go out. */
const items = [{ index: 0 }, { index: 1 }];
const second = (value: unknown, otherwise: unknown) =>
	`={{ $json.index === 1 ? ${JSON.stringify(value) ?? 'undefined'} : ${JSON.stringify(otherwise)} }}`;

/** Longer, and the red headline of the editor is a block of text. */
const MAX_HEADLINE = 200;

/** The names of all fields that a user sees, of both nodes' credential too. */
const fieldNames = (() => {
	const names = (value: unknown): string[] =>
		typeof value !== 'object' || value === null
			? []
			: [
					...('displayName' in value ? [String(value.displayName)] : []),
					...Object.values(value).flatMap(names),
				];
	return new Set([
		...names(new MessageScheduler().description.properties),
		...names(new MessageGatewayApi().properties),
		// What an operation reads of its items, as the editor calls them.
		'Input',
	]);
})();

/** How a sentence begins, or goes on after a semicolon, that says what to do. */
const WAY_OUT =
	/(?:^|[.;?] )(?:[Uu]se|[Ee]nter|[Cc]hoose|[Gg]ive|[Aa]dd|[Ww]rite|[Cc]orrect|[Cc]heck|[Cc]onnect|[Ll]ook|[Ll]eave|[Rr]aise|did you mean) /;

/** An error names a field in double quotes in a headline, and says what to do in it or below it. */
function expectHelp(error: { message: string; description?: string | null }): void {
	const quoted = [...error.message.matchAll(/"([^"]+)"/g)].map(([, name]) => name);
	expect(quoted.filter((name) => fieldNames.has(name))).not.toEqual([]);
	expect(error.message.length).toBeLessThan(MAX_HEADLINE);
	expect(`${error.description ?? error.message}`).toMatch(WAY_OUT);
	expect(`${error.message} ${error.description}`).not.toMatch(
		/\b(problem|mistake|sorry|nobody)\b/i,
	);
}

describe('a parameter', () => {
	it.each<[string, () => Json, RegExp]>([
		['no recipient', () => ({ recipient: second('', '+919988066776') }), /"Recipient" is empty/],
		['null', () => ({ recipient: second(null, '+919988066776') }), /"Recipient" is missing/],
		[
			'a recipient that is no number',
			() => ({ recipient: second('John', '+919988066776') }),
			/"Recipient" is "John"/,
		],
		[
			'a number without country code',
			() => ({ recipient: second('0171234567', '+919988066776') }),
			/"Recipient" is "0171234567", a number without a country code/,
		],
		['no text', () => ({ text: second('', 'x') }), /"Text" is empty\. Enter the text/],
		['text of blanks', () => ({ text: second(' \n ', 'x') }), /"Text" is empty/],
		['an object as text', () => ({ text: second({ a: 1 }, 'x') }), /"Text" is an object/],
		[
			'media without address',
			() => ({ ...media, mediaUrl: second('', media.mediaUrl) }),
			/"Media URL" is empty\. Enter the public URL/,
		],
		[
			'media that is no http address',
			() => ({ ...media, mediaUrl: second('file:///etc/passwd', media.mediaUrl) }),
			/"Media URL" is "file:\/\/\/etc\/passwd".*begins with https:\/\//,
		],
		[
			'an unknown type',
			() => ({ messageType: second('sticker', 'text') }),
			/"Message Type" is "sticker"\. Choose one of/,
		],
		['no time', () => ({ sendAt: second('', inSeconds(3600)) }), /"Send At" is empty/],
		[
			'a time that is none',
			() => ({ sendAt: second('soonish', inSeconds(3600)) }),
			/"Send At" is "soonish"/,
		],
		[
			'an ambiguous date',
			() => ({ sendAt: second('03/04/2027 10:00', inSeconds(3600)) }),
			/"Send At" is "03\/04\/2027/,
		],
		[
			'a time that is over',
			() => ({ sendAt: second(inSeconds(-90), inSeconds(3600)) }),
			/"Send At" is .* which passed .* ago Enter a later time/,
		],
		[
			'a time too far ahead',
			() => ({ sendAt: second(inSeconds(31 * 86_400), inSeconds(3600)) }),
			/"Send At" .* ChatWhatsApp accepts messages at least 1 minute and at most 30 days ahead Enter an earlier time, or set "Store Messages In" to "n8n Data Table"/,
		],
		[
			'a time too near',
			() => ({ sendAt: second(inSeconds(20), inSeconds(3600)) }),
			/"Send At" .* ChatWhatsApp accepts messages at least 1 minute .* ahead Enter a later time/,
		],
		[
			'an unknown timezone',
			() => ({ timezone: second('Europe/Berln', 'UTC') }),
			/"Timezone" is "Europe\/Berln".*did you mean Europe\/Berlin\?/,
		],
		[
			'an unknown rule',
			() => ({ options: { ifTimePassed: second('never', 'reject') } }),
			/"If the Time Has Passed" is "never"\. Use one of/,
		],
	])('of Schedule: %s', async (_, wrong, sentence) => {
		const error = await errorOf({ ...good(), ...wrong() }, { ...setting, items });
		expect(error.name).toBe('NodeOperationError');
		expect([error.message, error.description].join(' ')).toMatch(sentence);
		expectHelp(error);
		expect(error.message).toMatch(/^Item 2 of 2( \(\+919988066776\))?: "/);
		// n8n's editor would add the item's index, which counts from 0: "[item 1]".
		expect(error.context.itemIndex).toBeUndefined();
		expect(sandbox.requests()).toEqual([]);
	});

	it.each<[string, Json, RegExp]>([
		['no id', { operation: 'get', ...locator('') }, /"Scheduled Message" is empty\. Choose/],
		['no choice', { operation: 'cancel', ...locator('', 'list') }, /"Scheduled Message" is empty/],
		[
			'no new time',
			{ operation: 'reschedule', ...locator('sched_1'), sendAt: '' },
			/"Send At" is empty/,
		],
		[
			'a limit of 0',
			{ operation: 'getAll', limit: 0 },
			/"Limit" is "0"\. Enter a whole number from 1/,
		],
		[
			'a status that is none',
			{ operation: 'getAll', filters: { status: 'gone' } },
			/"Status" is "gone"\. Use one of/,
		],
		[
			'a range that is no time',
			{ operation: 'getAll', filters: { scheduledAfter: 'then' } },
			/"Scheduled After" is "then"/,
		],
		[
			'a recipient to filter by that is none',
			{ operation: 'getAll', filters: { recipient: 'x' } },
			/"Recipient" is "x"/,
		],
		...['recipient', 'scheduledAfter', 'scheduledBefore', 'status', 'text'].map(
			(name): [string, Json, RegExp] => [
				`nothing to filter ${name} by`,
				{ operation: 'getAll', filters: { [name]: '={{ $json.body.from }}' } },
				/" under "Filters" is empty, .* remove the filter/,
			],
		),
		...['', ' ', null].map((recipient): [string, Json, RegExp] => [
			`${JSON.stringify(recipient)} as a recipient to retry`,
			{ operation: 'retry', filters: { recipient } },
			/"Recipient" under "Filters" is empty/,
		]),
		[
			'an empty failure to retry',
			{ operation: 'retry', filters: { failureContains: '' } },
			/"Failure Contains" under "Filters" is empty/,
		],
		['an unknown operation', { operation: 'create' }, /"Operation" is "create"/],
		[
			"an item's storedIn as a place to look in",
			{ operation: 'get', scheduleId: 'a', storeIn: 'n8n' },
			/"Stored In" is "n8n". Use one of: gateway/,
		],
		['a table without a name', { operation: 'purge', dataTable: '' }, /"Data Table" is empty/],
		['another way to purge', { operation: 'purge', selectBy: 'x' }, /"Select By" is "x"/],
		['no store workflow', { operation: 'moveToPostgres' }, /"Store Workflow" is empty/],
		['no days', { operation: 'purge', olderThanDays: 0 }, /"Older Than" is "0"/],
		['a period of none', { operation: 'statistics', periodDays: 0 }, /"Period" is "0"/],
		['an end that passed', { operation: 'pause', until: '2020-01-01 10:00' }, /"Until" is 2020/],
		[
			'what is not an event',
			{ operation: 'recordStatus' },
			/The "Input" item is not a status event/,
		],
		[
			'another way to select',
			{ operation: 'retry', selectBy: 'chance' },
			/"Select By" is "chance"/,
		],
	])('of another operation: %s', async (_, parameters, sentence) => {
		const error = await errorOf(parameters, { ...setting, items: [{ body: {} }] });
		expect([error.message, error.description].join(' ')).toMatch(sentence);
		expectHelp(error);
		expect(sandbox.requests()).toEqual([]);
	});

	it('of the credential, before any request', async () => {
		const wrong: Array<[Json, RegExp]> = [
			[{ chatWhatsAppUrl: 'ftp://x' }, /"Base URL" is "ftp:\/\/x"/],
			[{ chatWhatsAppSessionId: ' ' }, /"Session ID" is empty/],
			[{ gateway: 'carrierPigeon' }, /"Gateway" is "carrierPigeon"/],
		];
		for (const [change, sentence] of wrong) {
			const error = await errorOf(good(), { credential: credentialFor(sandbox, change) });
			expect(error.message).toMatch(sentence);
			expect(error.message).toMatch(/Message Gateway API credential/);
			expectHelp(error);
		}
		expect(sandbox.requests()).toEqual([]);
	});

	it('whose expression fails keeps n8n’s own words and the item', async () => {
		const error = await errorOf(
			{ ...good(), text: '={{ $json.missing.deep }}' },
			{ ...setting, items: [{ missing: { deep: 'x' } }, {}] },
		);
		expect(error.message).toMatch(/^Item 2 of 2 \(\+919988066776\): /);
		expect(sandbox.requests()).toEqual([]);
	});
});

describe('a scheduled message that cannot be changed', () => {
	const scheduleOne = async () => {
		const [{ scheduleId }] = await outputOf(good(), setting);
		return scheduleId;
	};

	it.each(['get', 'cancel', 'reschedule'])('%s: there is none of that id', async (operation) => {
		const parameters = { operation, ...byId('sched_none'), sendAt: inSeconds(3600) };
		const error = await errorOf(parameters, setting);
		expect(error.message).toBe('ChatWhatsApp has no scheduled message with the id "sched_none"');
		// The documented weakness of this gateway.
		expect(error.description).toMatch(/"Scheduled Message".*in memory only/);
		expect(error).toMatchObject({ httpCode: '404', context: { itemIndex: 0 } });
	});

	it('is gone after a restart of the gateway, and told as not found, never as sent', async () => {
		const id = await scheduleOne();
		sandbox.restart('chatWhatsApp');
		const error = await errorOf({ operation: 'get', ...byId(id) }, setting);
		expect(error.message).toMatch(/has no scheduled message/);
		expect(await outputOf({ operation: 'getAll' }, setting)).toEqual([]);
	});

	it.each([
		['cancelled', /can no longer be rescheduled: it is already cancelled/],
		['sent', /can no longer be rescheduled: it is already being sent or was sent/],
	])('is %s already', async (status, sentence) => {
		const id = await scheduleOne();
		if (status === 'sent') {
			sandbox.fireDue();
			await sandbox.idle();
		} else await outputOf({ operation: 'cancel', ...byId(id) }, setting);
		sandbox.clearRequests();
		const error = await errorOf(
			{ operation: 'reschedule', ...byId(id), sendAt: inSeconds(7200) },
			setting,
		);
		expect(error.message).toMatch(sentence);
		expect(error.description).toMatch(/Only messages with the status "scheduled"/);
		expect(sandbox.requests().map(({ method }) => method)).toEqual(['GET']);
	});
});

describe('the gateway', () => {
	const get = { operation: 'getAll' };

	it.each<[string, Json, Json, RegExp, RegExp]>([
		[
			'a wrong key',
			{ chatWhatsAppApiKey: 'wask_another_key_of_somebody' },
			get,
			/ChatWhatsApp does not accept the credential: "Invalid API key" \(HTTP 401\)/,
			/Check "API Key"/,
		],
		[
			'somebody else’s session',
			{ chatWhatsAppSessionId: '0f3b7a52-6a0e-4d0c-9a70-3f1d2c4b5a69' },
			get,
			/ChatWhatsApp does not allow this credential to do that/,
			/Check that "API Key" belongs to the account/,
		],
		[
			'nobody listens',
			{ chatWhatsAppUrl: 'http://127.0.0.1:9' },
			get,
			/ChatWhatsApp cannot be reached at http:\/\/127\.0\.0\.1:9 \(ECONNREFUSED/,
			/Check "Base URL"/,
		],
	])('%s', async (_, change, parameters, sentence, advice) => {
		const credential = credentialFor(sandbox, change);
		for (const wanted of [parameters, good()]) {
			const error = await errorOf(wanted, { credential });
			expect(error.name).toBe('NodeApiError');
			expect(error.message).toMatch(sentence);
			expect(error.description).toMatch(advice);
			expect(error.message.length).toBeLessThan(MAX_HEADLINE);
			expect(error.context.itemIndex).toBe(0);
			expectNoToken(error, credential);
		}
	});

	it.each<[string, Fault, RegExp, RegExp]>([
		[
			'answers with a page',
			{ kind: 'html' },
			/ChatWhatsApp at http:\/\/127\.0\.0\.1:\d+ returned a response that is not JSON/,
			/Check "Base URL".*another service/,
		],
		[
			'answers without what it documents',
			{ kind: 'status', status: 200, body: { ok: true } },
			/ChatWhatsApp at .* returned a response without the list "scheduled"/,
			/Check "Base URL"/,
		],
		[
			'answers with half a body',
			{ kind: 'truncateBody' },
			/The connection to ChatWhatsApp at .* was interrupted.*after 5 attempts/,
			/Check "Base URL"/,
		],
		[
			'breaks off',
			{ kind: 'reset' },
			/The connection to ChatWhatsApp at .* was interrupted/,
			/n8n can reach/,
		],
		[
			'cannot',
			{ kind: 'errorBefore' },
			/ChatWhatsApp could not handle the request: "Internal server error" \(HTTP 500\), after 5 attempts/,
			/Retry later/,
		],
		[
			'refuses with the key in its words',
			{
				kind: 'status',
				status: 400,
				body: { error: 'No: wask_sandbox_5f0c2f1e7d3b4a6988c1d2e3f4a5b6c7' },
			},
			/ChatWhatsApp rejected the request: "No: \*\*\*" \(HTTP 400\)/,
			/Check the values/,
		],
		[
			'sends the request elsewhere',
			{ kind: 'status', status: 302, headers: { location: 'http://127.0.0.1:9/' } },
			/ChatWhatsApp redirected the request to another URL/,
			/"Base URL"/,
		],
		[
			'asks for a longer pause than anybody waits',
			{ kind: 'rateLimit', retryAfter: 3600 },
			/ChatWhatsApp is limiting the request rate/,
			/Wait 3600 seconds, or reduce "Max Parallel Requests"/,
		],
	])('%s', async (_, fault, sentence, advice) => {
		sandbox.faults.add(fault);
		const error = await errorOf(get, setting);
		expect(error.message).toMatch(sentence);
		expect(error.description).toMatch(advice);
		expect(error.context.itemIndex).toBe(0);
		expectNoToken(error, setting.credential);
	});

	it.each<[string, Fault]>([
		['answers with a page', { kind: 'html', method: 'POST', processed: true }],
		[
			'answers without what it documents',
			{ kind: 'status', status: 201, body: {}, method: 'POST', processed: true },
		],
		['loses the answer', { kind: 'dropResponse', method: 'POST' }],
		['gives an error after it was done', { kind: 'errorAfter', method: 'POST' }],
	])('that took the message and %s is asked, not told again', async (_, fault) => {
		const before = sandbox.messages('chatWhatsApp').length;
		sandbox.faults.add({ ...fault, times: 1 });
		// A time of its own: an equal message of another test is not this one.
		const parameters = { ...good(), sendAt: inSeconds(4000 + before) };
		const [item] = await outputOf({ ...parameters, options: { reference: 'kept' } }, setting);
		expect(item).toMatchObject({ status: 'scheduled', text: 'hello', reference: 'kept' });
		expect(sandbox.messages('chatWhatsApp')).toHaveLength(before + 1);
		expect(sandbox.messages('chatWhatsApp').at(-1)).toMatchObject({ scheduleId: item.scheduleId });
	});

	it('that does not even tell whether it took the message: that is said, and not told again', async () => {
		const before = sandbox.messages('chatWhatsApp').length;
		sandbox.faults.add({ kind: 'dropResponse', method: 'POST' });
		sandbox.faults.add({ kind: 'errorBefore', method: 'GET' });
		const error = await errorOf(good(), setting);
		expect(error.message).toMatch(/^It is unknown whether the message was scheduled/);
		expect(error.description).not.toMatch(/try again/i);
		expect(error.description).toMatch(
			/^It was not scheduled again.* Check with "Get Many".*The check ended with: ChatWhatsApp/,
		);
		expect(sandbox.messages('chatWhatsApp')).toHaveLength(before + 1);
	});

	it('that does not answer in time', async () => {
		sandbox.faults.add({ kind: 'hang' });
		const error = await errorOf(
			{ resource: 'message', operation: 'send', ...good(), options: { timeout: 1 } },
			setting,
		);
		expect(error.message).toMatch(/ChatWhatsApp did not respond in time/);
		expect(error.message).toMatch(/It is unknown whether the message was sent/);
		expect(error.description).toMatch(/did not send it again/);
		expect(sandbox.requests()).toHaveLength(1);
	});

	it.each(gatewayIds)('%s: no token in any error, whatever goes wrong', async (gateway) => {
		const credential = credentialFor(sandbox, {}, gateway);
		const send = { resource: 'message', operation: 'send', ...good() };
		const faults: Fault[] = [
			{ kind: 'errorBefore', status: 401 },
			{ kind: 'errorBefore', status: 403 },
			{ kind: 'errorBefore', status: 500 },
			{ kind: 'status', status: 400, body: JSON.stringify(credential) },
			{ kind: 'status', status: 400, body: { error: credential, message: credential } },
			{ kind: 'html' },
			{ kind: 'reset' },
		];
		for (const fault of faults) {
			sandbox.faults.clear();
			sandbox.faults.add(fault);
			expectNoToken(await errorOf(send, { credential }), credential);
		}
		const closed = Object.entries(credential).map(([name, value]) =>
			/Url$/.test(name) ? [name, 'http://127.0.0.1:9'] : [name, value],
		);
		const unreachable = Object.fromEntries(closed) as Json;
		const error = await errorOf(send, { credential: unreachable });
		expect(error.message).toMatch(/cannot be reached/);
		expectNoToken(error, unreachable);
	});
});
