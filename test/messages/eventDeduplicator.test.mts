import fc from 'fast-check';
import { STATUS_NAMES, STATUSES, type Status } from '../../messages/status';
import { createStatusEvent, type StatusEvent } from '../../messages/statusEvent';
import { runs } from '../proof.mts';
import { EventDeduplicator } from '../../messages/eventDeduplicator';

const event = (
	messageId: string | null,
	status: Status,
	more: Partial<StatusEvent> = {},
): StatusEvent =>
	createStatusEvent({
		gateway: 'whapi',
		channel: 'whatsapp',
		account: 'channel',
		messageId,
		status,
		occurredAt: '2026-11-21T10:00:00.000Z',
		receivedAt: '2026-11-21T10:00:01.000Z',
		raw: { messageId, status },
		...more,
	});

/** Judges and, where it is new, notes: what the trigger does. */
const tell = (history: EventDeduplicator, told: StatusEvent) => {
	const novelty = history.classify(told);
	if (novelty === 'new') history.record(told);
	return novelty;
};

describe('in one process', () => {
	it('tells a status once', () => {
		const history = new EventDeduplicator();
		const told = [event('a', 'sent'), event('a', 'sent'), event('a', 'delivered')];
		expect(told.map((each) => tell(history, each))).toEqual(['new', 'duplicate', 'new']);
	});

	it('does not note what is only judged', () => {
		const history = new EventDeduplicator();
		expect(history.classify(event('a', 'sent'))).toBe('new');
		expect(history.classify(event('a', 'sent'))).toBe('new');
	});

	it('calls late what has a lower rank than the last status of the same message', () => {
		const history = new EventDeduplicator();
		tell(history, event('a', 'read'));
		expect(tell(history, event('a', 'delivered'))).toBe('outOfOrder');
		expect(tell(history, event('b', 'delivered'))).toBe('new');
		expect(tell(history, event('a', 'deleted'))).toBe('new');
	});

	it('does not call another status of the same rank late', () => {
		const history = new EventDeduplicator();
		tell(history, event('a', 'expired'));
		expect(tell(history, event('a', 'cancelled'))).toBe('new');
	});

	it('calls the same status at another time a duplicate', () => {
		const history = new EventDeduplicator();
		tell(history, event('a', 'read'));
		const later = event('a', 'read', { occurredAt: '2026-11-21T10:05:00.000Z' });
		expect(tell(history, later)).toBe('duplicate');
	});

	it('tells a success after a transient failure, and no failure after the success', () => {
		const history = new EventDeduplicator();
		const told: Status[] = ['sent', 'failed', 'sent', 'queued', 'delivered', 'failed', 'read'];
		expect(told.map((status) => tell(history, event('a', status)))).toEqual([
			...['new', 'new', 'duplicate', 'outOfOrder', 'new', 'duplicate', 'new'],
		]);
		tell(history, event('b', 'delivered'));
		expect(tell(history, event('b', 'failed'))).toBe('outOfOrder');
	});

	it.each(['cancelled', 'expired', 'deleted'] as const)('tells nothing after %s', (end) => {
		const history = new EventDeduplicator();
		tell(history, event('a', end));
		for (const status of ['sent', 'failed', 'delivered', 'read', 'played'] as const) {
			expect(tell(history, event('a', status))).toBe('outOfOrder');
		}
	});

	it('never calls an unknown status late, and no status late because of one', () => {
		const history = new EventDeduplicator();
		tell(history, event('a', 'deleted'));
		const waiting = event('a', 'unknown', { gatewayStatus: 'waiting' });
		expect(tell(history, waiting)).toBe('new');
		expect(tell(history, waiting)).toBe('duplicate');
		tell(history, event('b', 'unknown'));
		expect(tell(history, event('b', 'scheduled'))).toBe('new');
	});

	it('tells messages of two chats apart where their ids do not', () => {
		const history = new EventDeduplicator();
		const inChat = (idScope: string, status: Status) =>
			event('a', status, { idScope } as Partial<StatusEvent>);
		tell(history, inChat('1@c.us', 'read'));
		expect(tell(history, inChat('2@c.us', 'sent'))).toBe('new');
		expect(tell(history, inChat('1@c.us', 'sent'))).toBe('outOfOrder');
	});

	it('gives each member of a group a way of their own', () => {
		const history = new EventDeduplicator();
		tell(history, event('a', 'read', { viewer: 'ann' }));
		expect(tell(history, event('a', 'delivered', { viewer: 'bob' }))).toBe('new');
		expect(tell(history, event('a', 'delivered', { viewer: 'ann' }))).toBe('outOfOrder');
	});

	it('keeps accounts and gateways apart', () => {
		const history = new EventDeduplicator();
		tell(history, event('a', 'read'));
		expect(tell(history, event('a', 'sent', { account: 'other' }))).toBe('new');
		expect(tell(history, event('a', 'sent', { gateway: 'greenApi' }))).toBe('new');
	});

	it('never calls late what names no message', () => {
		const history = new EventDeduplicator();
		tell(history, event(null, 'read', { raw: 1 }));
		expect(tell(history, event(null, 'sent', { raw: 2 }))).toBe('new');
		expect(tell(history, event(null, 'sent', { raw: 2 }))).toBe('duplicate');
	});

	it('takes what was taken back for new, once, though a later status was told', () => {
		const history = new EventDeduplicator();
		tell(history, event('a', 'sent'));
		history.retract(event('a', 'sent'));
		tell(history, event('a', 'read'));
		expect(tell(history, event('a', 'sent'))).toBe('new');
		expect(tell(history, event('a', 'sent'))).toBe('duplicate');
		// What is told late does not lower what the message has reached.
		expect(tell(history, event('a', 'delivered'))).toBe('outOfOrder');
	});

	it('forgets the oldest first, and no more than it must', () => {
		const history = new EventDeduplicator();
		for (let index = 0; index <= 22_000; index++) tell(history, event(`m${index}`, 'sent'));
		expect(history.classify(event('m2000', 'sent'))).toBe('new');
		expect(history.classify(event('m2001', 'sent'))).toBe('duplicate');
		expect(history.classify(event('m22000', 'sent'))).toBe('duplicate');
	});

	it('stays small however many events come', () => {
		const history = new EventDeduplicator();
		for (let index = 0; index < 60_000; index++) {
			const each = event(`m${index}`, 'sent');
			tell(history, each);
			history.retract(each);
		}
		const { emitted, ranks, retracted } = history as unknown as Record<string, Set<string>>;
		for (const memory of [emitted, ranks, retracted])
			expect(memory.size).toBeLessThanOrEqual(22_000);
	});
});

/** A process that begins with what was saved. */
const historyWith = (saved: unknown) => {
	const history = new EventDeduplicator();
	history.merge(saved);
	return history;
};

const linesOf = (history: EventDeduplicator) => history.snapshot.split('\n');

describe('notes for other processes and for after a restart', () => {
	it('tell the same there', () => {
		const here = new EventDeduplicator();
		tell(here, event('a', 'read'));
		const there = historyWith(here.snapshot);
		expect(there.classify(event('a', 'read'))).toBe('duplicate');
		expect(there.classify(event('a', 'sent'))).toBe('outOfOrder');
		expect(there.classify(event('b', 'sent'))).toBe('new');
	});

	it('tell nothing where nothing was told', () => {
		expect(new EventDeduplicator().snapshot).toBe('');
		expect(historyWith('').classify(event('a', 'sent'))).toBe('new');
	});

	it('keep what another delivery, saved later, had not seen', () => {
		const history = new EventDeduplicator();
		const before = history.snapshot;
		history.record(event('a', 'sent'));
		history.merge(before);
		history.record(event('b', 'sent'));
		expect(linesOf(history)).toHaveLength(2);
	});

	it('keep what other processes noted', () => {
		const other = new EventDeduplicator();
		other.record(event('a', 'sent'));
		const history = historyWith(other.snapshot);
		history.record(event('b', 'sent'));
		expect(historyWith(history.snapshot).classify(event('a', 'sent'))).toBe('duplicate');
		expect(linesOf(history)).toHaveLength(2);
	});

	it('come in while a process goes on', () => {
		const [here, there] = [new EventDeduplicator(), new EventDeduplicator()];
		here.record(event('a', 'sent'));
		there.record(event('a', 'read'));
		here.merge(there.snapshot);
		expect(here.classify(event('a', 'read'))).toBe('duplicate');
		expect(here.classify(event('a', 'delivered'))).toBe('outOfOrder');
	});

	it('do not hold what was taken back, not even where it was saved before', () => {
		const history = new EventDeduplicator();
		history.record(event('a', 'sent'));
		const saved = history.snapshot;
		history.retract(event('a', 'sent'));
		history.merge(saved);
		history.record(event('b', 'sent'));
		expect(linesOf(history)).toHaveLength(1);
		expect(history.classify(event('a', 'sent'))).toBe('new');
	});

	it('hold one line for an event that is told again', () => {
		const history = new EventDeduplicator();
		for (let times = 0; times < 3; times++) history.record(event('a', 'sent'));
		expect(linesOf(history)).toHaveLength(1);
	});

	it('are at most 500 short lines, the newest', () => {
		const history = new EventDeduplicator();
		const many = Array.from({ length: 1_200 }, (_, index) => event(`m${index}`, 'sent'));
		for (const each of many) {
			const saved = history.snapshot;
			history.record(each);
			// As it was before: a delivery that began earlier.
			history.merge(saved);
			expect(linesOf(history).length).toBeLessThanOrEqual(500);
		}
		expect(history.snapshot.length).toBeLessThan(25_000);
		const { lines } = history as unknown as { lines: string[] };
		expect(lines.length).toBeLessThanOrEqual(1_000);
		const after = historyWith(history.snapshot);
		const known = many.map((each) => after.classify(each) === 'duplicate');
		expect(known).toEqual(many.map((_, index) => index >= 700));
	});

	it('hold no message id and no number in clear', () => {
		const history = new EventDeduplicator();
		history.record(event('919988066776', 'sent'));
		expect(history.snapshot).not.toContain('919988066776');
	});

	it('are read whatever stands there', () => {
		fc.assert(
			fc.property(fc.oneof(fc.anything(), fc.string(), someLines), (value) => {
				const history = historyWith(value);
				expect(tell(history, event('a', 'sent'))).toBe('new');
				expect(history.classify(event('a', 'sent'))).toBe('duplicate');
				expect(linesOf(history).length).toBeGreaterThan(0);
			}),
			runs(300),
		);
	});
});

const someLines = fc
	.array(fc.array(fc.oneof(fc.string(), fc.nat().map(String)), { maxLength: 4 }))
	.map((lines) => lines.map((words) => words.join(' ')).join('\n'));

const someEvents = fc.array(
	fc
		.tuple(
			fc.constantFrom('a', 'b', 'c', null),
			fc.constantFrom(...STATUS_NAMES),
			fc.constantFrom(null, 'ann', 'bob'),
			fc.constantFrom(null, '2026-11-21T10:00:00.000Z', '2026-11-22T10:00:00.000Z'),
		)
		.map(([id, status, viewer, occurredAt]) => event(id, status, { viewer, occurredAt })),
	{ maxLength: 40 },
);

const wayOf = ({ messageId, viewer }: StatusEvent) => `${messageId}/${viewer}`;

it('tells each event once and each way upwards, in whatever order they come', () => {
	fc.assert(
		fc.property(someEvents, (events) => {
			const history = new EventDeduplicator();
			const told = events.filter((each) => tell(history, each) === 'new');
			const ids = told.map(({ eventId }) => eventId);
			expect(new Set(ids).size).toBe(ids.length);
			const last = new Map<string, number>();
			const isOrdered = ({ messageId, status }: StatusEvent) =>
				messageId !== null && status !== 'unknown';
			for (const each of told.filter(isOrdered)) {
				expect(each.statusRank).toBeGreaterThanOrEqual(last.get(wayOf(each)) ?? 0);
				last.set(wayOf(each), STATUSES[each.status].rank);
			}
			// Nothing is lost: what was left out is the same as, or older than, something told.
			for (const each of events) {
				if (told.some(({ eventId }) => eventId === each.eventId)) continue;
				expect(isOrdered(each)).toBe(true);
				expect(last.get(wayOf(each))).toBeGreaterThan(each.statusRank);
			}
		}),
		runs(300),
	);
});

it('tells the same after a restart at any moment', () => {
	fc.assert(
		fc.property(someEvents, fc.nat(40), (events, restartAt) => {
			const steady = new EventDeduplicator();
			const expected = events.map((each) => tell(steady, each));
			let history = new EventDeduplicator();
			let saved: unknown;
			const actual = events.map((each, index) => {
				if (index === restartAt) history = new EventDeduplicator();
				history.merge(saved);
				const novelty = tell(history, each);
				if (novelty === 'new') saved = JSON.parse(JSON.stringify(history.snapshot));
				return novelty;
			});
			expect(actual).toEqual(expected);
		}),
		runs(300),
	);
});
