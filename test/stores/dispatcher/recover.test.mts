import { GatewayError } from '../../../gateways/transport/gatewayError';
import type { SentMessage } from '../../../messages/sentMessage';
import { dispatchDue, type DispatchContext, type DispatchRules } from '../../../stores/dispatcher';
import type { DispatchQueue, Step } from '../../../stores/dispatcher/queue';
import { lookForUnconfirmed, recoverInterrupted } from '../../../stores/dispatcher/recover';
import type { AccountColumn } from '../../../stores/table/accounts';
import type { Values } from '../../../stores/table/columns';
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

const HOUR = 60 * MINUTE;
let table: MemoryTable;
let accounts: MemoryTable<AccountColumn>;
let clock: FakeClock;
let fake: FakeGateway;
let run: (rules?: Partial<DispatchRules>) => ReturnType<typeof dispatchDue>;

/** A message in doubt, whose request began a minute ago. */
beforeEach(async () => {
	table = new MemoryTable();
	clock = new FakeClock();
	fake = new FakeGateway();
	accounts = accountsTable(clock.now);
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
	const found = (code: string | null, status = 'failed') => {
		fake.windowClosedCode = '4711';
		const failure = code === null ? null : { code, reason: 'too late for free text' };
		fake.findSent = async () => [{ ...sent('m1'), status, failure } as SentMessage];
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
		['failed without a word', null, TEMPLATE, null],
	])('stays failed if it %s', async (_, code, template, replacedAt) => {
		table.edit(1, { replacement_template: template, replaced_at: replacedAt });
		found(code);
		await run();
		expect(table.row(1)).toMatchObject({ status: 'failed', message_id: 'm1' });
		expect(fake.asked).toEqual([]);
	});

	it('says so while it waits', async () => {
		table.edit(1, { replacement_template: TEMPLATE });
		found('4711');
		const mayGoOn = async () => true;
		const context = contextFor(table, accounts, fake, clock);
		await lookForUnconfirmed(context, { mayGoOn, report: () => undefined });
		expect(table.row(1)).toMatchObject({
			status: 'scheduled',
			attempts: 1,
			failure: 'To be replaced by its template: too late for free text',
		});
	});

	it('is not replaced if it was delivered after all', async () => {
		table.edit(1, { replacement_template: TEMPLATE });
		found('4711', 'delivered');
		await run();
		expect(table.row(1)).toMatchObject({ status: 'delivered', replaced_at: null });
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

it('is looked for no more once the execution is stopped, or the lease is another’s', async () => {
	await table.insert([{ ...table.row(1), text: 'second' }]);
	const lookOnce = async (onLook: () => void, more: Partial<DispatchContext> = {}) => {
		const findSent = jest.fn(async () => {
			onLook();
			return [];
		});
		fake.findSent = findSent;
		clock.ms += HOUR;
		for (const id of [1, 2]) table.edit(id, { next_attempt_at: iso(clock.ms) });
		await dispatchDue({ ...contextFor(table, accounts, fake, clock), ...more });
		return findSent.mock.calls.length;
	};
	expect(await lookOnce(() => undefined)).toBe(2);
	let isCancelled = false;
	const stop = () => void (isCancelled = true);
	expect(await lookOnce(stop, { isCancelled: () => isCancelled })).toBe(1);
	const { lease } = contextFor(table, accounts, fake, clock);
	const lost = { ...lease, renew: async () => null };
	expect(await lookOnce(() => void (clock.ms += 15 * SECOND), { lease: lost })).toBe(1);
});

describe('of several in doubt', () => {
	beforeEach(async () => {
		await table.insert([{ ...table.row(1), text: 'second', recipient: '+919988000002' }]);
	});

	it('no other is looked for while the gateway does not answer', async () => {
		const findSent = jest.fn(async () => {
			throw new GatewayError('unavailable', 'down');
		});
		fake.findSent = findSent;
		expect((await run()).entries).toEqual([]);
		expect(findSent).toHaveBeenCalledTimes(1);
		expect(table.row(1).next_attempt_at).toBe(iso(START + MINUTE));
		expect(table.row(2).next_attempt_at).toBe(iso(START));
	});

	it('one that a person has made unreadable keeps no other', async () => {
		table.edit(1, { recipient: 'Maria' });
		fake.findSent = async (_, { text }) => [sent(`id of ${text}`)];
		expect((await run()).entries).toMatchObject([{ message: { messageId: 'id of second' } }]);
		expect(table.statuses).toEqual(['unconfirmed', 'sent']);
	});

	it('one that a person removes meanwhile is not told', async () => {
		fake.findSent = async (_, { text }) => {
			table.rows.delete(1);
			return text === 'hello' ? [sent('m1')] : [];
		};
		expect((await run()).entries).toEqual([]);
		expect(table.statuses).toEqual(['unconfirmed']);
	});

	it('are looked for though a person has emptied the token of one', async () => {
		table.edit(1, { claim_token: null });
		fake.findSent = async (_, { text }) => [sent(`id of ${text}`)];
		await run();
		expect(table.statuses).toEqual(['sent', 'sent']);
	});
});

it('tells how late it was and the attempts that it took, and looks no more', async () => {
	finds('m1');
	expect((await run()).entries).toEqual([
		{ message: expect.objectContaining({ messageId: 'm1' }), lateByMs: 0, attempts: 1 },
	]);
	expect(table.row(1)).toMatchObject({ attempts: 1, next_attempt_at: null });
	table.edit(1, {
		status: 'unconfirmed',
		attempts: null,
		send_at: iso(START - 3 * MINUTE),
		next_attempt_at: iso(START),
		message_id: null,
	});
	expect((await run()).entries).toMatchObject([{ lateByMs: 2 * MINUTE, attempts: 0 }]);
});

it('does not take one that the gateway names by no id', async () => {
	fake.findSent = async () => [{ ...sent('m1'), messageId: null }];
	expect((await run()).entries).toEqual([]);
	expect(table.row(1)).toMatchObject({ status: 'unconfirmed', message_id: null });
	fake.findSent = async () => [{ ...sent('m1'), messageId: null }, sent('m2')];
	clock.ms += MINUTE;
	await run();
	expect(table.row(1)).toMatchObject({ status: 'sent', message_id: 'm2' });
});

describe('the next look', () => {
	const down = () => {
		fake.findSent = async () => {
			throw new GatewayError('unavailable', 'down');
		};
	};
	/** When it is looked for next, after one at that time since its request began. */
	const after = async (sinceMs: number) => {
		const startedAt = START - MINUTE;
		clock.ms = startedAt + sinceMs;
		table.edit(1, { next_attempt_at: iso(clock.ms) });
		await run();
		const { next_attempt_at: next } = table.row(1);
		return next === null ? null : Date.parse(String(next)) - startedAt;
	};

	it('is the next of the usual ones where nothing was found, and none after the last', async () => {
		finds();
		expect(await after(MINUTE)).toBe(2 * MINUTE);
		expect(await after(3 * MINUTE)).toBe(10 * MINUTE);
		expect(await after(HOUR)).toBeNull();
	});

	it('is every ten minutes where the gateway does not say, for a day', async () => {
		down();
		expect(await after(MINUTE)).toBe(2 * MINUTE);
		expect(await after(HOUR)).toBe(HOUR + 10 * MINUTE);
		expect(await after(24 * HOUR - 1)).toBe(24 * HOUR - 1 + 10 * MINUTE);
		expect(await after(24 * HOUR)).toBeNull();
	});

	it('is none for what a person has taken the time of its request from', async () => {
		down();
		table.edit(1, { send_started_at: 'soon' });
		await run();
		expect(table.row(1)).toMatchObject({ status: 'unconfirmed', next_attempt_at: null });
	});
});

it('waits a minute before it is sent again by choice, with the reason that it had', async () => {
	const startedAt = START - HOUR;
	const again = async (failure: string | null) => {
		finds();
		table.edit(1, {
			status: 'unconfirmed',
			send_started_at: iso(startedAt),
			next_attempt_at: iso(clock.ms),
			failure,
		});
		expect((await run({ ifOutcomeUnknown: 'sendAgain' })).entries).toEqual([]);
		return table.row(1);
	};
	expect(await again('no answer')).toMatchObject({
		status: 'scheduled',
		next_attempt_at: iso(START + MINUTE),
		attempts: 1,
		failure: 'no answer',
	});
	expect((await again(null)).failure).toMatch(/^It is unknown whether the message was sent/);
	// The second attempt failed, too.
	table.edit(1, { attempts: 2 });
	expect((await again(null)).next_attempt_at).toBe(iso(START + 2 * MINUTE));
	// Else it is left as it is.
	table.edit(1, { status: 'unconfirmed', next_attempt_at: iso(START) });
	await run();
	expect(table.row(1)).toMatchObject({ status: 'unconfirmed', next_attempt_at: null });
});

describe('what an interrupted run left', () => {
	const left = (more: Values = {}) =>
		table.edit(1, {
			status: 'sending',
			claim_token: 'another run',
			send_started_at: iso(START - MINUTE),
			attempts: 0,
			failure: null,
			...more,
		});

	it('goes on where its request had not begun', async () => {
		left({ send_started_at: null, attempts: 2 });
		const { entries } = await run();
		expect(entries).toMatchObject([{ message: { status: 'sent', text: 'hello' }, attempts: 3 }]);
	});

	it('is released, and not told, where nothing is due', async () => {
		left({ send_started_at: null, send_at: iso(START + HOUR) });
		expect((await run()).entries).toEqual([]);
		expect(table.row(1)).toMatchObject({ status: 'scheduled', claim_token: '', attempts: 0 });
	});

	it('is in doubt, told once, and looked for no more where the gateway has no list', async () => {
		left();
		expect((await run()).entries).toMatchObject([{ message: { status: 'unconfirmed' } }]);
		expect(table.row(1)).toMatchObject({ attempts: 1, next_attempt_at: null });
		expect((await run()).entries).toEqual([]);
	});

	it('counts one attempt more than it had', async () => {
		left({ attempts: null });
		expect((await run()).entries).toMatchObject([{ attempts: 1 }]);
		left({ attempts: 3 });
		expect((await run()).entries).toMatchObject([{ attempts: 4 }]);
	});

	it('waits for its next attempt where the user chose to send again', async () => {
		left({ attempts: 1 });
		expect((await run({ ifOutcomeUnknown: 'sendAgain' })).entries).toEqual([]);
		expect(table.row(1)).toMatchObject({
			status: 'scheduled',
			attempts: 2,
			next_attempt_at: iso(START + 2 * MINUTE),
			failure: expect.stringMatching(/^It is unknown whether the message was sent/),
		});
		expect(fake.asked).toEqual([]);
	});

	it.each(['markUnconfirmed', 'sendAgain'] as const)(
		'is looked for at once where the gateway has a list (%s)',
		async (ifOutcomeUnknown) => {
			left();
			finds('m1');
			const { entries } = await run({ ifOutcomeUnknown });
			expect(entries).toMatchObject([
				{ message: { status: 'unconfirmed' } },
				{ message: { status: 'sent', messageId: 'm1' } },
			]);
			expect(fake.asked).toEqual([]);
		},
	);

	it('is looked for at once also where a person has made the time of its request unreadable', async () => {
		left({ send_started_at: 'soon' });
		finds('m1');
		await run();
		expect(table.row(1)).toMatchObject({ status: 'sent', message_id: 'm1' });
	});

	it('is given up by its run though a person has emptied its token', async () => {
		left({ claim_token: null });
		await run();
		expect(table.statuses).toEqual(['unconfirmed']);
	});

	it('is asked for by an empty token where it has none, as one in doubt is', async () => {
		left({ claim_token: null });
		const context = contextFor(table, accounts, fake, clock);
		const tokens: string[] = [];
		const queue: DispatchQueue = {
			...context.queue,
			inFlight: async () => [{ ...table.row(1) }],
			toLookFor: async () => [{ ...table.row(1) }],
			turn: async (steps) => {
				tokens.push(...steps.map(({ ifToken }) => ifToken));
				return [null];
			},
		};
		finds();
		await dispatchDue({ ...contextFor(table, accounts, fake, clock), queue });
		expect(tokens).toEqual(['', '']);
	});

	it('is not told where the run that was only slow has written its result first', async () => {
		left();
		const context = contextFor(table, accounts, fake, clock);
		const { queue } = context;
		const turn = async (steps: readonly Step[]) => {
			table.edit(1, { status: 'sent', message_id: 'm1' });
			return await queue.turn(steps);
		};
		expect(await recoverInterrupted({ ...context, queue: { ...queue, turn } }, 'me')).toEqual([]);
		expect(table.statuses).toEqual(['sent']);
	});

	it('is none of the messages that this run has begun itself', async () => {
		left();
		await table.insert([{ ...table.row(1), claim_token: 'me' }]);
		const turns: number[] = [];
		const context = contextFor(table, accounts, fake, clock);
		const { queue } = context;
		const turn = async (steps: readonly Step[]) => {
			turns.push(steps.length);
			return await queue.turn(steps);
		};
		const recover = async () =>
			await recoverInterrupted({ ...context, queue: { ...queue, turn } }, 'me');
		expect(await recover()).toHaveLength(1);
		expect(table.statuses).toEqual(['unconfirmed', 'sending']);
		// Nothing is written where nothing was left.
		expect(await recover()).toEqual([]);
		expect(turns).toEqual([1]);
	});
});
