import fc from 'fast-check';

import { moveMessages } from '../../../stores/move';
import { STATUSES, type Status } from '../../../messages/status';
import { recordStatus } from '../../../stores/table/recordStatus';
import { SENDING } from '../../../stores/table/rows';
import { where } from '../../../stores/table/table';
import { iso, rowOf, SENDER, START } from '../table/fakes.mts';
import { MemoryTable } from '../table/memoryTable.mts';
import { UniqueTable } from './uniqueTable.mts';

const COUNT = 8;

/** What else happens while messages move, at the accesses of the move; `n` says to which message. */
const ACTIONS = ['start', 'start', 'finish', 'event', 'event', 'retry', 'kill'] as const;
type Action = readonly [what: (typeof ACTIONS)[number], inTarget: boolean, n: number];

/** Both stores, their dispatchers, and a gateway that counts. */
class World {
	readonly source = new MemoryTable();
	readonly target = new UniqueTable();
	/** How often the gateway was asked to send a message, and how often it may have been. */
	readonly sent = new Map<string, number>();
	readonly allowed = new Map<string, number>();
	/** The furthest status that the gateway has reported of a message. */
	readonly reported = new Map<string, Status>();
	private readonly actions: Action[];
	private isActing = false;

	constructor(actions: readonly Action[]) {
		this.actions = [...actions].reverse();
		for (const table of [this.source, this.target]) {
			table.now = () => START;
			table.before = async () => {
				if (this.isActing) return;
				const next = this.actions.pop();
				if (next === undefined) return;
				if (next[0] === 'kill') throw new Error('killed');
				this.isActing = true;
				await this.act(next);
				this.isActing = false;
			};
		}
	}

	async fill(): Promise<void> {
		this.isActing = true;
		for (let n = 0; n < COUNT; n++) {
			const isOver = n % 4 === 3;
			const over = { status: 'failed', status_rank: STATUSES.failed.rank };
			const [row] = await this.source.insert([rowOf(`m${n}`, START - n, isOver ? over : {})]);
			this.allowed.set(String(row.schedule_id), isOver ? 0 : 1);
		}
		this.isActing = false;
	}

	async move() {
		return await moveMessages({
			source: this.source,
			target: this.target,
			paused: new Set(),
			now: START,
			isOver: () => false,
		});
	}

	/** Until nothing moves, is sent or told any more. */
	async settle(): Promise<void> {
		for (let quiet = 0; quiet < 3; ) {
			this.isActing = false;
			const outcome = await this.move().catch((error: Error) => error);
			if (outcome instanceof Error && outcome.message !== 'killed') throw outcome;
			if (this.actions.length > 0) continue;
			quiet += 1;
			for (const inTarget of [false, true]) {
				for (let n = 0; n < COUNT; n++) {
					for (const what of ['finish', 'start', 'finish', 'event'] as const) {
						await this.act([what, inTarget, n]);
					}
				}
			}
		}
		// What was told after the last move.
		await this.move();
	}

	private async act([what, inTarget, n]: Action): Promise<void> {
		const table = inTarget ? this.target : this.source;
		const [row] = (await table.select([], 99)).filter(({ text }) => text === `m${n}`);
		if (row === undefined) return;
		const id = String(row.schedule_id);
		const change = async (from: string, values: object) =>
			(await table.update([{ where: where({ id: row.id, status: from }), values }])).flat().length;
		if (what === 'start' && (await change('scheduled', { status: SENDING })) > 0) {
			this.sent.set(id, (this.sent.get(id) ?? 0) + 1);
		}
		const sent = {
			status: 'sent',
			status_rank: STATUSES.sent.rank,
			message_id: `id of ${id}`,
			sent_at: iso(START),
		};
		if (what === 'finish' && (await change(SENDING, sent)) > 0 && !this.reported.has(id)) {
			this.reported.set(id, 'sent');
		}
		if (what === 'event' && this.reported.has(id)) await this.tell(id);
		const again = { status: 'scheduled', status_rank: STATUSES.scheduled.rank, message_id: null };
		if (what === 'retry' && (await change('failed', again)) > 0) this.allowed.set(id, 1);
	}

	/** A webhook, which *Record Status* writes into whichever store has the message. */
	private async tell(id: string): Promise<void> {
		const status: Status = this.reported.get(id) === 'sent' ? 'delivered' : 'read';
		this.reported.set(id, status);
		const event = {
			gateway: SENDER.gateway,
			account: SENDER.account,
			messageId: `id of ${id}`,
			status,
			failure: null,
			occurredAt: iso(START),
			receivedAt: iso(START),
			recipient: null,
			origin: 'api' as const,
			reference: null,
			text: null,
		};
		for (const table of [this.source, this.target]) await recordStatus(table, event, [SENDER]);
	}
}

it('sends each message once and loses no status, whatever happens meanwhile', async () => {
	const action = fc.tuple(fc.constantFrom(...ACTIONS), fc.boolean(), fc.nat({ max: COUNT - 1 }));
	await fc.assert(
		fc.asyncProperty(fc.array(action, { maxLength: 60, size: 'max' }), async (actions) => {
			const world = new World(actions);
			await world.fill();
			await world.settle();
			for (const [id, times] of world.allowed) {
				expect([id, world.sent.get(id) ?? 0]).toEqual([id, times]);
				const [row] = [...world.target.rows.values()].filter((each) => each.schedule_id === id);
				expect(row?.status).toBe(times === 0 ? 'failed' : world.reported.get(id));
			}
			expect(new Set(world.source.statuses)).toEqual(new Set(['moved']));
		}),
		{ seed: 13, numRuns: 200, endOnFailure: true },
	);
}, 60_000);
