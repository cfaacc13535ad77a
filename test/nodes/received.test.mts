import fc from 'fast-check';
import '../gateways/parrot.mts';
import { runs } from '../proof.mts';
import { errorOf, outputOf, receive as receiveOn, type Call, type Json } from './fakeContext.mts';
import { DataTables } from './dataTables.mts';
import { folder, read as readSchema, schemaOf } from './schema.mts';

/**
 * What people write back, through both nodes on n8n-core's contexts, with a gateway in memory: the frame.
 * What each gateway makes of its own webhooks: gateways/<id>/.
 */
const credential = {
	gateway: 'parrot',
	parrotUrl: 'https://parrot.example',
	parrotKey: 'nut-0815',
};
let triggers = 0;
let node: Json;
// A trigger of its own for each test: it remembers what it has emitted.
beforeEach(() => void (node = { id: `received-${++triggers}` }));

const AT = '2026-11-21T10:00:00.000Z';
const squawk = (more: Json = {}): Json => ({ id: 'm1', text: 'Tuesday is fine', ...more });
const webhook = (...messages: Json[]): Json => ({ messages });
const call = (body: Json): Call => ({
	body,
	rawBody: Buffer.from(JSON.stringify(body)),
	headers: { 'x-nut': 'nut-0815' },
});

/** What the trigger emits; *Message Received* is chosen unless `events` says otherwise. */
const emitted = async (body: Json, options: Json = {}, events = ['received'], more: Json = {}) =>
	await receiveOn({ ...call(body), ...more }, { events, options }, { credential, node });
const texts = async (body: Json, options: Json = {}, events = ['received']) =>
	(await emitted(body, options, events)).events.map(({ text }) => text);

describe('a received message', () => {
	it('starts no workflow unless it is chosen, and is acknowledged all the same', async () => {
		const { events, result, sent } = await emitted(webhook(squawk()), {}, ['read', 'delivered']);
		expect([events, sent, result.webhookResponse]).toEqual([[], [], { status: 'ok' }]);
	});

	it('is one flat item, in the order in which people read it', async () => {
		const given = squawk({ from: '919988066776@s.whatsapp.net', answers: 'ours', at: AT });
		const { events, result } = await emitted(webhook(given));
		expect(result.webhookResponse).toEqual({ status: 'ok' });
		expect(events).toHaveLength(1);
		expect(Object.entries(events[0])).toEqual([
			['event', 'received'],
			['text', 'Tuesday is fine'],
			['from', '+919988066776'],
			['fromName', null],
			['button', null],
			['optOut', null],
			['occurredAtLocal', expect.stringMatching(/^Sat, 21 Nov 2026, /)],
			['inReplyTo', 'ours'],
			['type', 'text'],
			['timezone', expect.any(String)],
			['occurredAt', AT],
			['receivedAt', expect.any(String)],
			['buttonId', null],
			['buttonKind', null],
			['mediaUrl', null],
			['mediaId', null],
			['mediaType', null],
			['fileName', null],
			['aboutMessageId', null],
			['gateway', 'parrot'],
			['channel', 'whatsapp'],
			['account', 'cage-1'],
			['chat', '+919988066776'],
			['chatKind', 'phone'],
			['fromKind', 'phone'],
			['fromAddress', '919988066776@s.whatsapp.net'],
			['fromLid', null],
			['messageId', 'm1'],
			['eventId', expect.any(String)],
			['raw', given],
		]);
	});

	it('comes with the statuses of the same webhook, these first', async () => {
		const body = { statuses: [{ id: 's1' }], ...webhook(squawk()) };
		const { events } = await emitted(body, {}, ['received', 'delivered']);
		expect(events.map(({ event, messageId }) => [event, messageId])).toEqual([
			['status', 's1'],
			['received', 'm1'],
		]);
	});

	it('is emitted once, though it comes again, or twice in one webhook', async () => {
		const body = webhook(squawk(), squawk());
		expect(await texts(body)).toHaveLength(1);
		expect(await texts(body)).toEqual([]);
		expect(await texts(webhook(squawk()), { skipDuplicates: false })).toHaveLength(1);
	});

	it('comes again if n8n could not store the execution', async () => {
		await emitted(webhook(squawk()), {}, ['received'], { broken: true });
		await new Promise((resolve) => setImmediate(resolve));
		expect(await texts(webhook(squawk()))).toEqual(['Tuesday is fine']);
	});

	it('is a duplicate also after a restart, by the static data', async () => {
		const staticData = {};
		const restarted = async (id: string) =>
			(
				await receiveOn(
					call(webhook(squawk())),
					{ events: ['received'] },
					{ credential, staticData, node: { id } },
				)
			).events.length;
		expect([await restarted('before'), await restarted('after')]).toEqual([1, 0]);
	});

	it('two at the same moment are two, and none is out of order', async () => {
		const [yes, no] = await Promise.all([
			texts(webhook(squawk({ id: 'a', text: 'Yes', at: AT }))),
			texts(webhook(squawk({ id: 'b', text: 'No', at: AT }))),
		]);
		expect([yes, no]).toEqual([['Yes'], ['No']]);
		const earlier = squawk({ id: 'c', text: 'Earlier', at: '2026-11-21T09:00:00.000Z' });
		expect(await texts(webhook(earlier))).toEqual(['Earlier']);
	});

	it('that answers a message which nobody has stored yet is emitted', async () => {
		expect(await texts(webhook(squawk({ answers: 'of-the-future' })))).toHaveLength(1);
	});

	it('of another account in the same webhook is left out', async () => {
		const body = webhook(squawk({ cage: 'cage-2', id: 'a' }), squawk({ id: 'b', text: 'Ours' }));
		expect(await texts(body)).toEqual(['Ours']);
	});

	it.each([
		['without a secret', {}],
		['with a wrong one', { 'x-nut': 'peanut' }],
	])('%s is nobody’s message', async (_, headers) => {
		const { events, sent } = await emitted(webhook(squawk()), {}, ['received'], { headers });
		expect(events).toEqual([]);
		expect(sent).toMatchObject([{ status: 401 }]);
	});
});

describe('left out unless chosen', () => {
	const group = squawk({ id: 'g', text: 'In a group', flock: '120363043968066561@g.us' });
	const about = (type: string) => squawk({ id: type, text: type, type, about: 'm1' });
	const body = webhook(squawk(), group, ...['reaction', 'edit', 'deletion'].map(about));

	it.each<[Json, string[]]>([
		[{}, ['Tuesday is fine']],
		[{ includeGroups: true }, ['Tuesday is fine', 'In a group']],
		[{ includeTypes: ['reaction'] }, ['Tuesday is fine', 'reaction']],
		[{ includeTypes: ['edit', 'deletion'] }, ['Tuesday is fine', 'edit', 'deletion']],
		[{ includeTypes: 'reaction', includeGroups: 'true' }, ['Tuesday is fine', 'reaction']],
		[{ includeTypes: 'edit, deletion' }, ['Tuesday is fine', 'edit', 'deletion']],
		[{ includeTypes: { reaction: true } }, ['Tuesday is fine']],
	])('%j', async (options, expected) => {
		expect(await texts(body, options)).toEqual(expected);
	});

	it('a reaction in a group, unless both are', async () => {
		const both = webhook({ ...group, type: 'reaction', about: 'm1' });
		expect(await texts(both, { includeGroups: true })).toEqual([]);
		expect(await texts(both, { includeTypes: ['reaction'] })).toEqual([]);
		expect(await texts(both, { includeGroups: true, includeTypes: ['reaction'] })).toHaveLength(1);
	});
});

describe('"Ignore Older Than"', () => {
	const ago = (minutes: number) => new Date(Date.now() - minutes * 60_000).toISOString();

	it.each<[string, string | null, unknown, boolean]>([
		['an old one', ago(61), 60, false],
		['a younger one', ago(58), 60, true],
		['one without a time, which never counts as old', null, 1, true],
		['one of the future, by the gateway’s clock', ago(-600), 1, true],
		['an old one, without a limit', ago(1_000_000), undefined, true],
		['an old one, with a limit of 0, which is none', ago(1_000_000), 0, true],
		['an old one, with a limit that an expression has left empty', ago(1_000_000), '', true],
		['an old one, with a limit that is none', ago(1_000_000), 'soon', true],
	])('%s', async (_, at, ignoreOlderThanMinutes, isEmitted) => {
		const options = ignoreOlderThanMinutes === undefined ? {} : { ignoreOlderThanMinutes };
		const message = webhook(squawk(at === null ? {} : { at }));
		expect(await texts(message, options as Json)).toHaveLength(isEmitted ? 1 : 0);
	});

	it('says nothing about statuses', async () => {
		const { events } = await emitted({ statuses: [{ id: 's1' }] }, { ignoreOlderThanMinutes: 1 }, [
			'delivered',
			'received',
		]);
		expect(events).toHaveLength(1);
	});
});

describe('opt-outs', () => {
	const optOut = async (message: Json, options: Json = {}) =>
		(await emitted(webhook(squawk(message)), options)).events[0].optOut;

	it.each<[Json, Json, string | null]>([
		[{ text: ' Stop! ' }, {}, 'stop'],
		[{ text: 'start' }, {}, 'start'],
		[{ text: 'Help?' }, {}, 'help'],
		[{ text: 'Please stop' }, {}, null],
		[{ text: 'CANCEL' }, {}, null],
		[{ text: 'CANCEL' }, { optOutLists: ['answers'] }, 'stop'],
		[{ text: 'STOP' }, { optOutLists: ['answers'] }, null],
		[{ text: 'STOP' }, { optOutLists: [] }, null],
		[{ text: 'STOP' }, { optOutLists: ['no such list'] }, null],
		[{ text: 'abmelden' }, { ownOptOutWords: 'BAJA, ABMELDEN' }, 'stop'],
		[{ text: 'abmelden' }, { ownOptOutWords: 'BAJA\r\nABMELDEN' }, 'stop'],
		[{ text: 'abmelden' }, { ownOptOutWords: ['BAJA', 'ABMELDEN'] }, 'stop'],
		[{ text: 'CANCEL' }, { optOutLists: 'english, answers' }, 'stop'],
		[{ text: 'STOP' }, { optOutLists: 'english\nanswers' }, 'stop'],
		[{ text: 'STOP' }, { optOutLists: '' }, null],
		[{ text: 'Yes', button: { id: 'stop', title: 'Yes' } }, {}, 'stop'],
		[{ text: 'nada', verdict: 'stop' }, {}, 'stop'],
		[{ text: 'STOP', verdict: 'start' }, { optOutLists: [] }, 'start'],
	])('%j with %j: %s', async (message, options, expected) => {
		expect(await optOut(message, options)).toBe(expected);
	});
});

describe('while a person listens for a test event', () => {
	const heard = async (body: Json, options: Json = {}, events = ['received']) =>
		(await emitted(body, options, events, { isTest: true })).events;

	it('a message that is not chosen says so, and nothing of what it says', async () => {
		const events = await heard(webhook(squawk()), {}, ['read']);
		expect(events).toMatchObject([
			{
				ignored:
					'The webhook of Parrot reports Message Received, which is not chosen under "Trigger On". Choose it there, or listen again.',
				reason: 'notChosen',
				events: ['received'],
			},
		]);
		expect(JSON.stringify(events)).not.toContain('Tuesday');
	});

	it.each<[string, Json, Json]>([
		['Include Groups', { flock: '120363043968066561@g.us' }, {}],
		['Include Reactions, Edits and Deletions', { type: 'reaction', about: 'm1' }, {}],
		['Ignore Older Than', { at: '2020-01-01T00:00:00.000Z' }, { ignoreOlderThanMinutes: 60 }],
	])('one that "%s" leaves out says so', async (option, message, options) => {
		expect(await heard(webhook(squawk(message)), options)).toMatchObject([
			{
				ignored: `The webhook of Parrot reports a message that "${option}" leaves out. Change that under Options, or listen again.`,
				reason: 'notChosen',
			},
		]);
	});

	it('is itself, also the second time', async () => {
		for (let times = 0; times < 2; times++) {
			expect(await heard(webhook(squawk()))).toMatchObject([{ event: 'received' }]);
		}
	});
});

describe('Read Webhook', () => {
	const readBy = async (body: Json, parameters: Json = {}) =>
		await outputOf(
			{ resource: 'statusEvent', operation: 'readWebhook', ...parameters },
			{ credential, items: [{ body } as Json] },
		);
	const both = { statuses: [{ id: 's1' }], ...webhook(squawk()) };

	it.each<[Json, unknown[]]>([
		[{}, ['status']],
		[{ eventKinds: ['status', 'received'] }, ['status', 'received']],
		[{ eventKinds: ['received'] }, ['received']],
		[{ eventKinds: [] }, []],
	])('returns what "Events" says: %j', async (parameters, expected) => {
		const items = await readBy(both, parameters);
		expect(items.map(({ event }) => event)).toEqual(expected);
		for (const item of items) expect(item.verified).toBe(false);
	});

	it('has the trigger’s options about received messages', async () => {
		const group = squawk({ id: 'g', flock: '120363043968066561@g.us', text: 'STOP' });
		const eventKinds = ['received'];
		expect(await readBy(webhook(group), { eventKinds })).toEqual([]);
		expect(
			await readBy(webhook(group), { eventKinds, options: { includeGroups: true } }),
		).toMatchObject([{ text: 'STOP', optOut: 'stop', chatKind: 'group' }]);
	});

	it.each<[Json, string]>([
		[
			{ optOutLists: 'english, german' },
			'"Detect Opt-Outs" has "german". Use a list of these: english, french, answers.',
		],
		[
			{ includeTypes: ['reactions'] },
			'"Include Reactions, Edits and Deletions" has "reactions". Use a list of these: deletion, edit, reaction.',
		],
	])('refuses %j', async (options, expected) => {
		const { message } = await errorOf(
			{
				resource: 'statusEvent',
				operation: 'readWebhook',
				eventKinds: ['received'],
				options,
			},
			{ credential, items: [{ body: both } as Json] },
		);
		expect(message).toBe(expected);
	});

	it('refuses an age that is no number of minutes', async () => {
		const { message } = await errorOf(
			{
				resource: 'statusEvent',
				operation: 'readWebhook',
				eventKinds: ['received'],
				options: { ignoreOlderThanMinutes: -5 },
			},
			{ credential, items: [{ body: both } as Json] },
		);
		expect(message).toBe(
			'"Ignore Older Than" is "-5". Enter a number of minutes, or 0 for no limit.',
		);
	});
});

describe('Record Status', () => {
	it('passes a received message on: it has no row', async () => {
		const tables = new DataTables();
		const { events } = await emitted(webhook(squawk({ answers: 'ours' })));
		const [item] = await outputOf(
			{ operation: 'recordStatus' },
			{ credential, tables, items: events },
		);
		expect(item).toEqual({
			recorded: false,
			kept: false,
			addedToDoNotContact: false,
			...events[0],
		});
		expect(Object.keys(item).slice(0, 4)).toEqual([
			'recorded',
			'kept',
			'addedToDoNotContact',
			'event',
		]);
	});

	it('still refuses what is no event', async () => {
		const items = [{ event: 'received' }, { event: 'other', eventId: 'x' }];
		for (const item of items) {
			const { message } = await errorOf(
				{ operation: 'recordStatus' },
				{ credential, items: [item] },
			);
			expect(message).toBe('The "Input" item is not a status event');
		}
	});
});

describe('the output schemas', () => {
	const trigger = readSchema(folder('MessageSchedulerTrigger'), 'v2.0.0.json');

	it('have every field of both kinds, and no other', async () => {
		const body = { statuses: [{ id: 's1', code: '1' }], ...webhook(squawk()) };
		const { events } = await emitted(body, {}, ['failed', 'received']);
		expect(events.map(({ event }) => event)).toEqual(['status', 'received']);
		const keys = new Set(events.flatMap((event) => Object.keys(event)));
		expect(Object.keys(trigger.properties!)).toEqual([...keys]);
		for (const event of events) {
			for (const [key, value] of Object.entries(event)) {
				if (value === null || key === 'raw') continue;
				const { type } = trigger.properties![key];
				expect([key, typeof value]).toEqual([key, type === 'integer' ? 'number' : type]);
			}
		}
	});

	it('are the same for what the action node returns of them', () => {
		const boolean = { type: 'boolean' };
		expect(schemaOf('statusEvent', 'readWebhook').properties).toEqual({
			...trigger.properties,
			verified: boolean,
		});
		expect(schemaOf('scheduledMessage', 'recordStatus').properties).toEqual({
			...trigger.properties,
			recorded: boolean,
			kept: boolean,
			addedToDoNotContact: boolean,
		});
	});
});

it('never throws, and answers each webhook once, whatever messages are in it', async () => {
	const value = fc.oneof(fc.string(), fc.jsonValue(), fc.constantFrom('reaction', 'stop', AT));
	const message = fc.dictionary(
		fc.constantFrom('id', 'from', 'text', 'type', 'flock', 'at', 'about', 'button', 'verdict'),
		value,
	);
	const options = fc.dictionary(
		fc.constantFrom(
			...['includeGroups', 'includeTypes', 'ignoreOlderThanMinutes', 'optOutLists'],
			'ownOptOutWords',
		),
		fc.jsonValue(),
	);
	await fc.assert(
		fc.asyncProperty(fc.array(message), options, async (messages, chosen) => {
			const body = JSON.parse(JSON.stringify({ messages })) as Json;
			const { result, sent, events } = await emitted(body, chosen as Json);
			expect(sent).toEqual([]);
			expect(result.webhookResponse).toEqual({ status: 'ok' });
			for (const event of events) expect(event).not.toHaveProperty('error');
		}),
		runs(200, 5_000),
	);
});
