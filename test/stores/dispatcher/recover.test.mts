import { GatewayError } from '../../../gateways/transport/gatewayError';
import type { SentMessage } from '../../../messages/sentMessage';
import { dispatchDue, type DispatchRules } from '../../../stores/dispatcher';
import {
	accountsTable,
	contextFor,
	FakeClock,
	FakeGateway,
	iso,
	MINUTE,
	rowOf,
	SECOND,
	START,
} from '../table/fakes.mts';
import { MemoryTable } from '../table/memoryTable.mts';

let table: MemoryTable;
let clock: FakeClock;
let fake: FakeGateway;
let run: (rules?: Partial<DispatchRules>) => ReturnType<typeof dispatchDue>;

/** A message in doubt, whose request began a minute ago. */
beforeEach(async () => {
	table = new MemoryTable();
	clock = new FakeClock();
	fake = new FakeGateway();
	const accounts = accountsTable(clock.now);
	run = async (rules) => await dispatchDue(contextFor(table, accounts, fake, clock, { rules }));
	await table.insert([
		rowOf('hello', START - MINUTE, {
			status: 'unconfirmed',
			send_started_at: iso(START - MINUTE),
			next_attempt_at: iso(START),
			attempts: 1,
			failure: 'no answer',
		}),
	]);
});

const sent = (messageId: string): SentMessage =>
	({ messageId, queueId: null, status: 'sent', acceptedAt: iso(START), failure: null }) as never;
const finds = (...ids: string[]) => {
	fake.findSent = jest.fn(async () => ids.map(sent));
};

it('takes the one that is found for it, and gives it out', async () => {
	finds('m1');
	expect((await run()).entries).toMatchObject([{ message: { status: 'sent', messageId: 'm1' } }]);
	expect(table.row(1)).toMatchObject({ status: 'sent', message_id: 'm1', failure: null });
	expect(fake.findSent).toHaveBeenCalledWith(
		expect.anything(),
		expect.objectContaining({ text: 'hello' }),
		START - MINUTE,
	);
	expect(fake.asked).toEqual([]);
});

describe('one that is found as failed, since the recipient had not written', () => {
	const TEMPLATE = '{"name":"reminder","language":"en","variables":{}}';
	const found = (code: string) => {
		fake.windowClosedCode = '4711';
		const failure = { code, reason: 'too late for free text' };
		fake.findSent = async () => [{ ...sent('m1'), status: 'failed', failure }];
	};

	it('goes out as its template, once', async () => {
		table.edit(1, { replacement_template: TEMPLATE });
		found('4711');
		await run();
		clock.ms += MINUTE;
		await run();
		expect(table.row(1)).toMatchObject({ status: 'sent', replaced_at: iso(START), failure: null });
		expect(fake.asked).toHaveLength(1);
		found('4711');
		clock.ms += MINUTE;
		await run();
		expect(fake.asked).toHaveLength(1);
	});

	it.each([
		['has no template', '4711', null, null],
		['has used its template', '4711', TEMPLATE, iso(START - MINUTE)],
		['failed otherwise', '4712', TEMPLATE, null],
	])('stays failed if it %s', async (_, code, template, replacedAt) => {
		table.edit(1, { replacement_template: template, replaced_at: replacedAt });
		found(code);
		await run();
		expect(table.row(1)).toMatchObject({ status: 'failed', message_id: 'm1' });
		expect(fake.asked).toEqual([]);
	});
});

it('takes none where two could be it', async () => {
	finds('m1', 'm2');
	expect((await run()).entries).toEqual([]);
	expect(table.row(1)).toMatchObject({ status: 'unconfirmed', message_id: null });
});

it('takes none that is another row’s', async () => {
	await table.insert([rowOf('hello', START, { status: 'sent', message_id: 'm1' })]);
	finds('m1');
	expect((await run()).entries).toEqual([]);
	expect(table.row(1).status).toBe('unconfirmed');
	finds('m1', 'm2');
	clock.ms += 2 * MINUTE;
	await run();
	expect(table.row(1)).toMatchObject({ status: 'sent', message_id: 'm2' });
});

it('looks a few times, less and less often, and leaves it in doubt', async () => {
	finds();
	for (let i = 0; i < 200; i++) {
		await run();
		clock.ms += MINUTE;
	}
	expect(fake.findSent).toHaveBeenCalledTimes(4);
	expect(table.row(1)).toMatchObject({ status: 'unconfirmed', next_attempt_at: null });
});

it('goes on looking for a day where the gateway does not say', async () => {
	fake.findSent = jest.fn(async () => {
		throw new GatewayError('unavailable', 'down');
	});
	for (let i = 0; i < 300; i++) {
		await run();
		clock.ms += MINUTE;
	}
	finds('m1');
	clock.ms += 10 * MINUTE;
	await run();
	expect(table.row(1).status).toBe('sent');
});

it('is sent again by choice only once it was looked for often enough', async () => {
	finds();
	const rules = { ifOutcomeUnknown: 'sendAgain' } as const;
	for (let i = 0; i < 59; i++) {
		await run(rules);
		clock.ms += MINUTE;
	}
	expect(fake.asked).toEqual([]);
	for (let i = 0; i < 10; i++) {
		await run(rules);
		clock.ms += MINUTE;
	}
	expect(fake.asked).toEqual(['hello']);
});

it('gives out what it found though the table fails after it', async () => {
	table.edit(1, { text: 'first' });
	await table.insert([{ ...table.row(1), text: 'second' }]);
	fake.findSent = async (_, { text }) => [sent(`id of ${text}`)];
	const update = table.update.bind(table);
	table.update = async (changes) => {
		if (changes.some(({ values }) => values.message_id === 'id of second')) throw new Error('down');
		return await update(changes);
	};
	const { entries, error } = await run();
	expect(entries).toMatchObject([{ message: { messageId: 'id of first' } }]);
	expect(error).toMatchObject({ message: 'down' });
});

it('is looked for no longer than the budget lasts', async () => {
	for (let i = 0; i < 15; i++) await table.insert([{ ...table.row(1) }]);
	const findSent = jest.fn(async () => {
		clock.ms += 20 * SECOND;
		return [];
	});
	fake.findSent = findSent;
	await run({ budgetMs: 50 * SECOND });
	expect(findSent).toHaveBeenCalledTimes(3);
});
