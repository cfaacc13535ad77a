import { gateways } from '../../gateways/registry';
import { MessageScheduler } from '../../nodes/MessageScheduler/MessageScheduler.node';
import { startSandbox, type Sandbox } from '../../sandbox/index.mts';
import type { GatewayId } from '../../sandbox/registry.mts';
import { createStatusEvent } from '../../messages/statusEvent';
import { toStatusEventItem } from '../../messages/statusEventItem';
import { describeAddress } from '../../messages/recipient';
import { DO_NOT_CONTACT_COLUMNS } from '../../stores/doNotContact/columns';
import { DEFAULT_KEY_TABLE as KEYS } from '../../nodes/MessageScheduler/fields/deduplication';
import { DataTables } from './dataTables.mts';
import {
	byId,
	credentialFor,
	errorOf,
	executeContext,
	inSeconds,
	outputOf,
	type Json,
} from './fakeContext.mts';
import { differences, schemaOf } from './schema.mts';

/**
 * Do Not Contact, and what other operations do about who is on it: on n8n's own contexts, with Data Tables
 * in memory.
 */
/** Gateways of another channel, and with a scheduler of its own. */
const SMS = gateways.find(({ capabilities }) => capabilities.channel === 'sms')!.id;
const SCHEDULER = gateways.find(({ capabilities }) => capabilities.scheduling !== null)!.id;
const NAME = 'scheduled_messages';
const LIST = `${NAME}_do_not_contact`;
const ANA = '+919988066776';
const BEN = '+14155238886';
const LID = '212738495827364@lid';

let sandbox: Sandbox;
let tables: DataTables;
let credential: Json;

beforeAll(async () => void (sandbox = await startSandbox({ rateLimits: false })));
afterAll(async () => await sandbox.close());
beforeEach(() => {
	tables = new DataTables();
	tables.makeMessages(NAME);
	credential = credentialFor(sandbox, {}, 'whapi');
});

const onList = (operation: string, more: Json = {}): Json => ({
	resource: 'doNotContact',
	operation,
	...more,
});

/** Runs an operation of the list, whose items must be as its schema says. */
async function list(operation: string, more: Json = {}, items: Json[] = [{}]): Promise<Json[]> {
	const output = await outputOf(onList(operation, more), { credential, tables, items });
	const schema = schemaOf('doNotContact', operation);
	for (const item of output) expect(differences(item, schema)).toEqual([]);
	return output;
}
const add = async (recipient: string, more: Json = {}, items?: Json[]) =>
	await list('add', { recipient, ...more }, items);
const people = () => [...tables.named(LIST).rows.values()].map(({ person }) => person);
const messages = () => tables.named(NAME);

const IN_TABLE = { storeIn: 'dataTable' };
const message = (recipient = ANA, more: Json = {}): Json => ({
	...IN_TABLE,
	recipient,
	text: 'Hi',
	sendAt: inSeconds(3_600),
	...more,
});
async function schedule(parameters: Json, items?: Json[]): Promise<Json[]> {
	const output = await outputOf(
		{ operation: 'schedule', ...parameters },
		{ credential, tables, items },
	);
	const schema = schemaOf('scheduledMessage', 'schedule');
	for (const item of output) expect(differences(item, schema)).toEqual([]);
	return output;
}

describe('the list', () => {
	it('takes by default who wrote, or whom a status is about, and says so', () => {
		const { properties } = new MessageScheduler().description;
		const field = properties.find(
			({ name, displayOptions }) =>
				name === 'recipient' && displayOptions?.show?.resource?.includes('doNotContact'),
		)!;
		expect(field.default).toBe('={{ $json.from ?? $json.recipient }}');
		expect(field.description).toContain(
			'By default, who wrote the received message, or whom the status is about.',
		);
	});

	it('takes a person, once, and gives them back', async () => {
		const [first] = await add('+91 99880-66776', { reason: ' replied STOP ' });
		expect(first).toMatchObject({
			added: true,
			recipient: ANA,
			lid: null,
			scope: 'account',
			reason: 'replied STOP',
			source: 'manual',
			addedAt: expect.stringMatching(/Z$/),
			gateway: 'whapi',
		});
		const [again] = await add(ANA, { reason: 'other' });
		expect(again).toMatchObject({ added: false, reason: 'replied STOP' });
		expect(await list('getAll')).toMatchObject([{ recipient: ANA, scope: 'account' }]);
		expect(people()).toEqual([ANA]);
	});

	it('reads who wrote the message of the input item, by number and hidden id', async () => {
		const received = { event: 'received', from: ANA, fromLid: LID, text: 'STOP' };
		const [item] = await list('add', {}, [received]);
		expect(item).toMatchObject({ added: true, recipient: ANA, lid: LID });
		expect(people()).toEqual([ANA, LID]);
		const [nameless] = await list('check', {}, [{ from: LID }]);
		expect(nameless).toMatchObject({ isListed: true, recipient: LID });
		const [removed] = await list('remove', {}, [received]);
		expect(removed).toMatchObject({ removed: true, isListed: false, scope: 'account' });
		expect(people()).toEqual([]);
	});

	it.each<[Json, Json, string]>([
		[{ event: 'received' }, {}, 'reply'],
		[{ event: 'preference' }, {}, 'gateway'],
		[{ event: 'status' }, {}, 'manual'],
		[{}, {}, 'manual'],
		[{ event: 'received' }, { source: 'import' }, 'import'],
	])(
		'has by default the source of the input item: %j with %j is %s',
		async (item, options, source) => {
			expect(await add(ANA, { options }, [item])).toMatchObject([{ source }]);
		},
	);

	it('reads the recipient of a status event as well', async () => {
		expect(await list('add', {}, [{ recipient: BEN }])).toMatchObject([{ recipient: BEN }]);
	});

	it('says whether a person is on it for this account', async () => {
		await add(ANA, { scope: 'sms' });
		await add(BEN, { scope: 'whatsapp', reason: 'on the phone', options: { source: 'manual' } });
		expect(await list('check', { recipient: ANA })).toMatchObject([
			{ isListed: false, recipient: ANA, scope: null, addedAt: null },
		]);
		expect(await list('check', { recipient: BEN })).toMatchObject([
			{
				isListed: true,
				scope: 'whatsapp',
				reason: 'on the phone',
				source: 'manual',
				account: null,
			},
		]);
		credential = credentialFor(sandbox, {}, SMS);
		expect(await list('check', { recipient: ANA })).toMatchObject([{ isListed: true }]);
	});

	it('says of a removed person whether another entry is left', async () => {
		await add(ANA);
		await add(ANA, { scope: 'all' });
		expect(await list('remove', { recipient: ANA })).toMatchObject([
			{ removed: true, isListed: true, scope: 'account' },
		]);
		expect(await list('remove', { recipient: ANA, scope: 'any' })).toMatchObject([
			{ removed: true, isListed: false, scope: null },
		]);
		expect(await list('remove', { recipient: ANA })).toMatchObject([{ removed: false }]);
	});

	it('lists by filters, and up to a limit', async () => {
		await add(ANA);
		await add(BEN, { scope: 'all', options: { source: 'import' } });
		const recipients = async (more: Json) =>
			(await list('getAll', more)).map((one) => one.recipient);
		expect(await recipients({ limit: 1 })).toEqual([ANA]);
		expect(await recipients({ returnAll: true })).toEqual([ANA, BEN]);
		expect(await recipients({ filters: { recipient: '001 415 523 8886' } })).toEqual([BEN]);
		expect(await recipients({ filters: { scope: 'account' } })).toEqual([ANA]);
		expect(await recipients({ filters: { source: 'import' } })).toEqual([BEN]);
	});

	it('takes 900 items by few accesses, and checks them by few', async () => {
		const items = Array.from({ length: 900 }, (_, n) => ({ recipient: `+1415${5_000_000 + n}` }));
		const added = await list('add', {}, items);
		expect(added.every((item) => item.added)).toBe(true);
		expect(tables.accesses).toBeLessThanOrEqual(12);
		tables.accesses = 0;
		const checked = await list('check', {}, items);
		expect(checked.every(({ isListed }) => isListed)).toBe(true);
		// Which tables there are, and 450 people each.
		expect(tables.accesses).toBeLessThanOrEqual(4);
	});

	it('takes national numbers of the default country, and groups', async () => {
		await add('0151 23456789', { options: { defaultCountry: 'DE' } });
		await add('120363039326117111@g.us');
		expect(people()).toEqual(['+4915123456789', '120363039326117111@g.us']);
	});

	it('is empty as long as nobody was added, and is only created then', async () => {
		expect(await list('getAll')).toEqual([]);
		expect(await list('check', { recipient: ANA })).toMatchObject([{ isListed: false }]);
		expect(await list('remove', { recipient: ANA })).toMatchObject([{ removed: false }]);
		expect(tables.names).toEqual([NAME]);
	});

	it.each<[string, Json, RegExp]>([
		['no recipient', { recipient: '' }, /"Recipient" is empty/],
		['a missing one', {}, /"Recipient" is (missing|empty)/],
		['a name', { recipient: 'Ana' }, /"Recipient" is "Ana", which is not a phone number/],
		['two hidden ids', { recipient: ANA, lid: '1@lid, 2@lid' }, /"LID" is "1@lid, 2@lid"/],
		['a list as a hidden id', { recipient: ANA, lid: '={{ [1] }}' }, /"LID" is a list/],
		['an unknown scope', { recipient: ANA, scope: 'here' }, /"Scope" is "here"/],
		['a scope to remove', { recipient: ANA, scope: 'any' }, /"Scope" is "any"/],
		['an unknown source', { recipient: ANA, options: { source: 'x' } }, /"Source" is "x"/],
		['a mistyped table', { recipient: ANA, dataTable: 'sheduled_messages' }, /Did you mean/],
	])('rejects %s, and adds nobody', async (_, parameters, expected) => {
		const error = await errorOf(onList('add', parameters), { credential, tables });
		expect(`${error.message} ${error.description}`).toMatch(expected);
		expect(tables.names).toEqual([NAME]);
	});

	it('stays when messages are purged', async () => {
		await add(ANA);
		await outputOf({ operation: 'purge' }, { credential, tables });
		expect(people()).toEqual([ANA]);
	});
});

describe('Schedule', () => {
	it('rejects who is on the list, by name and with the reason, and stores nothing', async () => {
		await add(ANA, { reason: 'replied توقف' });
		const error = await errorOf({ operation: 'schedule', ...message() }, { credential, tables });
		expect(error.message).toMatch(
			/"Recipient" is \+919988066776, who is on Do Not Contact \(this account, since \d{4}-\d\d-\d\d: replied توقف\)/,
		);
		expect(error.description).toContain('"If Recipient Is on Do Not Contact"');
		expect(messages().rows.size).toBe(0);
	});

	it('skips them where the user chose so, and schedules the others', async () => {
		await add(ANA);
		const [skipped, scheduled] = await schedule(
			message('={{ $json.to }}', { options: { ifDoNotContact: 'skip' } }),
			[{ to: ANA }, { to: BEN }],
		);
		expect(skipped).toMatchObject({
			status: 'cancelled',
			failureCode: 'optedOut',
			failure: expect.stringMatching(/^The recipient is on Do Not Contact \(this account/),
			recipient: ANA,
			scheduleId: null,
			storedIn: 'n8n',
		});
		expect(scheduled).toMatchObject({ status: 'scheduled', recipient: BEN });
		expect(messages().rows.size).toBe(1);
	});

	it('schedules for them what ignores the list, and stores that', async () => {
		await add(ANA);
		const [item] = await schedule(message(ANA, { options: { ifDoNotContact: 'ignore' } }));
		expect(item.status).toBe('scheduled');
		expect(messages().row(1).do_not_contact).toBe('ignore');
		await schedule(message(BEN));
		expect(messages().row(2).do_not_contact).toBeNull();
	});

	it('costs one access for 450 people, and none as long as there is no list', async () => {
		const items = Array.from({ length: 450 }, (_, n) => ({ to: `+1415${5_000_000 + n}` }));
		const count = async () => {
			tables.accesses = 0;
			await schedule(message('={{ $json.to }}'), items);
			return tables.accesses;
		};
		const without = await count();
		await add(ANA);
		expect(await count()).toBe(without + 1);
	});

	it('rejects before anything is sent where the gateway itself schedules', async () => {
		credential = credentialFor(sandbox, {}, SCHEDULER);
		await add(BEN);
		const checked = { storeIn: 'gateway', checkDoNotContact: 'dataTable' };
		const pending = () => sandbox.messages(SCHEDULER as GatewayId).length;
		const before = pending();
		const parameters = { operation: 'schedule', ...message('={{ $json.to }}', checked) };
		const error = await errorOf(parameters, {
			credential,
			tables,
			items: [{ to: ANA }, { to: BEN }],
		});
		expect(error.message).toMatch(/^Item 2 of 2.*is on Do Not Contact/);
		expect(pending()).toBe(before);
		const [skipped] = await schedule(
			message(BEN, { ...checked, options: { ifDoNotContact: 'skip' } }),
		);
		expect(skipped).toMatchObject({ status: 'cancelled', storedIn: 'gateway', scheduleId: null });
	});
});

describe('Send', () => {
	const send = (more: Json = {}): Json => ({
		resource: 'message',
		operation: 'send',
		recipient: ANA,
		text: 'Hi',
		...more,
	});
	const sent = () => sandbox.messages('whapi').length;

	it('looks at no list unless it is told where it is', async () => {
		await add(ANA);
		tables.accesses = 0;
		const [item] = await outputOf(send(), { credential, tables });
		expect(item.status).not.toBe('cancelled');
		expect(tables.accesses).toBe(0);
	});

	it('rejects who is on the list, or skips them', async () => {
		await add(ANA);
		const before = sent();
		const checked = { checkDoNotContact: 'dataTable' };
		const error = await errorOf(send(checked), { credential, tables });
		expect(error.message).toMatch(/^"Recipient" is \+919988066776, who is on Do Not Contact/);
		const skip = send({ ...checked, options: { ifDoNotContact: 'skip' } });
		const [item] = await outputOf(skip, { credential, tables });
		expect(item).toMatchObject({ status: 'cancelled', failureCode: 'optedOut', messageId: null });
		expect(differences(item, schemaOf('message', 'send'))).toEqual([]);
		expect(sent()).toBe(before);
		const anyway = send({ ...checked, options: { ifDoNotContact: 'ignore' } });
		await outputOf(anyway, { credential, tables });
		expect(sent()).toBe(before + 1);
	});

	it.each<[string, Json]>([
		['skipped, and its key is free again', { status: 'cancelled', failureCode: 'optedOut' }],
		['rejected, and its key is free again', {}],
	])('looks again right before the request: who was added since is %s', async (_, skipped) => {
		await add(BEN);
		const before = sent();
		const clock = jest.spyOn(Date, 'now');
		tables.before = (operation) => {
			// The key is written, after the list was read.
			if (operation !== 'insert') return;
			tables.before = () => undefined;
			const person = { person: ANA, scope: 'all' };
			void tables.named(LIST).insert([person as never]);
			const later = Date.now() + 60_000;
			clock.mockReturnValue(later);
		};
		const ifDoNotContact = 'status' in skipped ? 'skip' : 'reject';
		const parameters = send({
			checkDoNotContact: 'dataTable',
			options: { deduplicationKey: 'order-7', ifDoNotContact },
		});
		try {
			if (ifDoNotContact === 'skip') {
				expect(await outputOf(parameters, { credential, tables })).toMatchObject([skipped]);
			} else {
				const { message } = await errorOf(parameters, { credential, tables });
				expect(message).toMatch(/^"Recipient" is \+919988066776, who is on Do Not Contact/);
			}
		} finally {
			clock.mockRestore();
		}
		expect(sent()).toBe(before);
		expect(tables.named(KEYS).rows.size).toBe(0);
	});

	it('sends nothing where the list cannot be read', async () => {
		await add(ANA);
		const before = sent();
		tables.before = (operation) => {
			if (operation === 'get') throw new Error('no such column: person');
		};
		const error = await errorOf(send({ checkDoNotContact: 'dataTable', recipient: BEN }), {
			credential,
			tables,
		});
		expect(error.message).toMatch(/^"Do Not Contact" cannot be read, so nothing is sent/);
		expect(error.description).toMatch(/^Nothing was sent or stored/);
		expect(sent()).toBe(before);
	});

	it.each<[string, Json, RegExp]>([
		[
			'an option without a list',
			{ options: { ifDoNotContact: 'skip' } },
			/"Check Do Not Contact" is "Not Checked", so "If Recipient Is on Do Not Contact" would/,
		],
		['an unknown choice', { options: { ifDoNotContact: 'maybe' } }, /is "maybe". Use one of/],
		['an unknown place', { checkDoNotContact: 'here' }, /"Check Do Not Contact" is "here"/],
		[
			'a table that does not exist',
			{ checkDoNotContact: 'dataTable', dataTable: 'sheduled_messages' },
			/Did you mean "scheduled_messages"/,
		],
	])('rejects %s', async (_, parameters, expected) => {
		const error = await errorOf(send(parameters), { credential, tables });
		expect(error.message).toMatch(expected);
	});
});

describe('a stored message whose recipient opts out', () => {
	const stored = async (more: Json = {}) => {
		const [item] = await schedule(message());
		const scheduleId = String(item.scheduleId);
		messages().edit(messages().idOf(scheduleId), more as never);
		await add(ANA, { reason: 'replied STOP' });
		return scheduleId;
	};

	it('is not moved to another time, unless it ignores the list', async () => {
		const scheduleId = await stored();
		const parameters = { operation: 'reschedule', ...byId(scheduleId), sendAt: inSeconds(7_200) };
		const error = await errorOf(parameters, { credential, tables });
		expect(error.message).toMatch(
			/was not moved: its recipient \(\+919988066776\) is on Do Not Contact \(replied STOP\)/,
		);
		expect(error.description).toContain('enter "ignore" in its column "do_not_contact"');
		messages().edit(1, { do_not_contact: 'ignore' } as never);
		expect(await outputOf(parameters, { credential, tables })).toMatchObject([
			{ status: 'scheduled' },
		]);
	});

	it('is not retried, by id or by filters, unless it ignores the list', async () => {
		const scheduleId = await stored({ status: 'failed', failure: 'no' });
		const retry = { operation: 'retry', selectBy: 'scheduleId', ...byId(scheduleId) };
		const error = await errorOf(retry, { credential, tables });
		expect(error.message).toMatch(/was not retried: its recipient .* is on Do Not Contact/);
		const context = executeContext({ operation: 'retry' }, { credential, tables });
		const [output] = await new MessageScheduler().execute.call(context);
		expect(output).toEqual([]);
		expect(context.hints.map((hint) => hint.message)).toEqual([
			expect.stringMatching(/^Not retried: 1 that cannot .* is on Do Not Contact/),
		]);
		messages().edit(1, { do_not_contact: 'ignore' } as never);
		expect(await outputOf(retry, { credential, tables })).toMatchObject([{ status: 'scheduled' }]);
	});

	it('is cancelled at its time by Send Due, as an item', async () => {
		const at = inSeconds(-60);
		await stored({ send_at: at, next_attempt_at: at });
		const before = sandbox.messages('whapi').length;
		const output = await outputOf({ operation: 'sendDue' }, { credential, tables });
		expect(output).toMatchObject([
			{
				status: 'cancelled',
				failureCode: 'optedOut',
				failure: 'The recipient is on Do Not Contact',
			},
		]);
		expect(differences(output[0], schemaOf('scheduledMessage', 'sendDue'))).toEqual([]);
		expect(sandbox.messages('whapi')).toHaveLength(before);
	});
});

describe('Record Status', () => {
	const gateway = 'twilio';
	const failed = (code: string, more: Json = {}) => {
		const event = createStatusEvent({
			gateway,
			channel: 'sms',
			status: 'failed',
			messageId: 'SM1',
			recipient: describeAddress(ANA),
			failure: { code, reason: 'The recipient has unsubscribed' },
			receivedAt: inSeconds(0),
			raw: {},
		});
		return { ...toStatusEventItem(event, 'UTC'), ...more } as unknown as Json;
	};
	const record = async (item: Json, options: Json = {}) => {
		const parameters = { operation: 'recordStatus', options };
		return (await outputOf(parameters, { credential, tables, items: [item] }))[0];
	};
	beforeEach(() => void (credential = credentialFor(sandbox, {}, gateway)));

	it('adds a recipient whom the gateway reports as unsubscribed, once', async () => {
		expect(await record(failed('21610'))).toMatchObject({ addedToDoNotContact: true });
		expect(await record(failed('21610'))).toMatchObject({ addedToDoNotContact: false });
		expect(await list('getAll')).toMatchObject([
			{ recipient: ANA, scope: 'account', source: 'gateway', gateway },
		]);
	});

	it.each<[string, Json, Json]>([
		['another failure', failed('30003'), {}],
		['the option off', failed('21610'), { addOptOuts: false }],
		['an event of another gateway', failed('21610', { gateway: 'whapi' }), {}],
		[
			'an event without a recipient',
			failed('21610', { recipient: null, recipientAddress: null }),
			{},
		],
	])('adds nobody for %s', async (_, item, options) => {
		expect(await record(item, options)).toMatchObject({ addedToDoNotContact: false });
		expect(tables.names).not.toContain(LIST);
	});
});

describe('Record Status of a received message', () => {
	const received = (more: Json = {}): Json => ({
		event: 'received',
		eventId: 'e1',
		gateway: 'whapi',
		account: null,
		from: ANA,
		fromLid: LID,
		chatKind: 'phone',
		text: 'STOP',
		button: null,
		optOut: 'stop',
		...more,
	});
	const recordAll = async (items: Json[], options: Json = {}) =>
		await outputOf({ operation: 'recordStatus', options }, { credential, tables, items });
	const record = async (more: Json = {}, options: Json = {}) =>
		(await recordAll([received(more)], options))[0];
	const at = (second: number) => `2026-11-22T10:00:${String(second).padStart(2, '0')}.000Z`;
	const wish = (optOut: string, second: number | null, more: Json = {}): Json =>
		received({
			eventId: `${optOut} ${second}`,
			optOut,
			occurredAt: second === null ? null : at(second),
			...more,
		});

	it('adds who asks for no more messages, by number and hidden id, and takes START back', async () => {
		expect(await record()).toMatchObject({ recorded: false, addedToDoNotContact: true });
		expect(await list('getAll')).toMatchObject([
			{ recipient: ANA, reason: 'STOP', source: 'reply', scope: 'account' },
			{ recipient: LID },
		]);
		expect(await record()).toMatchObject({ addedToDoNotContact: false });
		expect(await record({ optOut: 'start' })).toMatchObject({ addedToDoNotContact: false });
		expect(people()).toEqual([]);
	});

	it('knows a hidden id with and without that of a device', async () => {
		const device = LID.replace('@', ':7@');
		await record({ from: device, fromLid: device });
		expect(people()).toEqual([LID]);
		expect(await list('check', {}, [{ from: device }])).toMatchObject([
			{ isListed: true, recipient: LID },
		]);
		await record({ from: LID, fromLid: device, optOut: 'start' });
		expect(people()).toEqual([]);
	});

	it('adds who chose so at the gateway, and takes the opposite choice back', async () => {
		const preference = { event: 'preference', text: null, fromLid: null };
		expect(await record(preference)).toMatchObject({ recorded: false, addedToDoNotContact: true });
		expect(await list('getAll')).toMatchObject([{ recipient: ANA, source: 'gateway' }]);
		await record({ ...preference, optOut: 'start' });
		expect(people()).toEqual([]);
		await record(preference, { addOptOuts: false });
		expect(people()).toEqual([]);
	});

	it.each<[string, Json[], string[]]>([
		['START, then STOP', [wish('start', 1), wish('stop', 2)], [ANA, LID]],
		['STOP, then START', [wish('stop', 1), wish('start', 2)], []],
		['both in the wrong order', [wish('stop', 2), wish('start', 1)], [ANA, LID]],
		['both without a time', [wish('start', null), wish('stop', null)], [ANA, LID]],
		[
			'many of one person',
			[1, 2, 3, 4, 5, 6, 7].map((second) => wish(second % 2 ? 'stop' : 'start', second)),
			[ANA, LID],
		],
		[
			'those of two people',
			[wish('stop', 1), wish('start', 2, { from: BEN, fromLid: null })],
			[ANA, LID],
		],
		[
			'one of another account, which counts for nothing',
			[wish('stop', 1), wish('start', 2, { gateway: 'twilio' })],
			[ANA, LID],
		],
	])('heeds the last wish of a run: %s', async (_, items, expected) => {
		await add(ANA, { options: { source: 'reply' } });
		tables.named(LIST).edit(1, { added_at: at(0) } as never);
		await recordAll(items);
		expect(people().sort()).toEqual([...expected].sort());
	});

	it('heeds the later wish, whichever is reported first', async () => {
		await record(wish('stop', 5));
		await record(wish('start', 4));
		expect(people().sort()).toEqual([ANA, LID].sort());
		expect(await list('getAll')).toMatchObject([{ addedAt: at(5) }, { addedAt: at(5) }]);
		await record(wish('stop', 9));
		await record(wish('start', null, { receivedAt: at(8) }));
		expect(people().sort()).toEqual([ANA, LID].sort());
		await record(wish('start', null, { receivedAt: at(9) }));
		expect(people()).toEqual([]);
	});

	it.each<Json>([
		{ scope: 'all', options: { source: 'reply' } },
		{ options: { source: 'manual' } },
		{ options: { source: 'import' } },
	])('leaves what was entered as %j, whoever writes START', async (entry) => {
		await add(ANA, entry);
		await record({ optOut: 'start' });
		expect(people()).toEqual([ANA]);
	});

	it('heeds a wish that could not be verified where that is accepted, else says so', async () => {
		for (const optOut of ['stop', 'start']) {
			const { message } = await errorOf(
				{ operation: 'recordStatus' },
				{ credential, tables, items: [received({ optOut, verified: false })] },
			);
			expect(message).toMatch(/^The event of the "Input" item was not verified/);
		}
		expect(tables.names).not.toContain(LIST);
		const accepted = await record({ verified: false }, { acceptUnverified: true });
		expect(accepted).toMatchObject({ addedToDoNotContact: true });
		expect(await record({ verified: false, optOut: null })).toMatchObject({ recorded: false });
	});

	it.each<[string, Json, Json]>([
		['another wish', { optOut: 'help' }, {}],
		['no wish', { optOut: null }, {}],
		['what is said in a group', { chatKind: 'group' }, {}],
		['a message of another gateway', { gateway: 'twilio' }, {}],
		[
			'one with the option off that could not be verified',
			{ verified: false },
			{ addOptOuts: false },
		],
		['nobody', { from: null, fromLid: null }, {}],
		// Twilio's sample of a short code; no message can reach one.
		['a short code', { from: '12345', fromLid: null }, {}],
		['a short code as number', { from: '+12345', fromLid: null }, {}],
		['the option off', {}, { addOptOuts: false }],
	])('adds nobody for %s', async (_, more, options) => {
		expect(await record(more, options)).toMatchObject({ addedToDoNotContact: false });
		expect(tables.names).not.toContain(LIST);
	});
});

it('has the columns that n8n shows, those for people first', async () => {
	await add(ANA);
	const { id, createdAt, updatedAt, ...cells } = tables.named(LIST).row(1);
	expect(Object.keys(cells)).toEqual(DO_NOT_CONTACT_COLUMNS.map(({ name }) => name));
	expect([id, createdAt, updatedAt]).not.toContain(undefined);
});
