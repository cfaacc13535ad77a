import type { Connection, Gateway } from '../../../gateways/gateway';
import { GatewayError } from '../../../gateways/transport/gatewayError';
import { STATUSES, type Status } from '../../../messages/status';
import type { RecordableStatus } from '../../../stores/table/recordStatus';
import type { RecordContext } from '../../../stores/table/recordEvent';
import { seededRandom } from '../../../sandbox/random.mts';
import { VirtualClock } from '../../gateways/transport/virtualClock.mts';
import { connection, FakeGateway, iso, rowOf, SENDER } from './fakes.mts';
import { MemoryTable } from './memoryTable.mts';

/** How a bulk goes out at a gateway with a queue, and how its statuses come back. Times in ms. */
export interface Bulk {
	readonly messages: number;
	readonly seed: number;
	/** Different recipients; by default each message has its own. */
	readonly recipients?: number;
	/** Writes the recipient in webhooks otherwise, e.g. as a hidden id; by default as it is. */
	readonly reported?: (recipient: string) => string;
	/** What the gateway needs for a message of its queue: by default four times what the dispatcher needs. */
	readonly queuePause?: number;
	/** Within what a message is read. */
	readonly readWithin?: number;
	/** The share of look-ups that fail. */
	readonly failing?: number;
	/** Messages of somebody else, sent on the phone meanwhile. */
	readonly foreign?: number;
}

/** The two operations that are tried. */
export interface Recorder {
	record(context: RecordContext, event: RecordableStatus): Promise<unknown>;
	/** What a dispatcher does first. */
	resolve(context: RecordContext): Promise<unknown>;
}

export interface BulkResult {
	/** Events of messages in the table, and those among them whose row has at least their rank. */
	readonly events: number;
	readonly arrived: number;
	/** Rows that have the message id of another row's message. */
	readonly wrong: number;
	/** Look-ups: in all, and the most of one event. */
	readonly lookUps: number;
	readonly maxLookups: number;
	/** Accesses to the tables. */
	readonly accesses: number;
	/** Events that are still kept at the end. */
	readonly kept: number;
}

const SEND_PAUSE = 60;
/** A dispatcher writes what became of messages some at a time. */
const WRITTEN_AFTER = 1_200;
/** The vendor's queue is slower than the dispatcher, in order, and tells the result a little later. */
const QUEUE_PAUSE = 250;
const READ_WITHIN = 1_800_000;
const RESULT_AFTER = 300;
const LOOK_UP = 150;
const ACCESS = 15;
const DISPATCH_EVERY = 60_000;

/**
 * A bulk through a gateway that names messages only when it is asked: a dispatcher sends it, the
 * gateway works it off, and each status that the trigger gives out by default is one execution of
 * *Record Status*, however many run at once. A dispatcher's run each minute, for an hour.
 */
export async function runBulk(bulk: Bulk, recorder: Recorder): Promise<BulkResult> {
	const random = seededRandom(bulk.seed);
	const clock = new VirtualClock();
	const start = clock.now();
	const table = new MemoryTable();
	table.now = clock.now;
	table.before = async () => await clock.sleep(ACCESS);
	const results = new Map<string, { messageId: string; from: number }>();
	const asked = { lookUps: 0, most: 0 };
	/** Each execution has a connection of its own, with so many requests in flight at once. */
	const inFlight = new Map<Connection, { asked: number; concurrency: Array<Promise<unknown>> }>();
	const connect = (): Connection => {
		const own = { ...connection };
		inFlight.set(own, { asked: 0, concurrency: Array.from({ length: 5 }, async () => {}) });
		return own;
	};
	const lookup: Gateway['lookup'] = async (own, queueId) => {
		asked.lookUps++;
		const execution = inFlight.get(own)!;
		const lane = execution.asked++ % execution.concurrency.length;
		const turn = execution.concurrency[lane].then(
			async () => await clock.sleep(LOOK_UP * (0.5 + random())),
		);
		execution.concurrency[lane] = turn;
		await turn;
		if (random() < (bulk.failing ?? 0)) throw new GatewayError('unavailable', 'not now');
		const result = results.get(queueId);
		const isThere = result !== undefined && clock.now() >= result.from;
		const messageId = isThere ? result.messageId : null;
		return { messageId, status: 'queued', failure: null } as never;
	};
	const fake = new FakeGateway();
	fake.lookup = lookup;
	const context = (): RecordContext => ({
		gateway: fake.gateway,
		connection: connect(),
		table,
		senders: [SENDER],
		now: clock.now,
		sleep: clock.sleep,
	});
	const recipientOf = (index: number) =>
		`+1415${5_550_000 + (index % (bulk.recipients ?? Infinity))}`;

	const inserted = await clock.run(
		table.insert(
			Array.from({ length: bulk.messages }, (_, index) =>
				rowOf(`message ${index}`, start, { recipient: recipientOf(index), status: 'sending' }),
			),
		),
	);

	const expected = new Map<number, { messageId: string; rank: number; ranks: number[] }>();
	const executions: Array<Promise<unknown>> = [];
	const tell = async (messageId: string, recipient: string, status: Status, at: number) => {
		await clock.sleep(at - clock.now());
		const own = context();
		const address = bulk.reported?.(recipient) ?? recipient;
		await recorder.record(own, {
			gateway: SENDER.gateway,
			account: SENDER.account,
			messageId,
			status,
			failure: null,
			occurredAt: null,
			receivedAt: iso(clock.now()),
			recipient: { address, phone: address.startsWith('+') ? address : null, kind: 'phone' },
			origin: null,
			reference: null,
			text: null,
			// What the earlier form had beside it.
			...({ statusRank: STATUSES[status].rank } as object),
		});
		asked.most = Math.max(asked.most, inFlight.get(own.connection)!.asked);
	};
	/** The trigger gives out these by default; `queued` is none of them. */
	const tellAll = (messageId: string, recipient: string, from: number): number[] => {
		const way: Array<[Status, number]> = [
			['sent', 20 + random() * 500],
			['delivered', 1_000 + random() * 4_000],
		];
		if (random() < 0.7) way.push(['read', 5_000 + random() * (bulk.readWithin ?? READ_WITHIN)]);
		for (const [status, after] of way) {
			executions.push(tell(messageId, recipient, status, from + after));
		}
		return way.map(([status]) => STATUSES[status].rank);
	};

	let freeAt = start;
	const sending = inserted.map(async (row, index) => {
		const sentAt = start + index * SEND_PAUSE;
		const workedOff = (freeAt =
			Math.max(freeAt, sentAt) + (bulk.queuePause ?? QUEUE_PAUSE) * (0.5 + random()));
		const messageId = `id ${row.id}`;
		results.set(`q${row.id}`, { messageId, from: workedOff + RESULT_AFTER * random() });
		const ranks = tellAll(messageId, String(row.recipient), workedOff);
		expected.set(row.id, { messageId, rank: Math.max(...ranks), ranks });
		await clock.sleep(sentAt + WRITTEN_AFTER * random() - clock.now());
		table.edit(row.id, {
			status: 'queued',
			status_rank: STATUSES.queued.rank,
			queue_id: `q${row.id}`,
			sent_at: iso(sentAt),
		});
	});
	for (let index = 0; index < (bulk.foreign ?? 0); index++) {
		tellAll(`foreign ${index}`, recipientOf(index), start + random() * 300_000);
	}
	const dispatching = (async () => {
		while (clock.now() < start + 3_600_000) {
			await clock.sleep(DISPATCH_EVERY);
			await recorder.resolve(context());
		}
	})();
	await clock.run(Promise.all([...sending, ...executions, dispatching]));

	const rows = [...expected].map(([id, wanted]) => ({ row: table.row(id), wanted }));
	const events = rows.flatMap(({ row, wanted }) =>
		wanted.ranks.map((rank) => Number(row.status_rank) >= rank),
	);
	return {
		events: events.length,
		arrived: events.filter(Boolean).length,
		wrong: rows.filter(
			({ row, wanted }) => row.message_id !== null && row.message_id !== wanted.messageId,
		).length,
		lookUps: asked.lookUps,
		maxLookups: asked.most,
		accesses: table.accesses.length,
		kept: table.kept?.rows.size ?? 0,
	};
}
