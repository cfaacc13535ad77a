import { randomUUID } from 'node:crypto';

import { gateways } from '../../../gateways/registry';
import type { UploadCapabilities } from '../../../gateways/uploads';
import { isUuid } from '../../../stores/scheduleId';
import {
	accountRow,
	createLeaseStore,
	pauseAccount,
	type AccountColumn,
} from '../../../stores/table/accounts';
import { adoptRows } from '../../../stores/table/adopt';
import type { Row, Values } from '../../../stores/table/columns';
import { recordStatus } from '../../../stores/table/recordStatus';
import type { SendingAccount } from '../../../stores/table/rows';
import { dispatchDue } from '../../../stores/dispatcher';
import {
	accountsTable,
	contextFor,
	FakeClock,
	FakeGateway,
	iso,
	MINUTE,
	queueOn,
	rowOf,
	SENDER,
	START,
} from './fakes.mts';
import { MemoryTable } from './memoryTable.mts';

/** Rows that a person adds to the table, or changes in it, and what a run of *Send Due* makes of them. */
const OTHER: SendingAccount = { gateway: 'fake', account: 'account-2', credential: 'Branch B' };
const HAND: Values = { recipient: '+91 99880-66776', text: 'by hand', send_at: iso(START) };
const DAY = 24 * 60 * MINUTE;

let table: MemoryTable;
let accounts: MemoryTable<AccountColumn>;
let fake: FakeGateway;
let clock: FakeClock;

beforeEach(() => {
	table = new MemoryTable();
	accounts = accountsTable();
	fake = new FakeGateway();
	clock = new FakeClock();
});

const insert = async (...rows: Values[]) => await table.insert(rows);
const adopt = async (sender: SendingAccount = SENDER) =>
	await adoptRows(
		table,
		{ senders: [sender], gateway: fake.gateway, accounts: async () => accounts },
		iso(clock.ms),
	);
const row = (id = 1): Row => table.row(id);
/** A run of *Send Due* for an account. */
const run = async (sender: SendingAccount = SENDER) =>
	(
		await dispatchDue(
			contextFor(table, accounts, fake, clock, {
				queue: queueOn(table, [sender], accounts, fake.gateway),
			}),
		)
	).entries;
/** A run of *Send Due* has been there for an account. */
const hasRun = async (sender: SendingAccount, agoMs = 0) => {
	const { id } = await accountRow(accounts, sender);
	accounts.edit(id, { last_run_at: iso(START - agoMs) });
};

describe('a row with recipient, text and time', () => {
	it('is taken as a store would have written it', async () => {
		await insert(HAND);
		await adopt();
		const { schedule_id: id, ...rest } = row();
		expect(isUuid(String(id))).toBe(true);
		expect(rest).toMatchObject({
			status: 'scheduled',
			status_rank: 10,
			recipient: '+919988066776',
			type: 'text',
			text: 'by hand',
			send_at: iso(START),
			requested_at: iso(START),
			...SENDER,
			attempts: 0,
			claim_token: '',
			valid_for_minutes: 1_440,
			failure: null,
		});
	});

	it('is sent by the next run, once, and not before its time', async () => {
		await insert({ ...HAND, send_at: iso(START + MINUTE) });
		expect(await run()).toEqual([]);
		clock.ms += MINUTE;
		expect(await run()).toMatchObject([{ message: { status: 'sent', text: 'by hand' } }]);
		expect(await run()).toEqual([]);
		expect(fake.asked).toEqual(['by hand']);
	});

	it('keeps what a person has filled in beside', async () => {
		const id = randomUUID();
		await insert({ ...HAND, schedule_id: id, valid_for_minutes: 5, reference: 'order-7' });
		await adopt();
		expect(row()).toMatchObject({ schedule_id: id, valid_for_minutes: 5, reference: 'order-7' });
	});

	it('gets an id of its own where a person has written none that is one', async () => {
		await insert({ ...HAND, schedule_id: '7' });
		await adopt();
		expect(isUuid(String(row().schedule_id))).toBe(true);
	});

	it.each([
		'scheduled',
		'Scheduled',
		'SCHEDULED',
		' scheduled',
		'scheduled ',
		'Scheduled ',
		' Scheduled',
		' SCHEDULED ',
	])('is taken with the status %j, too', async (status) => {
		await insert({ ...HAND, status });
		await adopt();
		expect(row().status).toBe('scheduled');
	});

	it.each(['draft', 'cancelled', 'sent'])('is left alone with the status %s', async (status) => {
		await insert({ ...HAND, status });
		await adopt();
		expect(row()).toMatchObject({ status, failure: null, schedule_id: null });
		expect(await run()).toEqual([]);
	});

	it('is taken by one of two runs at the same moment', async () => {
		await insert(HAND);
		await Promise.all([adopt(), adopt()]);
		await Promise.all([run(), run()]);
		expect(fake.asked).toEqual(['by hand']);
	});

	it('that a person changes meanwhile is not written over', async () => {
		await insert(HAND);
		table.before = (access) => {
			if (access === 'update') table.edit(1, { text: 'another', status: 'draft' });
		};
		await adopt();
		expect(row()).toMatchObject({ text: 'another', status: 'draft', schedule_id: null });
	});

	it.each<Values>([
		{ account: OTHER.account },
		{ credential: OTHER.credential },
		{ gateway: 'another' },
		{ type: 'image' },
		{ text: 'another' },
		{ recipient: '+14155238886' },
		{ status: 'draft' },
		{ schedule_id: 'an id of its own' },
	])('is not taken on what a person has changed meanwhile: %j', async (edited) => {
		await insert(HAND);
		table.before = (access) => {
			if (access === 'update') table.edit(1, edited);
		};
		await adopt();
		expect(row()).toMatchObject({ schedule_id: null, ...edited, status_rank: null });
	});

	it('that another run has taken meanwhile is not taken again', async () => {
		await insert(HAND);
		table.before = (access) => {
			if (access === 'update') table.edit(1, { status_rank: 10 });
		};
		await adopt();
		expect(row()).toMatchObject({ status: null, schedule_id: null });
	});

	it.each([0, -5, '', 'soon', null])('is valid for a day where %j minutes are said', async (of) => {
		await insert({ ...HAND, valid_for_minutes: of });
		await adopt();
		expect(row().valid_for_minutes).toBe(1_440);
	});

	it('may be sent at once, whatever stood in the columns of a run', async () => {
		const left = { next_attempt_at: iso(START + DAY), attempts: 9, claim_token: 'x' };
		await insert({ ...HAND, ...left, failure: 'a remark' });
		clock.ms += MINUTE;
		await adopt();
		expect(row()).toMatchObject({
			next_attempt_at: iso(START + MINUTE),
			attempts: 0,
			claim_token: '',
			failure: 'a remark',
		});
	});

	it.each(['sent_at', 'message_id', 'queue_id', 'send_started_at'])(
		'is left alone where it may have been sent: %s',
		async (column) => {
			await insert({ ...HAND, [column]: iso(START) });
			await adopt();
			expect(row()).toMatchObject({ status: null, failure: null, schedule_id: null });
		},
	);

	it('of two with the same time, the upper one is taken first', async () => {
		await insert(...Array.from({ length: 1_001 }, () => HAND));
		const { selectEither } = table;
		table.selectEither = async (...given) => (await selectEither.apply(table, given)).reverse();
		await adopt();
		expect(row(1).status).toBe('scheduled');
		expect(row(1_001).status).toBeNull();
	});

	it('is taken before those that have no time', async () => {
		const untimed = { ...HAND, send_at: null };
		await insert(...Array.from({ length: 1_000 }, () => untimed), HAND);
		await adopt();
		expect(row(1_001).status).toBe('scheduled');
		expect(row(1).failure).toContain('"send_at"');
		expect(row(1_000).failure).toBeNull();
	});

	it('is taken with others of its form in one access', async () => {
		const forms: string[] = [];
		const { update } = table;
		table.update = async (changes) => {
			forms.push(...changes.map(({ where }) => where.map(({ is }) => is).join()));
			return await update.call(table, changes);
		};
		await insert(
			...Array.from({ length: 12 }, (_, n) => ({
				...HAND,
				...(n % 2 === 0 ? { account: SENDER.account } : {}),
				...(n % 3 === 0 ? { gateway: SENDER.gateway } : {}),
			})),
		);
		await adopt();
		const begins = forms.filter((form, index) => form !== forms[index - 1]);
		expect(forms).toHaveLength(12);
		expect(begins).toHaveLength(4);
	});

	it('is taken in portions where there are many, the most urgent first', async () => {
		await insert(
			...Array.from({ length: 2_500 }, (_, index) => ({
				...HAND,
				send_at: iso(START + (2_500 - index) * MINUTE),
			})),
		);
		const taken = () => [...table.rows.values()].filter(({ status }) => status === 'scheduled');
		await adopt();
		expect(taken()).toHaveLength(1_000);
		expect(taken().every(({ id }) => id > 1_500)).toBe(true);
		await adopt();
		await adopt();
		expect(taken()).toHaveLength(2_500);
	});
});

describe('a row that lacks something', () => {
	it.each<[Values, string]>([
		[{ text: null }, '"text"'],
		[{ recipient: '' }, '"recipient"'],
		[{ send_at: null }, '"send_at"'],
		[{ recipient: null, send_at: null }, '"recipient" and "send_at"'],
		[{ type: 'image', caption: 'Look' }, '"media_url"'],
		[{ type: 'image', media_id: '' }, '"media_url"'],
		[{ type: 'template' }, '"template"'],
		[{ type: '', text: '' }, '"text"'],
		[
			{ recipient: null, text: null, send_at: '', media_url: 'x' },
			'"recipient", "text" and "send_at"',
		],
	])('says so: %j', async (lack, cells) => {
		await insert({ ...HAND, ...lack });
		await adopt();
		const failure = `Not sent yet: fill in ${cells} of this row.`;
		expect(row()).toMatchObject({ status: null, schedule_id: null, failure });
	});

	it('says what is wrong with a cell', async () => {
		await insert({ ...HAND, recipient: 'Mary' });
		await adopt();
		expect(row().failure).toMatch(/^Not sent yet: "Recipient" is "Mary"/);
	});

	it('says so once: nothing is written in vain', async () => {
		await insert({ ...HAND, text: null });
		await adopt();
		table.accesses.length = 0;
		await adopt();
		expect(table.accesses).not.toContain('update');
	});

	it('is taken once it is mended, and says nothing any more', async () => {
		await insert({ ...HAND, text: null });
		await adopt();
		table.edit(1, { text: 'mended' });
		expect(await run()).toMatchObject([{ message: { text: 'mended', failure: null } }]);
	});

	it('lacks nothing where its file is known to the gateway', async () => {
		await insert({ ...HAND, type: 'image', text: null, media_id: 'file-1' });
		const { capabilities, ...gateway } = fake.gateway;
		const uploads: UploadCapabilities = {
			goes: 'first',
			types: { image: { maxBytes: null, mimeTypes: null } },
			keptMs: null,
		};
		await adoptRows(
			table,
			{
				senders: [SENDER],
				gateway: { ...gateway, capabilities: { ...capabilities, uploads } },
				accounts: async () => accounts,
			},
			iso(START),
		);
		expect(row()).toMatchObject({ status: 'scheduled', type: 'image', failure: null });
	});

	it.each(['recipient', 'text', 'media_url', 'template', 'send_at'])(
		'says so as soon as one cell is filled in: %s',
		async (column) => {
			await insert({ [column]: column === 'send_at' ? iso(START) : 'x' });
			await adopt();
			expect(row().failure).toMatch(/^Not sent yet: fill in "/);
		},
	);

	it('says what the gateway says of it, also in another form than an error', async () => {
		await insert(HAND);
		const gateway = {
			...fake.gateway,
			assertSendable: () => {
				throw 'too long';
			},
		};
		await adoptRows(
			table,
			{ senders: [SENDER], gateway, accounts: async () => accounts },
			iso(START),
		);
		expect(row()).toMatchObject({ status: null, failure: 'Not sent yet: too long' });
	});

	it('says nothing while it is blank: a person has just begun', async () => {
		await insert({});
		await adopt();
		expect(row().failure).toBeNull();
	});
});

describe('whose a row is', () => {
	it('is the account’s under each of its names', async () => {
		await insert({ ...HAND, gateway: SENDER.gateway, account: 'older name' });
		const senders = [SENDER, { ...SENDER, account: 'older name' }];
		const context = { senders, gateway: fake.gateway, accounts: async () => accounts };
		await adoptRows(table, context, iso(clock.ms));
		expect(row()).toMatchObject({ status: 'scheduled', account: SENDER.account, failure: null });
	});

	it('is this account’s where no other uses the table', async () => {
		await hasRun(SENDER);
		await hasRun(OTHER, 8 * DAY);
		await insert(HAND);
		await adopt();
		expect(row().account).toBe(SENDER.account);
	});

	it.each([
		['for which runs go on', async () => await hasRun(OTHER)],
		[
			'whose messages wait in the table',
			async () => void (await insert(rowOf('b', START + DAY, { ...OTHER }))),
		],
	])('must be said where there is another one %s, and neither sends it', async (_, prepare) => {
		await hasRun(SENDER);
		await prepare();
		const [{ id }] = await insert(HAND);
		for (const sender of [SENDER, OTHER, SENDER]) expect(await run(sender)).toEqual([]);
		expect(row(id)).toMatchObject({
			status: null,
			failure:
				'Not sent yet: several accounts use this table. Fill in "gateway" and "account", or "credential", of this row. Accounts of this table: fake "account-1", fake "account-2".',
		});
		expect(fake.asked).toEqual([]);
	});

	it.each<[string, number, boolean]>([
		['a week', 7 * DAY, true],
		['more than a week', 7 * DAY + 1, false],
	])('counts another account whose last run was %s ago, or not', async (_, agoMs, counts) => {
		await hasRun(OTHER, agoMs);
		await insert(HAND);
		await adopt();
		expect(row().status).toBe(counts ? null : 'scheduled');
	});

	it.each<[string, () => Promise<unknown>, boolean]>([
		['has never run', async () => await accountRow(accounts, OTHER), false],
		[
			'runs now',
			async () => {
				await createLeaseStore(accounts, [OTHER]).acquire('a', START - 30 * DAY, START + 1);
				accounts.edit(1, { last_run_at: iso(START - 30 * DAY) });
			},
			true,
		],
		[
			'ran long ago until now',
			async () => {
				await createLeaseStore(accounts, [OTHER]).acquire('a', START - 30 * DAY, START);
			},
			false,
		],
		[
			'is paused by a person',
			async () => await pauseAccount(accounts, OTHER, { until: null, note: null, now: START }),
			true,
		],
		[
			'has messages that are over',
			async () => await insert(rowOf('b', START, { ...OTHER, status: 'sent' })),
			false,
		],
		[
			'has a row that a person has added',
			async () => await insert({ ...HAND, ...OTHER, status: 'scheduled' }),
			false,
		],
	])('counts another account that %s, or not', async (_, prepare, counts) => {
		await prepare();
		const [{ id }] = await insert(HAND);
		await adopt();
		expect(row(id).status).toBe(counts ? null : 'scheduled');
	});

	it('is found without a look at others where the row names its account', async () => {
		await insert({ ...HAND, account: ` ${SENDER.account} ` });
		const opened = jest.fn();
		const context = { senders: [SENDER], gateway: fake.gateway, accounts: opened };
		await adoptRows(table, context, iso(START));
		expect(row()).toMatchObject({ status: 'scheduled', account: SENDER.account });
		expect(opened).not.toHaveBeenCalled();
	});

	it('is looked for once, however many rows do not say it', async () => {
		await insert(HAND, HAND, HAND);
		const open = jest.fn(async () => accounts);
		await adoptRows(
			table,
			{ senders: [SENDER], gateway: fake.gateway, accounts: open },
			iso(START),
		);
		expect(open).toHaveBeenCalledTimes(1);
		expect(table.statuses).toEqual(['scheduled', 'scheduled', 'scheduled']);
	});

	it.each(gateways.slice(0, 3).flatMap(({ id, label }) => [id, label, label.toUpperCase()]))(
		'is found by its gateway as a person writes it: %s',
		async (gateway) => {
			const { id } = gateways.find(({ id, label }) =>
				[id, label].some((one) => one.toLowerCase() === gateway.toLowerCase()),
			)!;
			const sender = { ...SENDER, gateway: id };
			await hasRun(OTHER);
			await insert({ ...HAND, gateway });
			await adopt(sender);
			expect(row()).toMatchObject({ status: 'scheduled', gateway: id });
		},
	);

	it('must be said better where two others may be meant', async () => {
		await hasRun({ ...OTHER, account: 'account-3' });
		await hasRun(OTHER);
		await insert({ ...HAND, credential: OTHER.credential });
		await adopt();
		expect(row().failure).toMatch(/^Not sent yet: several accounts use this table/);
	});

	it('is told with the first five accounts where there are more, empty names too', async () => {
		for (const account of ['f', 'e', 'd', 'c']) await hasRun({ ...OTHER, account });
		await insert(rowOf('b', START, { account: null, gateway: null, credential: null }));
		const [{ id }] = await insert(HAND);
		const listed = async () => {
			await adopt();
			return /Accounts of this table: (.*)\.$/.exec(String(row(id).failure))?.[1];
		};
		const all = ' "", fake "account-1", fake "c", fake "d", fake "e"';
		expect(await listed()).toBe(`${all} …`);
		accounts.rows.clear();
		for (const account of ['e', 'd', 'c']) await hasRun({ ...OTHER, account });
		expect(await listed()).toBe(all);
	});

	it.each<[string, Values]>([
		['account', { account: OTHER.account }],
		['gateway and account', { gateway: 'fake', account: OTHER.account }],
		['credential', { credential: OTHER.credential }],
	])('is the one that its %s names, which alone sends it', async (_, named) => {
		await hasRun(SENDER);
		await hasRun(OTHER);
		await insert({ ...HAND, ...named });
		expect(await run(SENDER)).toEqual([]);
		expect(row().failure).toBeNull();
		expect(await run(OTHER)).toMatchObject([{ message: { account: OTHER.account } }]);
		expect(row()).toMatchObject({ ...OTHER, status: 'sent' });
	});

	it('must be said better where two accounts have credentials of one name', async () => {
		const twin = { ...OTHER, credential: SENDER.credential };
		await hasRun(SENDER);
		await hasRun(twin);
		await insert({ ...HAND, credential: SENDER.credential });
		for (const sender of [SENDER, twin]) expect(await run(sender)).toEqual([]);
		expect(row().failure).toMatch(/^Not sent yet: several accounts use this table/);
	});

	it.each<[string, Values]>([
		['account', { account: 'acount-1' }],
		['credential', { credential: 'My Gatway' }],
		['gateway', { gateway: 'pigeon' }],
	])('is told to be nobody’s where its %s is mistyped', async (_, named) => {
		await hasRun(SENDER);
		await insert({ ...HAND, ...named });
		await adopt();
		expect(row().failure).toMatch(
			/^Not sent yet: no run of "Send Due" serves the .* Accounts of this table: fake "account-1"\.$/,
		);
		table.edit(1, { account: SENDER.account, credential: null, gateway: null });
		expect(await run()).toHaveLength(1);
	});
});

describe('a row of the store', () => {
	it('whose status was emptied waits again, unless it may have been sent', async () => {
		await insert(
			rowOf('a', START, { status: '' }),
			rowOf('b', START, { status: null, message_id: 'm1' }),
			rowOf('c', START, { status: '', account: OTHER.account }),
		);
		expect(await run()).toMatchObject([{ message: { text: 'a' } }]);
		expect(fake.asked).toEqual(['a']);
		expect([row(2).status, row(3).status]).toEqual([null, '']);
	});

	it.each(['Scheduled', 'Scheduled ', ' SCHEDULED', ' scheduled '])(
		'that a person puts back in another spelling waits again: %j',
		async (status) => {
			await insert(rowOf('a', START, { status, claim_token: 'of an old run' }));
			expect(await run()).toMatchObject([{ message: { text: 'a' } }]);
		},
	);

	it('whose time was emptied says so, and goes out when it has one', async () => {
		await insert(rowOf('a', START, { send_at: null }));
		expect(await run()).toEqual([]);
		expect(row().failure).toBe('Not sent yet: fill in "send_at" of this row.');
		table.edit(1, { send_at: iso(START) });
		expect(await run()).toMatchObject([{ message: { text: 'a', failure: null } }]);
	});

	it('whose status was emptied begins anew, but for a remark of a person', async () => {
		const left = { next_attempt_at: iso(START + DAY), claim_token: 'x', status_rank: 90 };
		await insert(
			rowOf('a', START, { ...left, status: '', failure: 'Not sent yet: fill in "send_at".' }),
			rowOf('b', START, { ...left, status: 'Scheduled', failure: 'a remark' }),
			rowOf('c', START, { ...left, status: '', schedule_id: '' }),
		);
		await adopt();
		const anew = {
			status: 'scheduled',
			status_rank: 10,
			next_attempt_at: iso(START),
			claim_token: '',
		};
		expect(row(1)).toMatchObject({ ...anew, failure: null });
		expect(row(2)).toMatchObject({ ...anew, failure: 'a remark' });
		expect(isUuid(String(row(3).schedule_id))).toBe(true);
	});

	it('whose time and id were emptied says so, and gets another id', async () => {
		await insert(rowOf('a', START, { send_at: null, schedule_id: null }));
		await adopt();
		expect(row().failure).toBe('Not sent yet: fill in "send_at" of this row.');
		expect(isUuid(String(row().schedule_id))).toBe(true);
	});

	it('whose time was emptied says nothing where it does not wait', async () => {
		await insert(rowOf('a', START, { send_at: null, status: 'sent' }));
		const before = row();
		await adopt();
		expect(row()).toEqual(before);
	});

	it('of another account is left to that one, of another gateway too', async () => {
		await insert(
			rowOf('a', START, { status: '', account: OTHER.account }),
			rowOf('b', START, { status: '', gateway: 'another' }),
		);
		await adopt();
		expect(table.statuses).toEqual(['', '']);
	});

	it('whose schedule id was emptied gets another one', async () => {
		await insert(rowOf('a', START + DAY, { schedule_id: '' }));
		await adopt();
		expect(isUuid(String(row().schedule_id))).toBe(true);
	});

	it.each(['2.41', 'an older version'])(
		'whose cells are empty texts is found by n8n %s',
		async (n8n) => {
			table.emptyMatchesEmptyText = n8n === '2.41';
			const emptied = { status: '', claim_token: '', account: '' };
			await insert({ ...HAND, ...emptied }, rowOf('b', START, { status: '', schedule_id: '' }));
			expect((await run()).map((entry) => 'message' in entry && entry.message.text).sort()).toEqual(
				['b', 'by hand'],
			);
		},
	);

	it('whose cells hold spaces alone counts as empty', async () => {
		await insert({ ...HAND, status: ' ', account: '  ' });
		expect(await run()).toMatchObject([{ message: { text: 'by hand' } }]);
	});

	it('is not written by a run that has nothing to do', async () => {
		await insert(rowOf('a', START + DAY), rowOf('b', START + DAY));
		const before = [row(1), row(2)];
		clock.ms += MINUTE;
		await run();
		expect([row(1), row(2)]).toEqual(before);
	});
});

describe('a message that a person sends again', () => {
	/** What is reported of the message that was sent first. */
	const reported = async () =>
		await recordStatus(
			table,
			{
				...{ gateway: SENDER.gateway, account: SENDER.account, messageId: 'm1' },
				...{ recipient: null, origin: null, reference: null, text: null },
				...{ failure: null, occurredAt: iso(START), receivedAt: iso(START) },
				status: 'read',
			},
			[SENDER],
		);

	beforeEach(async () => {
		await insert(rowOf('a', START));
		fake.send = async () => ({ messageId: 'm1' });
		await run();
		table.edit(1, { status: 'scheduled' });
	});

	it('goes out, whatever is reported of the first one meanwhile', async () => {
		await reported();
		fake.send = async () => ({ messageId: 'm2' });
		await run();
		expect(fake.asked).toEqual(['a', 'a']);
		expect(row()).toMatchObject({ status: 'sent', message_id: 'm2' });
	});

	it('is not read where only the first one is', async () => {
		fake.send = async () => {
			throw new Error('no answer');
		};
		await run();
		await reported();
		expect(row()).toMatchObject({ status: 'unconfirmed', message_id: null });
	});
});

describe('a row that a person edits while its request is under way', () => {
	it.each(['draft', 'Scheduled', ' scheduled', 'Cancelled', '', null])(
		'says that it was sent, and does not go out again: %j',
		async (status) => {
			await insert(rowOf('a', START));
			fake.send = async () => {
				table.edit(1, { status });
				return { messageId: 'm1' };
			};
			await run();
			expect(row()).toMatchObject({ status: 'sent', message_id: 'm1' });
			await run();
			expect(fake.asked).toEqual(['a']);
		},
	);

	it('says that it may have been sent', async () => {
		await insert(rowOf('a', START));
		fake.send = async () => {
			table.edit(1, { status: 'draft' });
			throw new Error('no answer');
		};
		await run();
		expect(row()).toMatchObject({ status: 'unconfirmed', failure: 'no answer' });
	});

	it('is left alone where it is another run’s by now, or further', async () => {
		await insert(rowOf('a', START), rowOf('b', START));
		fake.send = async ({ text }) => {
			if (text === 'a') table.edit(1, { status: 'draft', claim_token: 'another' });
			else table.edit(2, { status: 'delivered' });
			return {};
		};
		await run();
		expect(table.statuses).toEqual(['draft', 'delivered']);
	});
});

describe('a row that a person has copied', () => {
	it('is not sent, and says which row has the same id and what to do', async () => {
		await insert(rowOf('a', START));
		const { id, createdAt, updatedAt, ...values } = row();
		await insert(values);
		expect(await run()).toHaveLength(2);
		expect(fake.asked).toEqual(['a']);
		expect(row(2)).toMatchObject({
			status: 'failed',
			failure:
				'Not sent: this row (2) has the same "schedule_id" as row 1, so it may be a copy. To send it as well, empty its "schedule_id" and enter "scheduled" as its "status".',
		});
		expect([id, createdAt, updatedAt]).toHaveLength(3);
		table.edit(2, { schedule_id: '', status: 'scheduled' });
		await run();
		expect(fake.asked).toEqual(['a', 'a']);
	});

	it('stays unsent where the first one was sent before', async () => {
		await insert(rowOf('a', START));
		await run();
		await insert(rowOf('a', START, { schedule_id: row().schedule_id }));
		await run();
		expect(fake.asked).toEqual(['a']);
	});

	it.each(['draft', 'Cancelled', ' cancelled', '', null])(
		'does not keep back the first one while it is itself kept back: %j',
		async (status) => {
			await insert(rowOf('a', START));
			const copy = { ...rowOf('a', START), schedule_id: row().schedule_id, status };
			await insert({ ...copy, gateway: OTHER.gateway, account: OTHER.account });
			await run();
			expect(fake.asked).toEqual(['a']);
			expect(row().status).toBe('sent');
		},
	);

	it('keeps the first one back where a word stands in it, but it may have been sent', async () => {
		await insert(rowOf('a', START));
		const copy = { ...rowOf('a', START), schedule_id: row().schedule_id, status: 'done' };
		await insert({ ...copy, sent_at: iso(START) });
		await run();
		expect(fake.asked).toEqual([]);
	});

	it('is no copy of another row whose id was emptied, too', async () => {
		await insert(rowOf('a', START), rowOf('b', START));
		table.before = (access) => {
			// After rows were taken in.
			if (access === 'update') for (const id of [1, 2]) table.edit(id, { schedule_id: '' });
		};
		await run();
		expect(fake.asked.sort()).toEqual(['a', 'b']);
	});
});
