import fc from 'fast-check';
import { STATUS_NAMES, STATUSES, type Status } from '../../messages/status';
import { createStatusEvent, type StatusEvent } from '../../messages/statusEvent';
import { runs } from '../proof.mts';
import { StatusHistory } from '../../messages/statusHistory';

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
const tell = (history: StatusHistory, told: StatusEvent) => {
	const novelty = history.judge(told);
	if (novelty === 'new') history.note(told);
	return novelty;
};

describe('in one process', () => {
	it('tells a status once', () => {
		const history = new StatusHistory();
		const told = [event('a', 'sent'), event('a', 'sent'), event('a', 'delivered')];
		expect(told.map((each) => tell(history, each))).toEqual(['new', 'duplicate', 'new']);
	});

	it('does not note what is only judged', () => {
		const history = new StatusHistory();
		expect(history.judge(event('a', 'sent'))).toBe('new');
		expect(history.judge(event('a', 'sent'))).toBe('new');
	});

	it('calls late what has a lower rank than the last status of the same message', () => {
		const history = new StatusHistory();
		tell(history, event('a', 'read'));
		expect(tell(history, event('a', 'delivered'))).toBe('late');
		expect(tell(history, event('b', 'delivered'))).toBe('new');
		expect(tell(history, event('a', 'deleted'))).toBe('new');
	});

	it('does not call another status of the same rank late', () => {
		const history = new StatusHistory();
		tell(history, event('a', 'expired'));
		expect(tell(history, event('a', 'cancelled'))).toBe('new');
	});

	it('calls the same status at another time a duplicate', () => {
		const history = new StatusHistory();
		tell(history, event('a', 'read'));
		const later = event('a', 'read', { occurredAt: '2026-11-21T10:05:00.000Z' });
		expect(tell(history, later)).toBe('duplicate');
	});

	it('tells a success after a transient failure, and no failure after the success', () => {
		const history = new StatusHistory();
		const told: Status[] = ['sent', 'failed', 'sent', 'queued', 'delivered', 'failed', 'read'];
		expect(told.map((status) => tell(history, event('a', status)))).toEqual([
			...['new', 'new', 'duplicate', 'late', 'new', 'duplicate', 'new'],
		]);
		tell(history, event('b', 'delivered'));
		expect(tell(history, event('b', 'failed'))).toBe('late');
	});

	it.each(['cancelled', 'expired', 'deleted'] as const)('tells nothing after %s', (end) => {
		const history = new StatusHistory();
		tell(history, event('a', end));
		for (const status of ['sent', 'failed', 'delivered', 'read', 'played'] as const) {
			expect(tell(history, event('a', status))).toBe('late');
		}
	});

	it('never calls an unknown status late, and no status late because of one', () => {
		const history = new StatusHistory();
		tell(history, event('a', 'deleted'));
		const waiting = event('a', 'unknown', { gatewayStatus: 'waiting' });
		expect(tell(history, waiting)).toBe('new');
		expect(tell(history, waiting)).toBe('duplicate');
		tell(history, event('b', 'unknown'));
		expect(tell(history, event('b', 'scheduled'))).toBe('new');
	});

	it('tells messages of two chats apart where their ids do not', () => {
		const history = new StatusHistory();
		const inChat = (idScope: string, status: Status) =>
			event('a', status, { idScope } as Partial<StatusEvent>);
		tell(history, inChat('1@c.us', 'read'));
		expect(tell(history, inChat('2@c.us', 'sent'))).toBe('new');
		expect(tell(history, inChat('1@c.us', 'sent'))).toBe('late');
	});

	it('gives each member of a group a way of their own', () => {
		const history = new StatusHistory();
		tell(history, event('a', 'read', { viewer: 'ann' }));
		expect(tell(history, event('a', 'delivered', { viewer: 'bob' }))).toBe('new');
		expect(tell(history, event('a', 'delivered', { viewer: 'ann' }))).toBe('late');
	});

	it('keeps accounts and gateways apart', () => {
		const history = new StatusHistory();
		tell(history, event('a', 'read'));
		expect(tell(history, event('a', 'sent', { account: 'other' }))).toBe('new');
		expect(tell(history, event('a', 'sent', { gateway: 'greenApi' }))).toBe('new');
	});

	it('never calls late what names no message', () => {
		const history = new StatusHistory();
		tell(history, event(null, 'read', { raw: 1 }));
		expect(tell(history, event(null, 'sent', { raw: 2 }))).toBe('new');
		expect(tell(history, event(null, 'sent', { raw: 2 }))).toBe('duplicate');
	});

	it('takes what was taken back for new, once, though a later status was told', () => {
		const history = new StatusHistory();
		tell(history, event('a', 'sent'));
		history.takeBack(event('a', 'sent'));
		tell(history, event('a', 'read'));
		expect(tell(history, event('a', 'sent'))).toBe('new');
		expect(tell(history, event('a', 'sent'))).toBe('duplicate');
		// What is told late does not lower what the message has reached.
		expect(tell(history, event('a', 'delivered'))).toBe('late');
	});

	it('forgets the oldest first, and no more than it must', () => {
		const history = new StatusHistory();
		for (let index = 0; index <= 22_000; index++) tell(history, event(`m${index}`, 'sent'));
		expect(history.judge(event('m2000', 'sent'))).toBe('new');
		expect(history.judge(event('m2001', 'sent'))).toBe('duplicate');
		expect(history.judge(event('m22000', 'sent'))).toBe('duplicate');
	});

	it('stays small however many events come', () => {
		const history = new StatusHistory();
		for (let index = 0; index < 60_000; index++) {
			const each = event(`m${index}`, 'sent');
			tell(history, each);
			history.takeBack(each);
		}
		const { told, ranks, takenBack } = history as unknown as Record<string, Set<string>>;
		for (const memory of [told, ranks, takenBack]) expect(memory.size).toBeLessThanOrEqual(22_000);
	});
});

/** A process that begins with what was saved. */
const historyWith = (saved: unknown) => {
	const history = new StatusHistory();
	history.readNotes(saved);
	return history;
};

const linesOf = (history: StatusHistory) => history.notes.split('\n');

describe('notes for other processes and for after a restart', () => {
	it('tell the same there', () => {
		const here = new StatusHistory();
		tell(here, event('a', 'read'));
		const there = historyWith(here.notes);
		expect(there.judge(event('a', 'read'))).toBe('duplicate');
		expect(there.judge(event('a', 'sent'))).toBe('late');
		expect(there.judge(event('b', 'sent'))).toBe('new');
	});

	it('tell nothing where nothing was told', () => {
		expect(new StatusHistory().notes).toBe('');
		expect(historyWith('').judge(event('a', 'sent'))).toBe('new');
	});

	it('keep what another delivery, saved later, had not seen', () => {
		const history = new StatusHistory();
		const before = history.notes;
		history.note(event('a', 'sent'));
		history.readNotes(before);
		history.note(event('b', 'sent'));
		expect(linesOf(history)).toHaveLength(2);
	});

	it('keep what other processes noted', () => {
		const other = new StatusHistory();
		other.note(event('a', 'sent'));
		const history = historyWith(other.notes);
		history.note(event('b', 'sent'));
		expect(historyWith(history.notes).judge(event('a', 'sent'))).toBe('duplicate');
		expect(linesOf(history)).toHaveLength(2);
	});

	it('come in while a process goes on', () => {
		const [here, there] = [new StatusHistory(), new StatusHistory()];
		here.note(event('a', 'sent'));
		there.note(event('a', 'read'));
		here.readNotes(there.notes);
		expect(here.judge(event('a', 'read'))).toBe('duplicate');
		expect(here.judge(event('a', 'delivered'))).toBe('late');
	});

	it('do not hold what was taken back, not even where it was saved before', () => {
		const history = new StatusHistory();
		history.note(event('a', 'sent'));
		const saved = history.notes;
		history.takeBack(event('a', 'sent'));
		history.readNotes(saved);
		history.note(event('b', 'sent'));
		expect(linesOf(history)).toHaveLength(1);
		expect(history.judge(event('a', 'sent'))).toBe('new');
	});

	it('hold one line for an event that is told again', () => {
		const history = new StatusHistory();
		for (let times = 0; times < 3; times++) history.note(event('a', 'sent'));
		expect(linesOf(history)).toHaveLength(1);
	});

	it('are at most 500 short lines, the newest', () => {
		const history = new StatusHistory();
		const many = Array.from({ length: 1_200 }, (_, index) => event(`m${index}`, 'sent'));
		for (const each of many) {
			const saved = history.notes;
			history.note(each);
			// As it was before: a delivery that began earlier.
			history.readNotes(saved);
			expect(linesOf(history).length).toBeLessThanOrEqual(500);
		}
		expect(history.notes.length).toBeLessThan(25_000);
		const { lines } = history as unknown as { lines: string[] };
		expect(lines.length).toBeLessThanOrEqual(1_000);
		const after = historyWith(history.notes);
		const known = many.map((each) => after.judge(each) === 'duplicate');
		expect(known).toEqual(many.map((_, index) => index >= 700));
	});

	it('hold no message id and no number in clear', () => {
		const history = new StatusHistory();
		history.note(event('919988066776', 'sent'));
		expect(history.notes).not.toContain('919988066776');
	});

	it('are read whatever stands there', () => {
		fc.assert(
			fc.property(fc.oneof(fc.anything(), fc.string(), someLines), (value) => {
				const history = historyWith(value);
				expect(tell(history, event('a', 'sent'))).toBe('new');
				expect(history.judge(event('a', 'sent'))).toBe('duplicate');
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
			const history = new StatusHistory();
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
			const steady = new StatusHistory();
			const expected = events.map((each) => tell(steady, each));
			let history = new StatusHistory();
			let saved: unknown;
			const actual = events.map((each, index) => {
				if (index === restartAt) history = new StatusHistory();
				history.readNotes(saved);
				const novelty = tell(history, each);
				if (novelty === 'new') saved = JSON.parse(JSON.stringify(history.notes));
				return novelty;
			});
			expect(actual).toEqual(expected);
		}),
		runs(300),
	);
});
