import type { INode } from 'n8n-workflow';
import { gatewayById, gateways } from '../../gateways/registry';
import { MessageScheduler } from '../../nodes/MessageScheduler/MessageScheduler.node';
import { startSandbox, type Fault, type Sandbox } from '../../sandbox/index.mts';
import { DataTables } from './dataTables.mts';
import {
	credentialFor,
	errorOf,
	executeContext,
	hurry,
	inSeconds,
	outputOf,
	runByEngine,
	type Json,
} from './fakeContext.mts';
import { differences, schemaOf } from './schema.mts';

/**
 * Groups, Cancel Many, Reschedule Many and Not Delivered For, on n8n's own contexts: with Data Tables in
 * memory, and with the scheduler of a gateway.
 */
const NAME = 'scheduled_messages';
const IN_TABLE = { storeIn: 'dataTable' };
const HOUR = 3_600;
const ANNA = '+919988066776';
const BEN = '+919988066777';

let sandbox: Sandbox;
let tables: DataTables;

beforeAll(async () => void (sandbox = await startSandbox({ rateLimits: false })));
afterAll(async () => await sandbox.close());
beforeEach(() => void (tables = new DataTables()));
afterEach(() => {
	sandbox.faults.clear();
	jest.restoreAllMocks();
});

const GATEWAY = 'chatWhatsApp';
const setting = (gateway = GATEWAY) => ({
	credential: credentialFor(sandbox, {}, gateway),
	tables,
});

interface Told {
	readonly items: Json[];
	readonly hints: string[];
}

/** Runs one operation: its items, which must be as its schema says, and what it says below them. */
async function operate(operation: string, parameters: Json = {}, items?: Json[]): Promise<Told> {
	const context = executeContext({ operation, ...parameters }, { ...setting(), items });
	const [output] = await new MessageScheduler().execute.call(context);
	const json = output.map((item) => item.json);
	const schema = schemaOf('scheduledMessage', operation);
	for (const item of json) expect(differences(item, schema)).toEqual([]);
	return { items: json, hints: context.hints.map(({ message }) => message) };
}
const refusal = async (operation: string, parameters: Json, gateway = GATEWAY) =>
	await errorOf({ operation, ...parameters }, setting(gateway));

const messages = () => tables.named(NAME);
const statuses = () =>
	Object.fromEntries([...messages().rows.values()].map(({ text, status }) => [text, status]));
const timeOf = (text: string) =>
	[...messages().rows.values()].find((row) => row.text === text)!.send_at;

const schedule = async (text: string, more: Json = {}, options: Json = {}) =>
	(
		await operate('schedule', {
			...IN_TABLE,
			recipient: ANNA,
			text,
			sendAt: inSeconds(HOUR),
			options,
			...more,
		})
	).items[0];
const filters = (given: Json): Json => ({ ...IN_TABLE, filters: given });
const texts = ({ items }: Told) => items.map(({ text }) => text);
const later = (at: unknown, ms: number) => new Date(Date.parse(String(at)) + ms).toISOString();

describe('Group', () => {
	it('is kept with a message in a table, and found by Get Many and Statistics', async () => {
		const scheduled = await schedule('a', {}, { group: '  spring\n' });
		expect(scheduled).toMatchObject({ group: 'spring', warnings: [] });
		await schedule('b', {}, { group: '' });
		expect(await operate('getAll', filters({ group: 'spring ' }))).toMatchObject({
			items: [{ text: 'a', group: 'spring' }],
		});
		const { items } = await operate('statistics', IN_TABLE);
		expect(items).toMatchObject([
			{ total: 2, byGroup: [{ group: 'spring', total: 1 }], otherGroups: { groups: 0, total: 0 } },
		]);
	});

	it('is refused with 10,000 characters, before anything is stored', async () => {
		const message = { recipient: ANNA, text: 'a', sendAt: inSeconds(HOUR) };
		const options = { group: 'x'.repeat(10_000) };
		const error = await refusal('schedule', { ...IN_TABLE, ...message, options });
		expect(error.message).toMatch(/^"Group" is "x{40}…", which has 10000 characters$/);
		expect(tables.names).toEqual([]);
	});

	it('is not kept by a gateway, which the output says', async () => {
		const { items } = await operate('schedule', {
			recipient: ANNA,
			text: 'at the gateway',
			sendAt: inSeconds(HOUR),
			options: { group: 'spring' },
		});
		expect(items).toMatchObject([{ status: 'scheduled', group: null }]);
		expect(items[0].warnings).toEqual([expect.stringMatching(/^"Group" is not kept.*Data Table/)]);
	});

	it.each<[string, Json, RegExp]>([
		['Group', { group: 'spring' }, /does not tell which group.*"Group"/],
		['Reference', { reference: 'r' }, /does not tell which reference.*"Reference"/],
		[
			'Not Delivered For',
			{ notDeliveredForMinutes: 60 },
			/does not tell which of its scheduled messages was delivered.*"Not Delivered For"/,
		],
	])('cannot be asked of a gateway that keeps none: %s', async (_, given, sentence) => {
		const error = await refusal('getAll', { filters: given });
		expect(error.message).toMatch(sentence);
		expect(error.description).toMatch(/n8n Data Table or PostgreSQL/);
	});

	it('is returned by Send', async () => {
		const send = { resource: 'message', operation: 'send', recipient: ANNA, text: 'now' };
		const [sent] = await outputOf({ ...send, options: { group: ' spring ' } }, setting());
		expect(sent.group).toBe('spring');
		expect(differences(sent, schemaOf('message', 'send'))).toEqual([]);
		const [without] = await outputOf(send, setting());
		expect(without.group).toBeNull();
	});
});

describe('Not Delivered For', () => {
	it('finds what the gateway has taken that long ago, and what has not arrived since', async () => {
		const ages: Array<[string, string, number | null]> = [
			['old and sent', 'sent', -2 * HOUR],
			['old and queued', 'queued', -2 * HOUR],
			['old and read', 'read', -2 * HOUR],
			['old and failed', 'failed', -2 * HOUR],
			['new and sent', 'sent', -60],
			['in flight', 'sending', null],
			['to be sent', 'scheduled', null],
		];
		for (const [text, status, sentAt] of ages) {
			const { scheduleId } = await schedule(text);
			messages().edit(messages().idOf(String(scheduleId)), {
				status,
				sent_at: sentAt === null ? null : inSeconds(sentAt),
			});
		}
		const found = async (given: Json) =>
			texts(await operate('getAll', { ...filters(given), returnAll: true })).sort();
		expect(await found({ notDeliveredForMinutes: 60 })).toEqual(['old and queued', 'old and sent']);
		expect(await found({ notDeliveredForMinutes: 60, status: 'sent' })).toEqual(['old and sent']);
		expect(await found({ notDeliveredForMinutes: 180 })).toEqual([]);
	});

	it.each([
		['', /is empty/],
		[0, /is "0"/],
		[-1, /is "-1"/],
		['soon', /is "soon"/],
		[1e99, /is "1e\+99"/],
	])('refuses %p', async (value, sentence) => {
		await schedule('a');
		const error = await refusal('getAll', filters({ notDeliveredForMinutes: value }));
		expect(error.message).toMatch(sentence);
		expect(error.message).toContain('"Not Delivered For"');
	});
});

/** Three messages, of which two belong to spring. */
async function fill(): Promise<void> {
	await schedule('anna', { sendAt: inSeconds(HOUR) }, { group: 'spring', reference: 'r1' });
	await schedule('ben', { recipient: BEN, sendAt: inSeconds(2 * HOUR) }, { group: 'spring' });
	await schedule('other', { sendAt: inSeconds(3 * HOUR) });
}

describe('Cancel Many', () => {
	it.each<[string, Json, string[]]>([
		['a group', { group: 'spring' }, ['anna', 'ben']],
		['a recipient, in another form', { recipient: '+91 99880-66777' }, ['ben']],
		['a reference', { reference: ' r1 ' }, ['anna']],
		['a group and a recipient', { group: 'spring', recipient: ANNA }, ['anna']],
		['a time', { scheduledAfter: '={{ $now.plus({ minutes: 90 }) }}' }, ['ben', 'other']],
	])('cancels by %s, and a second time none', async (_, given, expected) => {
		await fill();
		const told = await operate('cancelMany', filters(given));
		expect(texts(told)).toEqual(expected);
		for (const item of told.items) {
			expect(item).toMatchObject({ status: 'cancelled', dryRun: false, isMore: false });
		}
		const after = { anna: 'scheduled', ben: 'scheduled', other: 'scheduled' };
		expect(statuses()).toEqual({
			...after,
			...Object.fromEntries(expected.map((text) => [text, 'cancelled'])),
		});
		const again = await operate('cancelMany', filters(given));
		expect(again.items).toEqual([]);
		expect(again.hints).toEqual([expect.stringMatching(/^No message .* matches, so none was/)]);
	});

	it('cancels all of the account if that is said, and no other account’s', async () => {
		await fill();
		messages().edit(3, { account: 'another' });
		expect(texts(await operate('cancelMany', { ...IN_TABLE, selectBy: 'all' }))).toEqual([
			'anna',
			'ben',
		]);
		expect(statuses()).toMatchObject({ other: 'scheduled' });
	});

	it('leaves what is in flight, sent or unconfirmed', async () => {
		await fill();
		messages().edit(1, { status: 'sending' });
		messages().edit(2, { status: 'unconfirmed' });
		expect(texts(await operate('cancelMany', { ...IN_TABLE, selectBy: 'all' }))).toEqual(['other']);
		expect(statuses()).toEqual({ anna: 'sending', ben: 'unconfirmed', other: 'cancelled' });
	});

	it('says how many were sent in between', async () => {
		await fill();
		tables.before = (operation) => {
			if (operation === 'update') messages().edit(1, { status: 'sending' });
		};
		const told = await operate('cancelMany', filters({ group: 'spring' }));
		expect(texts(told)).toEqual(['ben']);
		expect(told.hints).toEqual([expect.stringMatching(/^Not cancelled: 1 that changed meanwhile/)]);
		expect(statuses()).toMatchObject({ anna: 'sending', ben: 'cancelled' });
	});

	it('changes nothing in a dry run', async () => {
		await fill();
		const told = await operate('cancelMany', { ...filters({ group: 'spring' }), dryRun: true });
		expect(told.items).toMatchObject([
			{ text: 'anna', status: 'scheduled', dryRun: true },
			{ text: 'ben', status: 'scheduled', dryRun: true },
		]);
		expect(told.hints).toEqual([expect.stringMatching(/^Dry Run: 2 messages would be cancelled/)]);
		expect(statuses()).toEqual({ anna: 'scheduled', ben: 'scheduled', other: 'scheduled' });
	});

	it('keeps to the limit, the earliest first, and says that more match', async () => {
		await fill();
		const limited = { ...IN_TABLE, selectBy: 'all', maxMessages: 2 };
		const told = await operate('cancelMany', limited);
		expect(told.items).toMatchObject([
			{ text: 'anna', isMore: true },
			{ text: 'ben', isMore: true },
		]);
		expect(told.hints).toEqual([expect.stringMatching(/^More than 2 messages match/)]);
		expect(texts(await operate('cancelMany', limited))).toEqual(['other']);
	});

	it.each<[string, Json, RegExp]>([
		['no filter', filters({}), /^"Filters" is empty, so all/],
		['a filter that is empty', filters({ group: '' }), /^"Group" under "Filters" is empty/],
		[
			'one of nothing but a control character',
			filters({ group: '\u0001' }),
			/^"Group" .* is empty/,
		],
		[
			'an expression that finds nothing',
			filters({ recipient: '={{ $json.nobody }}' }),
			/^"Recipient" under "Filters" is empty/,
		],
		['a filter of another operation only', filters({ text: 'x' }), /^"Filters" is empty/],
		['a group that is too long', filters({ group: 'x'.repeat(10_000) }), /^"Group" is "x+…"/],
		['a reference that is a list', filters({ reference: ['x'] }), /^"Reference" .* a list/],
		['a limit of 0', { ...IN_TABLE, selectBy: 'all', maxMessages: 0 }, /^"Limit" is "0"/],
		['a limit of half', { ...IN_TABLE, selectBy: 'all', maxMessages: 1.5 }, /^"Limit" is "1.5"/],
		['another selection', { ...IN_TABLE, selectBy: 'some' }, /^"Select By" is "some"/],
	])('refuses %s, and cancels nothing', async (_, parameters, sentence) => {
		await fill();
		const error = await refusal('cancelMany', parameters);
		expect(error.message).toMatch(sentence);
		expect(new Set(Object.values(statuses()))).toEqual(new Set(['scheduled']));
	});

	it('cancels each message for one of several items', async () => {
		await fill();
		const told = await operate('cancelMany', filters({ group: 'spring' }), [{}, {}]);
		expect(texts(told)).toEqual(['anna', 'ben']);
	});

	it('finds a group among 100,000 rows', async () => {
		await fill();
		const row = messages().row(1);
		await messages().insert(
			Array.from({ length: 100_000 }, (_, n) => ({
				...row,
				schedule_id: `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`,
				text: `m${n}`,
				group_name: n % 100 === 0 ? 'autumn' : `group ${n % 1_000}`,
			})),
		);
		const told = await operate('cancelMany', filters({ group: 'autumn' }));
		expect(told.items).toHaveLength(1_000);
		expect(told.items[0].isMore).toBe(false);
		const cancelled = [...messages().rows.values()].filter(({ status }) => status === 'cancelled');
		expect(new Set(cancelled.map(({ group_name: group }) => group))).toEqual(new Set(['autumn']));
		expect(cancelled).toHaveLength(1_000);
	}, 120_000);
});

describe('Reschedule Many', () => {
	const by = (amount: string | number, unit = 'hours'): Json => ({
		move: 'by',
		moveBy: amount,
		unit,
	});

	it('moves each message from its own time', async () => {
		await fill();
		const [anna, ben] = [timeOf('anna'), timeOf('ben')];
		const told = await operate('rescheduleMany', { ...filters({ group: 'spring' }), ...by(1.5) });
		expect(told.items).toMatchObject([
			{ text: 'anna', movedFrom: anna, movedTo: later(anna, 5_400_000), adjusted: [] },
			{ text: 'ben', movedFrom: ben, movedTo: later(ben, 5_400_000) },
		]);
		expect(told.items.map(({ scheduledAt }) => scheduledAt)).toEqual(
			told.items.map(({ movedTo }) => movedTo),
		);
		expect(timeOf('ben')).toBe(later(ben, 5_400_000));
	});

	it('by days keeps the clock time of each recipient, where the message has one', async () => {
		const recipients = { timezone: 'recipient', recipientTimezone: 'America/New_York' };
		// The night in which the clocks of New York change, and those of Berlin do not.
		const sendAt = '2034-03-11T09:00';
		await schedule('new york', { ...recipients, sendAt });
		await schedule('edited', { ...recipients, sendAt });
		await schedule('berlin', { timezone: 'Europe/Berlin', sendAt });
		const edited = [...messages().rows.values()].find(({ text }) => text === 'edited')!;
		messages().edit(edited.id, { timezone: 'Gotham' });
		const all = { ...IN_TABLE, selectBy: 'all', timezone: 'Europe/Berlin' };
		await operate('rescheduleMany', { ...all, ...by(1, 'days') });
		expect(['new york', 'edited', 'berlin'].map(timeOf)).toEqual([
			'2034-03-12T13:00:00.000Z',
			'2034-03-12T14:00:00.000Z',
			'2034-03-12T08:00:00.000Z',
		]);
	});

	it('moves all to one time', async () => {
		await fill();
		const sendAt = inSeconds(9 * HOUR);
		await operate('rescheduleMany', { ...IN_TABLE, selectBy: 'all', move: 'to', sendAt });
		expect(['anna', 'ben', 'other'].map(timeOf)).toEqual([sendAt, sendAt, sendAt]);
	});

	it('warns of recipients who are on Do Not Contact, by one access, and moves them', async () => {
		await fill();
		const moveAll = async (more: Json = {}) => {
			tables.accesses = 0;
			const parameters = { ...IN_TABLE, selectBy: 'all', ...by(1), ...more };
			const { items } = await operate('rescheduleMany', parameters);
			const warned = items.filter(({ warnings }) => String(warnings).includes('Do Not Contact'));
			return { warned: warned.map(({ text }) => text), accesses: tables.accesses };
		};
		const without = await moveAll();
		expect(without.warned).toEqual([]);
		const list = { resource: 'doNotContact', operation: 'add', recipient: BEN };
		await outputOf(list, setting());
		const before = timeOf('ben');
		expect(await moveAll({ dryRun: true })).toMatchObject({ warned: ['ben'] });
		expect(await moveAll()).toEqual({ warned: ['ben'], accesses: without.accesses + 1 });
		expect(timeOf('ben')).toBe(later(before, 3_600_000));
		const { id } = [...messages().rows.values()].find(({ text }) => text === 'ben')!;
		messages().edit(id, { do_not_contact: 'ignore' });
		expect((await moveAll()).warned).toEqual([]);
	});

	it('moves them also where the list cannot be read', async () => {
		await fill();
		await outputOf({ resource: 'doNotContact', operation: 'add', recipient: BEN }, setting());
		const { id } = tables.named(`${NAME}_do_not_contact`);
		tables.before = (operation, { dataTableId }) => {
			if ((dataTableId as { value?: unknown } | undefined)?.value !== id) return;
			throw new Error(`no ${operation} now`);
		};
		const { items } = await operate('rescheduleMany', { ...IN_TABLE, selectBy: 'all', ...by(1) });
		expect(items.map(({ warnings }) => warnings)).toEqual([[], [], []]);
	});

	it('shows the new times in a dry run, and moves nothing', async () => {
		await fill();
		const anna = timeOf('anna');
		const dry = { ...filters({ recipient: BEN }), ...by(1, 'days'), dryRun: true, timezone: 'UTC' };
		const { items } = await operate('rescheduleMany', dry);
		const ben = timeOf('ben');
		expect(items).toMatchObject([
			{ text: 'ben', scheduledAt: ben, movedFrom: ben, movedTo: later(ben, 86_400_000) },
		]);
		expect(timeOf('anna')).toBe(anna);
	});

	it('moves none if one would be in the past, or all by If the Time Has Passed', async () => {
		await fill();
		const back = { ...IN_TABLE, selectBy: 'all', ...by(-90, 'minutes') };
		const error = await refusal('rescheduleMany', back);
		expect(error.message).toMatch(/^"Move By": 1 of 3 messages cannot be moved, so none was/);
		expect(error.description).toMatch(/which passed .* ago.*If the Time Has Passed/);
		expect(timeOf('ben')).toBe(
			(await operate('getAll', filters({ recipient: BEN }))).items[0].scheduledAt,
		);
		const options = { ifTimePassed: 'sendEarliest' };
		const { items } = await operate('rescheduleMany', { ...back, options });
		expect(items).toHaveLength(3);
		expect(items[0].adjusted).toMatchObject([{ reason: 'passed' }]);
	});

	it('moves none if more match than the limit, since another run could not go on', async () => {
		await fill();
		const limited = { ...IN_TABLE, selectBy: 'all', ...by(1), maxMessages: 2 };
		const before = timeOf('anna');
		expect((await refusal('rescheduleMany', limited)).message).toMatch(/^"Limit" is 2, but more/);
		expect(timeOf('anna')).toBe(before);
	});

	it('moves a message once for several items of a run', async () => {
		await fill();
		const before = timeOf('anna');
		const told = await operate('rescheduleMany', { ...filters({ recipient: ANNA }), ...by(1) }, [
			{},
			{},
		]);
		expect(texts(told)).toEqual(['anna', 'other']);
		expect(told.hints).toEqual([expect.stringMatching(/^Not moved: 2 that an earlier item/)]);
		expect(timeOf('anna')).toBe(later(before, 3_600_000));
	});

	it.each<[string, Json, RegExp]>([
		['no distance', by(0), /^"Move By" is "0"/],
		['an empty one', by(''), /^"Move By" is ""/],
		['words', by('an hour'), /^"Move By" is "an hour"/],
		['half a day', by(0.5, 'days'), /^"Move By" is "0.5".*whole number of days/],
		['another unit', by(1, 'weeks'), /^"Unit" is "weeks"/],
		['another way', { move: 'away' }, /^"Move" is "away"/],
		['a time that has passed', { move: 'to', sendAt: inSeconds(-60) }, /^"Send At" is .* passed/],
		['a distance out of all years', by(1e9, 'days'), /cannot be moved, so none was/],
	])('refuses %s, and moves nothing', async (_, parameters, sentence) => {
		await fill();
		const before = timeOf('anna');
		const error = await refusal('rescheduleMany', { ...IN_TABLE, selectBy: 'all', ...parameters });
		expect(error.message).toMatch(sentence);
		expect(timeOf('anna')).toBe(before);
	});
});

describe('with Retry On Fail', () => {
	const node: Partial<INode> = { retryOnFail: true, maxTries: 3 };
	/** The update takes effect, but its answer is lost. */
	function loseUpdates(count: number): void {
		const { executeWorkflow } = tables;
		let left = count;
		const lossy: typeof executeWorkflow = async (workflow, ...rest) => {
			const result = await executeWorkflow(workflow, ...rest);
			const { operation } = workflow.code!.nodes.at(-1)!.parameters;
			if (operation === 'update' && left-- > 0) throw new Error('The connection was lost');
			return result;
		};
		Object.assign(tables, { executeWorkflow: lossy });
	}
	beforeEach(hurry);

	it('moves each message once, though the answer was lost', async () => {
		await fill();
		const before = timeOf('ben');
		loseUpdates(1);
		const parameters = { ...filters({ group: 'spring' }), move: 'by', moveBy: 2, unit: 'hours' };
		const { run, items } = await runByEngine(
			{ operation: 'rescheduleMany', ...parameters },
			{ ...setting(), node },
		);
		expect(run.status).toBe('success');
		expect(items.map(({ text }) => text)).toEqual(['anna', 'ben']);
		expect(timeOf('ben')).toBe(later(before, 7_200_000));
	});

	it('gives what it has cancelled, though the answer was lost', async () => {
		await fill();
		loseUpdates(2);
		const { run, items } = await runByEngine(
			{ operation: 'cancelMany', ...filters({ group: 'spring' }) },
			{ ...setting(), node },
		);
		expect(run.status).toBe('success');
		expect(items.map(({ text, status }) => [text, status])).toEqual([
			['anna', 'cancelled'],
			['ben', 'cancelled'],
		]);
	});
});

describe('at a gateway', () => {
	let recipients = 0;
	/** Messages for a number that no other test has. */
	async function fillGateway(): Promise<string> {
		const to = `+9199${String(++recipients).padStart(8, '0')}`;
		for (const [n, text] of ['one', 'two', 'three'].entries()) {
			const sendAt = inSeconds((n + 1) * HOUR);
			await operate('schedule', { recipient: to, text, sendAt });
		}
		return to;
	}
	const held = (to: string) =>
		sandbox
			.messages(GATEWAY)
			.filter((message) => to.endsWith(message.to))
			.filter(({ status }) => status === 'pending')
			.map(({ text, scheduledAt }) => [text, scheduledAt] as const);
	const ofRecipient = (recipient: string): Json => ({ filters: { recipient } });
	const by = { move: 'by', moveBy: 1, unit: 'days', timezone: 'UTC' };

	it('cancels what the gateway lists', async () => {
		const to = await fillGateway();
		const { items } = await operate('cancelMany', ofRecipient(to));
		expect(items.map(({ text, status }) => [text, status])).toEqual([
			['one', 'cancelled'],
			['two', 'cancelled'],
			['three', 'cancelled'],
		]);
		expect(held(to)).toEqual([]);
		expect((await operate('cancelMany', ofRecipient(to))).items).toEqual([]);
	});

	it('moves what the gateway lists', async () => {
		const to = await fillGateway();
		const before = held(to);
		const { items } = await operate('rescheduleMany', { ...ofRecipient(to), ...by });
		expect(items).toHaveLength(3);
		expect(new Set(held(to))).toEqual(
			new Set(before.map(([text, at]) => [text, later(at, 86_400_000)])),
		);
	});

	it.each(gateways.filter(({ scheduler }) => scheduler?.list !== undefined).map(({ id }) => id))(
		'shows, moves and cancels many at %s, and the second time none',
		async (gateway) => {
			const run = async (operation: string, parameters: Json) =>
				await outputOf({ operation, ...parameters }, setting(gateway));
			const deletes = gatewayById(gateway).capabilities.scheduling?.cancelsBy === 'delete';
			const options: Json = deletes ? { allowDeletion: true } : {};
			const recipient = `+9199${String(++recipients).padStart(8, '0')}`;
			for (const text of ['one', 'two']) {
				await run('schedule', { recipient, text, sendAt: inSeconds(HOUR) });
			}
			const toRecipient = { filters: { recipient }, options };
			const textsOf = (items: Json[]) => items.map(({ text }) => text).sort();
			const sendAt = inSeconds(2 * HOUR);
			const moved = await run('rescheduleMany', { ...toRecipient, move: 'to', sendAt });
			expect(textsOf(moved)).toEqual(['one', 'two']);
			expect(moved.map(({ scheduledAt }) => scheduledAt)).toEqual([sendAt, sendAt]);
			expect(textsOf(await run('cancelMany', { ...toRecipient, dryRun: true }))).toHaveLength(2);
			if (deletes) {
				const error = await refusal('cancelMany', { ...toRecipient, options: {} }, gateway);
				expect(error.description).toMatch(/Allow Deletion/);
			}
			const cancelled = await run('cancelMany', toRecipient);
			expect(textsOf(cancelled)).toEqual(['one', 'two']);
			expect(cancelled.map(({ status }) => status)).toEqual(['cancelled', 'cancelled']);
			expect(await run('cancelMany', toRecipient)).toEqual([]);
		},
		60_000,
	);

	it('moves none by a duration if the gateway does not tell their times', async () => {
		const recipient = `+9199${String(++recipients).padStart(8, '0')}`;
		const own = setting('twilio');
		await outputOf({ operation: 'schedule', recipient, text: 'one', sendAt: inSeconds(HOUR) }, own);
		const error = await refusal('rescheduleMany', { ...ofRecipient(recipient), ...by }, 'twilio');
		expect(error.message).toMatch(/^"Move By": 1 of 1 messages cannot be moved, so none was/);
		expect(error.description).toMatch(/is not known.*"To a Time"/);
	});

	it('refuses filters that the gateway cannot tell', async () => {
		const error = await refusal('cancelMany', { filters: { group: 'spring' } });
		expect(error.message).toMatch(/does not tell which group/);
	});

	it.each<[string, Fault[]]>([
		['answers are lost', [{ kind: 'dropResponse', method: 'POST', times: 2 }]],
		['the gateway is down for a while', [{ kind: 'errorBefore', status: 503, times: 12 }]],
		[
			'cancels are refused for a while',
			[{ kind: 'errorBefore', status: 503, method: 'DELETE', times: 12 }],
		],
	])(
		'moves each message once with Retry On Fail, though %s',
		async (_, faults) => {
			hurry();
			const to = await fillGateway();
			const before = held(to);
			let began = false;
			const { run, items } = await runByEngine(
				{ operation: 'rescheduleMany', ...ofRecipient(to), ...by },
				{
					...setting(),
					node: { retryOnFail: true, maxTries: 5 },
					onRequest: ({ method }) => {
						if (began || method === 'GET') return;
						began = true;
						for (const fault of faults) sandbox.faults.add(fault);
					},
				},
			);
			expect(run.status).toBe('success');
			expect(items).toHaveLength(3);
			expect(new Set(held(to))).toEqual(
				new Set(before.map(([text, at]) => [text, later(at, 86_400_000)])),
			);
			expect(held(to)).toHaveLength(3);
		},
		60_000,
	);

	it('says how many were cancelled before the gateway failed', async () => {
		hurry();
		const to = await fillGateway();
		let cancels = 0;
		const error = await errorOf(
			{ operation: 'cancelMany', ...ofRecipient(to), options: { maxParallel: 1 } },
			{
				...setting(),
				onRequest: ({ method }) => {
					if (method !== 'GET' && ++cancels === 2) {
						sandbox.faults.add({ kind: 'errorBefore', status: 400, times: 50 });
					}
				},
			},
		);
		expect(error.message).toMatch(/^1 of 3 messages were cancelled, then: /);
		expect(error.description).toMatch(/Retry On Fail/);
		expect(held(to)).toHaveLength(2);
	});
});
