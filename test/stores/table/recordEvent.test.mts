import { GatewayError } from '../../../gateways/transport/gatewayError';
import { describeAddress } from '../../../messages/recipient';
import { joinEvents, keepEvent } from '../../../stores/table/keptEvents';
import { recordEvent, type RecordContext } from '../../../stores/table/recordEvent';
import type { RecordableStatus } from '../../../stores/table/recordStatus';
import { resolveMessageIds } from '../../../stores/table/resolveMessageIds';
import type { MessageTable } from '../../../stores/table/table';
import { prove } from '../../proof.mts';
import { runBulk, type Bulk } from './bulk.mts';
import {
	connection,
	FakeClock,
	FakeGateway,
	iso,
	MINUTE,
	rowOf,
	SECOND,
	SENDER,
	START,
} from './fakes.mts';
import { MemoryTable } from './memoryTable.mts';

const RECIPIENT = '+919988066776';
const OTHER = '+14155238886';

let table: MemoryTable;
let clock: FakeClock;
let fake: FakeGateway;
let asked: string[];
/** What the gateway names: message ids by queue id; null while it waits there. */
let named: Record<string, string | null>;

beforeEach(() => {
	table = new MemoryTable();
	clock = new FakeClock();
	table.now = clock.now;
	fake = new FakeGateway();
	asked = [];
	named = {};
	fake.lookup = async (_connection, queueId) => {
		asked.push(queueId);
		if (!(queueId in named)) throw new GatewayError('notFound', 'no such request');
		return { messageId: named[queueId], status: 'queued', failure: null } as never;
	};
});

const context = (): RecordContext => ({
	gateway: fake.gateway,
	connection,
	table,
	senders: [SENDER],
	now: clock.now,
	sleep: clock.sleep,
});

const queued = (queueId: string, more = {}) =>
	rowOf(queueId, START, { status: 'queued', queue_id: queueId, sent_at: iso(START), ...more });

const event = (messageId: string, more: Partial<RecordableStatus> = {}): RecordableStatus => ({
	gateway: SENDER.gateway,
	account: SENDER.account,
	messageId,
	status: 'delivered',
	failure: null,
	occurredAt: null,
	receivedAt: iso(clock.ms),
	recipient: describeAddress(RECIPIENT),
	origin: null,
	reference: null,
	text: null,
	...more,
});

const record = async (messageId: string, more: Partial<RecordableStatus> = {}) =>
	await recordEvent(context(), event(messageId, more));

describe('a message that waits in the gateway’s queue', () => {
	it('is asked for by its recipient: one request, however many wait', async () => {
		const others = Array.from({ length: 100 }, (_, index) =>
			queued(`other${index}`, { recipient: OTHER }),
		);
		await table.insert([...others, queued('q1')]);
		named = { q1: 'm1' };
		expect(await record('m1')).toEqual({ recorded: true, kept: false });
		expect(asked).toEqual(['q1']);
		expect(table.row(101)).toMatchObject({ status: 'delivered', message_id: 'm1' });
		expect(await record('m1', { status: 'read' })).toEqual({ recorded: true, kept: false });
		expect(asked).toEqual(['q1']);
	});

	it('is asked for oldest first, of several to one recipient', async () => {
		const sentAt = (second: number) => ({ sent_at: iso(START + second * SECOND) });
		await table.insert([queued('late', sentAt(3)), queued('early', sentAt(1))]);
		named = { early: 'm1', late: 'm2' };
		await record('m1');
		expect(table.row(2)).toMatchObject({ message_id: 'm1', status: 'delivered' });
		await record('m2');
		expect(table.row(1)).toMatchObject({ message_id: 'm2', status: 'delivered' });
	});

	it('is asked for at once where it alone may be meant, however soon it was asked for', async () => {
		const waits = { next_attempt_at: iso(START + MINUTE) };
		const [first] = await table.insert([queued('q1', waits)]);
		named = { q1: 'm1', q2: 'm2' };
		await record('m1');
		expect(asked).toEqual(['q1']);
		// Of two it may be either, and another execution has just asked.
		table.edit(first.id, { message_id: null, status: 'queued', status_rank: 20 });
		await table.insert([queued('q2', waits)]);
		expect(await record('m2')).toEqual({ recorded: false, kept: true });
		expect(asked).toEqual(['q1']);
	});

	it('is one of the five oldest to its recipient that one event asks for', async () => {
		const ids = Array.from({ length: 7 }, (_, n) => `q${n}`);
		await table.insert(
			ids.map((id, n) => queued(id, { sent_at: iso(START + n * SECOND) })).reverse(),
		);
		named = Object.fromEntries(ids.map((id) => [id, `id of ${id}`]));
		clock.ms += MINUTE;
		expect(await record('id of q6')).toEqual({ recorded: false, kept: true });
		expect(asked).toEqual(['q0', 'q1', 'q2', 'q3', 'q4']);
		expect(await record('id of q6')).toEqual({ recorded: true, kept: false });
	});

	it('is not asked for by an event of another gateway', async () => {
		await table.insert([queued('q1')]);
		named = { q1: 'm1' };
		await record('m1', { gateway: 'another', account: null });
		expect(asked).toEqual([]);
	});

	it('is asked for by an event that does not name its account', async () => {
		await table.insert([queued('q1')]);
		named = { q1: 'm1' };
		expect(await record('m1', { account: null })).toEqual({ recorded: true, kept: false });
	});

	it('is found though the gateway writes its recipient otherwise', async () => {
		await table.insert([queued('q1')]);
		named = { q1: 'm1' };
		const recipient = describeAddress('43898877530298@lid');
		expect(await record('m1', { recipient })).toEqual({ recorded: true, kept: false });
	});

	it('keeps the event if the gateway does not name it yet, and records it later', async () => {
		await table.insert([queued('q1')]);
		named = { q1: null };
		expect(await record('m1', { status: 'sent' })).toEqual({ recorded: false, kept: true });
		expect(await record('m1')).toEqual({ recorded: false, kept: true });
		expect(table.row(1).status).toBe('queued');
		named = { q1: 'm1' };
		clock.ms += MINUTE;
		await resolveMessageIds(context());
		expect(table.row(1)).toMatchObject({ status: 'delivered', message_id: 'm1' });
		expect(table.kept!.rows.size).toBe(0);
	});

	it('records what was kept as soon as any event leads to its id', async () => {
		await table.insert([queued('q1')]);
		named = { q1: null };
		await record('m1', { status: 'read', failure: null });
		named = { q1: 'm1' };
		await record('m1', { status: 'delivered' });
		expect(table.row(1).status).toBe('read');
		expect(table.kept!.rows.size).toBe(0);
	});

	it('keeps the event if the gateway cannot be asked', async () => {
		await table.insert([queued('q1'), queued('q2'), queued('q3')]);
		fake.lookup = async () => {
			throw new GatewayError('unavailable', 'down');
		};
		expect(await record('m1')).toEqual({ recorded: false, kept: true });
	});
});

it('finds the row that another execution has named just then', async () => {
	await table.insert([queued('q1')]);
	let selects = 0;
	table.before = (access) => {
		// After this one has looked for the id, and before it looks for the recipient.
		if (access === 'select' && ++selects === 2) table.edit(1, { message_id: 'm1' });
	};
	expect(await record('m1')).toEqual({ recorded: true, kept: false });
});

it('finds the row that gets its id while the event is being kept', async () => {
	await table.insert([rowOf('a', START, { status: 'sending', recipient: OTHER })]);
	table.before = (access) => {
		if (access === 'insert') table.edit(1, { status: 'sent', status_rank: 30, message_id: 'm1' });
	};
	expect(await record('m1')).toEqual({ recorded: true, kept: false });
	expect(table.kept!.rows.size).toBe(0);
});

describe('a message that is in flight', () => {
	beforeEach(() => {
		fake.lookup = undefined;
	});

	it('is waited for some seconds', async () => {
		await table.insert([rowOf('a', START, { status: 'sending' })]);
		const before = clock.ms;
		const { sleep } = clock;
		const waiting: RecordContext = {
			...context(),
			sleep: async (ms) => {
				await sleep(ms);
				if (clock.ms >= before + SECOND) {
					table.edit(1, { status: 'sent', status_rank: 30, message_id: 'm1' });
				}
			},
		};
		expect(await recordEvent(waiting, event('m1'))).toEqual({ recorded: true, kept: false });
		expect(clock.ms - before).toBeLessThan(2 * SECOND);
	});

	it('leaves its event kept after that; a dispatcher’s run records it', async () => {
		await table.insert([rowOf('a', START, { status: 'sending' })]);
		expect(await record('m1')).toEqual({ recorded: false, kept: true });
		table.edit(1, { status: 'sent', status_rank: 30, message_id: 'm1' });
		await resolveMessageIds(context());
		expect(table.row(1).status).toBe('delivered');
		expect(table.kept!.rows.size).toBe(0);
	});

	describe('and came too late for free text', () => {
		const replacement_template = '{"name":"reminder","language":"en","variables":{}}';
		const closed: Partial<RecordableStatus> = {
			status: 'failed',
			failure: { code: '4711', reason: 'too late' },
			isWindowClosed: true,
		};
		const joined = async () => {
			table.edit(1, { status: 'queued', status_rank: 20, message_id: 'm1' });
			await resolveMessageIds(context());
			expect(table.kept!.rows.size).toBe(0);
			return table.row(1);
		};
		beforeEach(async () => {
			await table.insert([rowOf('a', START, { status: 'sending', replacement_template })]);
		});

		it.each<[string, Array<Partial<RecordableStatus>>]>([
			['alone', [closed]],
			['after another status', [{ status: 'sent' }, closed]],
			['before another status', [closed, { status: 'sent' }]],
		])('becomes its template by the event that was kept %s', async (_, events) => {
			for (const each of events) {
				expect(await record('m1', each)).toEqual({ recorded: false, kept: true });
			}
			expect(await joined()).toMatchObject({
				status: 'scheduled',
				message_id: null,
				failure: 'To be replaced by its template: too late',
			});
		});

		it('does not, if it has arrived', async () => {
			for (const each of [closed, { status: 'delivered' as const }]) await record('m1', each);
			expect(await joined()).toMatchObject({ status: 'delivered', replaced_at: null });
		});

		it('fails with the gateway’s reason, if it has no template', async () => {
			table.edit(1, { replacement_template: null });
			await record('m1', closed);
			expect(await joined()).toMatchObject({ status: 'failed', failure: 'too late' });
		});
	});

	it('and ends unconfirmed is settled by the event that came before', async () => {
		await table.insert([rowOf('hello', START, { status: 'sending', send_started_at: iso(START) })]);
		clock.ms += SECOND;
		await record('m1', { status: 'queued', text: 'hello' });
		await record('m1', { status: 'delivered' });
		table.edit(1, { status: 'unconfirmed', status_rank: 15, failure: 'outcome unknown' });
		clock.ms += MINUTE;
		await resolveMessageIds(context());
		expect(table.row(1)).toMatchObject({
			status: 'delivered',
			message_id: 'm1',
			failure: null,
		});
	});

	it('is not waited for by an event that does not say to whom, which is kept', async () => {
		await table.insert([rowOf('a', START, { status: 'sending' })]);
		const before = clock.ms;
		expect(await record('m1', { recipient: null })).toEqual({ recorded: false, kept: true });
		expect(clock.ms).toBe(before);
	});

	it('is waited for at most as long as sending takes', async () => {
		await table.insert([rowOf('a', START, { status: 'sending' })]);
		const pauses: number[] = [];
		const waiting = { ...context(), sleep: async (ms: number) => void pauses.push(ms) };
		await recordEvent(waiting, event('m1'));
		expect(pauses).toEqual([250, 500, 1_000, 2_000]);
	});

	it('is not waited for if it goes to somebody else', async () => {
		await table.insert([rowOf('a', START, { status: 'sending', recipient: OTHER })]);
		const before = clock.ms;
		await record('m1');
		expect(clock.ms).toBe(before);
	});
});

describe('an event of no message in the table', () => {
	it('is not kept if no message waits for its id, and costs no request', async () => {
		await table.insert([rowOf('a', START, { status: 'sent', message_id: 'm9' })]);
		expect(await record('m1')).toEqual({ recorded: false, kept: false });
		expect(asked).toEqual([]);
		expect(table.kept).toBeNull();
	});

	it('is not kept if it was sent from the phone', async () => {
		await table.insert([queued('q1')]);
		named = { q1: null };
		const accesses = table.accesses.length;
		expect(await record('m1', { origin: 'phone' })).toEqual({ recorded: false, kept: false });
		expect(table.accesses.length - accesses).toBe(1);
	});

	it('goes once no message waits any more', async () => {
		await table.insert([queued('q1')]);
		named = { q1: null };
		await record('foreign');
		expect(table.kept!.rows.size).toBe(1);
		named = { q1: 'm1' };
		clock.ms += MINUTE;
		await resolveMessageIds(context());
		expect(table.kept!.rows.size).toBe(0);
	});

	it('goes after two days in any case', async () => {
		await table.insert([rowOf('a', START, { status: 'sending', recipient: OTHER })]);
		await record('foreign');
		clock.ms += 47 * 60 * MINUTE;
		await resolveMessageIds(context());
		expect(table.kept!.rows.size).toBe(1);
		clock.ms += 2 * 60 * MINUTE;
		await resolveMessageIds(context());
		expect(table.kept!.rows.size).toBe(0);
	});
});

it('settles the unconfirmed message that the event fits', async () => {
	const more = { status: 'unconfirmed', status_rank: 15, send_started_at: iso(START) };
	await table.insert([rowOf('hello', START, more)]);
	const result = await record('m1', { status: 'queued', text: 'hello' });
	expect(result).toEqual({ recorded: true, kept: false });
	expect(await record('m1')).toEqual({ recorded: true, kept: false });
	expect(table.row(1)).toMatchObject({ status: 'delivered', message_id: 'm1' });
});

it('asks the gateway for nothing of another account: its credential is not here', async () => {
	await table.insert([queued('q1', { account: 'account-2' })]);
	named = { q1: 'm1' };
	const result = await record('m1', { account: 'account-2' });
	expect(result).toEqual({ recorded: false, kept: true });
	expect(asked).toEqual([]);
});

it('keeps the events of two accounts apart', async () => {
	const account = 'account-2';
	await table.insert([rowOf('a', START, { status: 'sending', account })]);
	await record('m1', { account });
	table.edit(1, { status: 'sent', status_rank: 30, message_id: 'm1' });
	await resolveMessageIds(context());
	expect(table.row(1).status).toBe('sent');
	await resolveMessageIds({ ...context(), senders: [{ ...SENDER, account }] });
	expect(table.row(1).status).toBe('delivered');
});

describe('a bulk: every status ends in its row, and one look-up serves many', () => {
	const recorder = { record: recordEvent, resolve: resolveMessageIds };
	const SIZES = prove ? [200, 500, 1_000] : [200];
	const KINDS: Array<[string, Omit<Bulk, 'messages' | 'seed'>, number]> = [
		['to as many recipients', {}, 0.5],
		['whose statuses come at once', { queuePause: 40, readWithin: 10_000 }, 0.5],
		['to three recipients', { recipients: 3 }, 0.7],
		[
			'whose recipients the gateway writes otherwise',
			{ reported: (to) => `${to.slice(1)}@lid` },
			1.6,
		],
		['while a tenth of the look-ups fail', { failing: 0.1 }, 0.6],
		['beside messages from the phone', { foreign: 50 }, 0.7],
	];

	it.each(SIZES.flatMap((messages) => KINDS.map((kind) => [messages, ...kind] as const)))(
		'of %d %s',
		async (messages, _, kind, maxPerEvent) => {
			const result = await runBulk({ messages, seed: 1, ...kind }, recorder);
			if (prove) console.log(JSON.stringify({ messages, ...kind, ...result }));
			expect(result).toMatchObject({ arrived: result.events, wrong: 0, kept: 0 });
			expect(result.lookUps / result.events).toBeLessThan(maxPerEvent);
			expect(result.maxLookups).toBeLessThanOrEqual(10);
		},
		600_000,
	);
});

it('keeps no event, and joins none, in a store that has no place for them', async () => {
	await table.insert([rowOf('mine', START)]);
	const without: MessageTable = table;
	without.events = undefined;
	expect(await keepEvent({ table: without, senders: [SENDER] }, event('m1'))).toBe(false);
	await expect(joinEvents({ ...context(), table: without })).resolves.toBeUndefined();
	expect(table.statuses).toEqual(['scheduled']);
});
