/** Send Due and Do Not Contact: who is on it is not written to, and nothing else changes. */
import { GatewayError } from '../../../gateways/transport/gatewayError';
import { dispatchDue, type DispatchContext } from '../../../stores/dispatcher';
import {
	accountScope,
	DO_NOT_CONTACT_COLUMNS,
	type DoNotContactColumn,
} from '../../../stores/doNotContact/columns';
import type { AccountColumn } from '../../../stores/table/accounts';
import { createTableBackend } from '../../../stores/table/backend';
import type { Values } from '../../../stores/table/columns';
import {
	accountsTable,
	contextFor,
	FakeClock,
	FakeGateway,
	MINUTE,
	rowOf,
	SECOND,
	SENDER,
	START,
} from '../table/fakes.mts';
import { MemoryTable } from '../table/memoryTable.mts';

let table: MemoryTable;
let accounts: MemoryTable<AccountColumn>;
let list: MemoryTable<DoNotContactColumn> | null;
let clock: FakeClock;
let fake: FakeGateway;

beforeEach(() => {
	clock = new FakeClock();
	table = new MemoryTable();
	table.now = clock.now;
	accounts = accountsTable(clock.now);
	list = new MemoryTable(DO_NOT_CONTACT_COLUMNS.map(({ name }) => name));
	fake = new FakeGateway();
});

const to = (index: number) => `+9199880${String(10_000 + index)}`;
const due = async (count: number, more: (index: number) => Values = () => ({})) =>
	await table.insert(
		Array.from({ length: count }, (_, i) =>
			rowOf(`m${i}`, START - MINUTE + i, { recipient: to(i), ...more(i) }),
		),
	);
const optOut = async (person: string, scope = 'all') => await list!.insert([{ person, scope }]);
const dispatch = async (more: Partial<Omit<DispatchContext, 'rules'>> = {}) => {
	const gateway = { ...fake.gateway, optedOutCodes: ['21610'] };
	Object.assign(gateway.capabilities, { channel: 'whatsapp' });
	const backend = createTableBackend(table, 'messages', {
		accounts: async () => accounts,
		findAccounts: async () => accounts,
		doNotContact: async () => list!,
		findDoNotContact: async () => list,
		now: clock.now,
	});
	const queue = backend.queue([SENDER], { gateway, accounts: async () => accounts });
	return await dispatchDue(contextFor(table, accounts, fake, clock, { gateway, queue, ...more }));
};
const told = async (more: Parameters<typeof dispatch>[0] = {}) => {
	const { entries, error } = await dispatch(more);
	if (error !== undefined) throw error;
	return entries.flatMap((entry) =>
		'event' in entry ? [] : [`${entry.message.text} ${entry.message.status}`],
	);
};

it('cancels what is for somebody on the list, says why, and sends the rest', async () => {
	await due(6);
	await optOut(to(1));
	await optOut(to(3), accountScope(SENDER));
	await optOut(to(4), 'whatsapp');
	await optOut(to(5), 'sms');
	const { entries } = await dispatch();
	expect(fake.asked.sort()).toEqual(['m0', 'm2', 'm5']);
	expect(table.statuses).toEqual(['sent', 'cancelled', 'sent', 'cancelled', 'cancelled', 'sent']);
	expect(table.row(2)).toMatchObject({
		failure: 'optedOut: The recipient is on Do Not Contact',
		status_rank: 90,
		claim_token: '',
		attempts: 0,
	});
	expect(entries).toContainEqual({
		message: expect.objectContaining({
			text: 'm1',
			status: 'cancelled',
			failure: { code: 'optedOut', reason: 'The recipient is on Do Not Contact' },
		}),
		lateByMs: expect.any(Number),
		attempts: 0,
	});
});

it('sends what ignores the list', async () => {
	await due(2, (index) => ({ do_not_contact: ['ignore', ' Ignore '][index] }));
	await optOut(to(0));
	await optOut(to(1));
	expect((await told()).sort()).toEqual(['m0 sent', 'm1 sent']);
	// Nobody is looked for.
	expect(list!.accesses).toEqual(['insert', 'insert']);
});

it('writes again to who was removed from the list', async () => {
	await due(1);
	await optOut(to(0));
	expect(await told()).toEqual(['m0 cancelled']);
	list!.rows.clear();
	await table.insert([rowOf('again', START, { recipient: to(0) })]);
	expect(await told()).toEqual(['again sent']);
});

it('finds somebody who opts out between the reading of a message and its start', async () => {
	await due(1);
	const before = table.before;
	table.before = async (access) => {
		if (access === 'update' && list!.rows.size === 0) await optOut(to(0));
		await before(access);
	};
	expect(await told()).toEqual(['m0 cancelled']);
	expect(fake.asked).toEqual([]);
});

it('looks once for each turn, not for each message, and never where there is no list', async () => {
	await due(400);
	await told();
	const turns = list!.accesses.length;
	expect(turns).toBeLessThanOrEqual(table.accesses.length);
	expect(turns).toBeLessThan(400 / 2);
	const [lists, accessesWith] = [list, table.accesses.length];
	await table.remove([]);
	list = null;
	table.accesses.length = 0;
	await due(400);
	await told();
	expect(table.accesses.length).toBeLessThanOrEqual(accessesWith + 2);
	expect(lists!.accesses).toHaveLength(turns);
});

it.each(['+91 99880 10000', '00919988010000', '919988010000@c.us'])(
	'knows a recipient whom a person has entered as %s',
	async (recipient) => {
		await due(1, () => ({ recipient }));
		await optOut(to(0));
		expect(await told()).toEqual(['m0 cancelled']);
	},
);

it('asks again about whom a person has just entered in place of another', async () => {
	await due(1);
	await optOut(to(7));
	let isEdited = false;
	// While the list is asked about the one who was read.
	list!.before = () => {
		if (!isEdited) table.edit(1, { recipient: to(7) });
		isEdited = true;
	};
	expect(await told()).toEqual([]);
	expect(table.row(1).status).toBe('scheduled');
	expect(await told()).toEqual(['m0 cancelled']);
	expect(fake.asked).toEqual([]);
});

it('asks again where the start was written too long before the request', async () => {
	await due(1);
	let looks = 0;
	list!.before = async (access) => {
		if (access !== 'select') return;
		// The first look takes so long that the start is written once more.
		if (++looks === 1) clock.ms += 6 * SECOND;
		else await optOut(to(0));
	};
	expect(await told()).toEqual(['m0 cancelled']);
	expect(looks).toBe(2);
	expect(fake.asked).toEqual([]);
});

describe('a list that cannot be read', () => {
	beforeEach(async () => {
		await due(3);
		list!.before = () => {
			throw new Error('no such column: person');
		};
	});

	it('keeps all messages from being sent, and says so', async () => {
		const { entries, error } = await dispatch();
		expect(entries).toEqual([]);
		expect((error as Error).message).toMatch(
			/^"Do Not Contact" cannot be read, so nothing is sent: no such column/,
		);
		expect(fake.asked).toEqual([]);
		expect(table.statuses).toEqual(['scheduled', 'scheduled', 'scheduled']);
		expect(table.row(1)).toMatchObject({ send_started_at: null, claim_token: '', attempts: 0 });
	});

	it('lets them go once it can be read again', async () => {
		await dispatch();
		list!.before = () => undefined;
		expect(await told()).toHaveLength(3);
	});

	it('does not keep the messages of those who ignore it, nor a result from being written', async () => {
		list!.before = () => undefined;
		fake.send = async () => {
			list!.before = () => {
				throw new Error('gone');
			};
			return {};
		};
		const rules = { maxParallel: 1, budgetMs: 50_000, timeoutMs: 30_000 };
		const { entries } = await dispatch({ rules } as never);
		expect(entries).toHaveLength(1);
		expect(table.statuses).toEqual(['sent', 'scheduled', 'scheduled']);
		table.edit(2, { do_not_contact: 'ignore' });
		table.edit(3, { do_not_contact: 'ignore' });
		expect(await told()).toHaveLength(2);
	});
});

describe('what the gateway says', () => {
	const added: string[] = [];
	const addOptOut = async (person: string, reason: string) =>
		void added.push(`${person}: ${reason}`);
	beforeEach(() => void (added.length = 0));
	const refusing = (code: string) => {
		fake.send = async () => {
			throw new GatewayError('rejected', 'unsubscribed', { code, fault: 'message' });
		};
	};

	it('enters who has opted out there, and fails the message as ever', async () => {
		await due(1);
		refusing('21610');
		expect(await told({ addOptOut })).toEqual(['m0 failed']);
		expect(added).toEqual([`${to(0)}: unsubscribed`]);
		expect(table.row(1).failure).toBe('unsubscribed');
	});

	it('enters who a message is reported to have failed for, that was accepted', async () => {
		await due(1);
		fake.send = async () => ({
			status: 'failed',
			failure: { code: '21610', reason: 'unsubscribed' },
		});
		await told({ addOptOut });
		expect(added).toEqual([`${to(0)}: unsubscribed`]);
	});

	it('enters nobody for another code, nor where the user does not want it', async () => {
		await due(2);
		refusing('21211');
		await told({ addOptOut });
		await table.insert([rowOf('x', START, { recipient: to(3) })]);
		refusing('21610');
		await told();
		expect(added).toEqual([]);
	});

	it.each([
		['of no code', new GatewayError('rejected', 'unsubscribed', {})],
		['that is a slip in the code', new TypeError('x is undefined')],
	])('enters nobody for an error %s', async (_, error) => {
		await due(1);
		fake.send = async () => {
			throw error;
		};
		await told({ addOptOut });
		expect(added).toEqual([]);
	});

	it('enters nobody for what was sent', async () => {
		await due(1);
		expect(await told({ addOptOut })).toEqual(['m0 sent']);
		expect(added).toEqual([]);
	});

	it('enters a person by the one form of the number that the list has', async () => {
		await due(1, () => ({ recipient: '00919988010000' }));
		refusing('21610');
		await told({ addOptOut });
		expect(added).toEqual([`${to(0)}: unsubscribed`]);
	});

	it('has written the result before it enters anybody', async () => {
		await due(1);
		refusing('21610');
		const { error } = await dispatch({
			addOptOut: async () => {
				throw new Error('the list is full');
			},
		});
		expect((error as Error).message).toBe('the list is full');
		expect(table.row(1).status).toBe('failed');
	});
});
