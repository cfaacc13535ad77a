import fc from 'fast-check';
import { InvalidParameterError } from '../../messages/invalidParameterError';
import type { GatewayError } from '../../gateways/transport/gatewayError';
import type { ScheduledMessage } from '../../messages/scheduledMessage';
import type { Move } from '../../stores/store';
import {
	CANCEL_FAULTS,
	CREATE_FAULTS,
	Entry,
	errorOf,
	FakeScheduler,
	message,
	type Faults,
} from './fakeScheduler.mts';
import { runs } from '../proof.mts';

const OLD_TIME = message().scheduledAt;
const NEW_TIME = '2026-02-05T09:30:00.000Z';
const move: Move = { scheduleId: 'sched_1', scheduledAt: NEW_TIME, idempotencyKey: 'key-2' };

const gateways: FakeScheduler[] = [];

afterEach(() => {
	for (const { maxPending } of gateways.splice(0)) expect(maxPending).toBe(1);
});

/** A gateway that holds one message; after each test, it must never have held two. */
function holdingOne(faults: Faults = {}, changes: Partial<ScheduledMessage> = {}) {
	const fake = new FakeScheduler();
	fake.hold(message(), changes);
	fake.faults = faults;
	if (fake.pending.length > 0) gateways.push(fake);
	return fake;
}

const reschedule = async (fake: FakeScheduler, entry = new Entry(), changes: Partial<Move> = {}) =>
	await fake.clock.run(fake.store().reschedule({ ...move, ...changes }, entry));

const onlyPending = (fake: FakeScheduler) => {
	expect(fake.pending).toHaveLength(1);
	return fake.pending[0];
};

describe('moving a message', () => {
	it('cancels the old one and schedules the same content for the new time', async () => {
		const fake = holdingOne();
		const moved = await reschedule(fake);
		expect(moved).toMatchObject({ scheduleId: 'sched_2', scheduledAt: NEW_TIME, text: 'Hello' });
		expect(onlyPending(fake)).toMatchObject({ scheduleId: 'sched_2', scheduledAt: NEW_TIME });
		expect(fake.calls).toEqual({ create: 1, cancel: 1, find: 0, get: 2 });
	});

	it('does nothing where it is scheduled for that time already', async () => {
		const fake = holdingOne();
		const scheduledAt = '2026-02-03T20:30:00+05:30';
		expect((await reschedule(fake, new Entry(), { scheduledAt })).scheduleId).toBe('sched_1');
		expect(fake.calls).toMatchObject({ create: 0, cancel: 0 });
	});

	it.each(['sent', 'cancelled', 'failed', 'unknown', 'queued'] as const)(
		'is refused where it is %s',
		async (status) => {
			const fake = holdingOne({}, { status });
			const error = await errorOf(reschedule(fake));
			expect(error.kind).toBe('notPending');
			expect(error.message).toContain('"sched_1" can no longer be rescheduled: it');
			expect(fake.calls).toMatchObject({ create: 0, cancel: 0 });
			// Nor does it count as moved where it was for that time.
			const same = await errorOf(reschedule(fake, new Entry(), { scheduledAt: OLD_TIME }));
			expect(same.kind).toBe('notPending');
		},
	);

	it.each<[string, Partial<ScheduledMessage>]>([
		['text', { text: null }],
		['media', { type: 'image', text: null, mediaUrl: null }],
	])('is refused where the gateway does not tell the %s, before anything', async (_, changes) => {
		const fake = holdingOne({}, changes);
		const error = await errorOf(reschedule(fake));
		expect(error.kind).toBe('unsupported');
		expect(error.message).toContain('does not report the content');
		expect(fake.calls.cancel).toBe(0);
		expect(fake.pending).toHaveLength(1);
	});

	it('is refused where the gateway does not tell for whom it is, before anything', async () => {
		const fake = holdingOne({}, { recipient: null });
		const error = await errorOf(reschedule(fake));
		expect([error.kind, error.message]).toEqual([
			'unsupported',
			'Fake does not tell whom the scheduled message "sched_1" is for, so it cannot be moved',
		]);
		expect(error.details.hint).toContain('Cancel it, and schedule it anew');
		expect(fake.calls.cancel).toBe(0);
	});

	it('moves one of which the gateway does not tell when it is due', async () => {
		const fake = holdingOne({}, { scheduledAt: null });
		expect((await reschedule(fake)).scheduledAt).toBe(NEW_TIME);
		onlyPending(fake);
	});

	it('needs the consent of the user where the gateway only deletes', async () => {
		const fake = new FakeScheduler({ cancelsBy: 'delete' });
		fake.hold(message());
		const error = await errorOf(reschedule(fake));
		expect(error.message).toMatch(/^Fake documents no way to cancel/);
		expect(error.details.hint).toContain('"Allow Deletion"');
		expect(fake.pending).toHaveLength(1);
		const moved = await reschedule(fake, new Entry(), { allowDeletion: true });
		expect(moved.scheduledAt).toBe(NEW_TIME);
	});
});

describe('what fails in between is told with where the message is', () => {
	it.each<[string, Faults, RegExp, string | null]>([
		['the first look', { get: [true] }, /^Fake cannot be reached$/, OLD_TIME],
		[
			'the look before the cancel',
			{ get: [false, true] },
			/stays scheduled for 2026-02-03/,
			OLD_TIME,
		],
		[
			'the cancel is refused',
			{ cancel: ['refused'] },
			/was not moved and stays .*02-03T/,
			OLD_TIME,
		],
		[
			'the cancel is lost',
			{ cancel: ['lostNotTaken'] },
			/stays scheduled for 2026-02-03/,
			OLD_TIME,
		],
		[
			'the cancel and the look after it are lost',
			{ cancel: ['lostTaken'], get: [false, false, true] },
			/^It is unknown whether .* was cancelled/,
			null,
		],
		[
			'it is sent meanwhile',
			{ cancel: ['sentMeanwhile'] },
			/no longer be rescheduled: .* sent/,
			null,
		],
		[
			'the gateway forgets it before',
			{ get: ['forgotten'] },
			/^Fake has no scheduled message with/,
			null,
		],
		[
			'the new time is refused',
			{ create: ['refused'] },
			/stays scheduled for 2026-02-03T15:00:00.000Z, now with the id "sched_2"\. Fake rejected/,
			OLD_TIME,
		],
		[
			'the new time is refused, and the old one lost on the way',
			{ create: ['refused', 'lostTaken'] },
			/now with the id "sched_2"/,
			OLD_TIME,
		],
		[
			'both times are refused',
			{ create: ['refused', 'refused'] },
			/^The message "sched_1" is no longer scheduled: .*neither .* nor .*\. Fake rejected/,
			null,
		],
		[
			'the new time is lost, and looking fails',
			{ create: ['lostTaken'], find: [true] },
			/cancelled to be moved, and it is unknown whether Fake accepted it for the new time/,
			NEW_TIME,
		],
		[
			'the old time is lost, and looking fails',
			{ create: ['refused', 'lostTaken'], find: [true] },
			/it is unknown whether it accepted it again for the old one/,
			OLD_TIME,
		],
	])('%s', async (_, faults, sentence, pendingAt) => {
		const fake = holdingOne(faults);
		const error = await errorOf(reschedule(fake));
		expect(error.message).toMatch(sentence);
		expect(fake.pending.map(({ scheduledAt }) => scheduledAt)).toEqual(
			pendingAt === null ? [] : [pendingAt],
		);
	});

	it('names no old time that the gateway does not tell', async () => {
		const fake = holdingOne({ cancel: ['refused'] }, { scheduledAt: null });
		const error = await errorOf(reschedule(fake));
		expect(error.message).toMatch(/"sched_1" was not moved and stays scheduled\. Fake rejected/);

		const untimed = holdingOne({ create: ['refused'] }, { scheduledAt: null });
		const entry = new Entry();
		const gone = await errorOf(reschedule(untimed, entry));
		expect(gone.message).toMatch(
			/^The message "sched_1" is no longer scheduled: .* for the new time\. Fake rej/,
		);
		expect(untimed.calls.create).toBe(1);
		expect(gone.details.hint).toBe('Schedule it again with the operation "Schedule".');
		expect(untimed.pending).toEqual([]);
		// A retry schedules it.
		expect((await reschedule(untimed, entry)).scheduledAt).toBe(NEW_TIME);
		onlyPending(untimed);
	});

	it('tells a fault of our own as it is', async () => {
		const bug = new TypeError('no such method');
		const fake = holdingOne({ create: ['lostTaken'], find: [true] });
		const entry = new Entry();
		await errorOf(reschedule(fake, entry));
		fake.get = async () => await Promise.reject(bug);
		expect(await errorOf(reschedule(fake, entry))).toBe(bug);
		expect(entry.unresolved).not.toBeNull();
		const other = holdingOne();
		other.cancel = async () => await Promise.reject(bug);
		expect(await errorOf(reschedule(other))).toBe(bug);
	});

	it('and says what to do', async () => {
		const gone = await errorOf(reschedule(holdingOne({ create: ['refused', 'refused'] })));
		expect(gone.details.hint).toBe('Schedule it again with the operation "Schedule".');
		const open = await errorOf(reschedule(holdingOne({ create: ['lostTaken'], find: [true] })));
		expect(open.details).toMatchObject({ outcomeUnknown: true });
		expect(open.details.hint).toContain('"Get Many"');
	});
});

describe('new content', () => {
	const content = { ...message({ text: 'New' }), idempotencyKey: move.idempotencyKey };

	it('is scheduled in place of the old one, for the new time', async () => {
		const fake = holdingOne({}, { reference: 'order-7' });
		expect(await reschedule(fake, new Entry(), { content })).toMatchObject({
			text: 'New',
			scheduledAt: NEW_TIME,
		});
		expect(onlyPending(fake).text).toBe('New');
	});

	it('changes nothing where the message has both, content and time', async () => {
		const fake = holdingOne();
		const same = { content: message(), scheduledAt: OLD_TIME };
		expect((await reschedule(fake, new Entry(), same)).scheduleId).toBe('sched_1');
		expect(fake.calls.cancel).toBe(0);
		const other = { content, scheduledAt: OLD_TIME };
		expect((await reschedule(fake, new Entry(), other)).scheduleId).toBe('sched_2');
	});

	it('leaves the old content where it is refused', async () => {
		const fake = holdingOne({ create: ['refused'] });
		await errorOf(reschedule(fake, new Entry(), { content }));
		expect(onlyPending(fake)).toMatchObject({ text: 'Hello', scheduledAt: OLD_TIME });
	});

	it.each([
		['order-7', 'order-8', 'order-7'],
		[null, 'order-8', 'order-8'],
	])('leaves the reference %s, with %s of its own, as %s', async (old, own, expected) => {
		const fake = holdingOne({ create: ['refused'] }, { reference: old });
		const seen: Array<string | null> = [];
		const create = fake.schedule.bind(fake);
		fake.schedule = async (connection, wanted) => {
			seen.push(wanted.reference);
			return await create(connection, wanted);
		};
		await errorOf(reschedule(fake, new Entry(), { content: { ...content, reference: own } }));
		expect(seen).toEqual([own, expected]);
	});

	const menu = {
		type: 'document',
		text: null,
		mediaUrl: 'https://example.com/menu.pdf',
		caption: 'The menu',
		fileName: 'menu.pdf',
	} as const;

	it('replaces what the gateway does not tell, and stands in for it where it is refused', async () => {
		const untold = { ...menu, mediaUrl: null, caption: null, fileName: null };
		const fake = holdingOne({ create: ['refused'] }, untold);
		const entry = new Entry();
		const error = await errorOf(reschedule(fake, entry, { content: message(menu) }));
		expect(error.message).toContain(`stays scheduled for ${OLD_TIME}`);
		expect(onlyPending(fake)).toMatchObject({ ...menu, scheduledAt: OLD_TIME });
	});

	it('does not stand in for one of another type', async () => {
		const fake = holdingOne({ create: ['refused'] }, { text: null });
		await errorOf(reschedule(fake, new Entry(), { content: message(menu) }));
		expect(onlyPending(fake)).toMatchObject({ type: 'text', mediaUrl: null });
	});
});

describe('the next try', () => {
	it('takes up what was cut off after the cancel, for the time of then', async () => {
		const fake = holdingOne({ create: ['lostNotTaken'], find: [true] });
		const entry = new Entry();
		await errorOf(reschedule(fake, entry));
		expect(fake.pending).toHaveLength(0);
		const moved = await reschedule(fake, entry, { scheduledAt: '2026-02-05T09:31:00.000Z' });
		expect(moved.scheduledAt).toBe(NEW_TIME);
		expect(onlyPending(fake).scheduledAt).toBe(NEW_TIME);
	});

	it('finds what the gateway took though its answer was lost', async () => {
		const fake = holdingOne({ create: ['lostTaken'], find: [true] });
		const entry = new Entry();
		await errorOf(reschedule(fake, entry));
		expect((await reschedule(fake, entry)).scheduleId).toBe('sched_2');
		expect(fake.calls.create).toBe(1);
	});

	it('goes on where the answer of the cancel was lost', async () => {
		const fake = holdingOne({ cancel: ['lostTaken'], get: [false, false, true] });
		const entry = new Entry();
		await errorOf(reschedule(fake, entry));
		await reschedule(fake, entry);
		expect(onlyPending(fake).scheduledAt).toBe(NEW_TIME);
	});

	it('moves the one that stands in for the old one', async () => {
		const fake = holdingOne({ create: ['refused', null, 'refused'] });
		const entry = new Entry();
		expect((await errorOf(reschedule(fake, entry))).message).toContain('id "sched_2"');
		const again = await errorOf(reschedule(fake, entry));
		expect(again.message).toContain('stays scheduled for 2026-02-03T15:00:00.000Z, now with');
		expect((await reschedule(fake, entry)).scheduledAt).toBe(NEW_TIME);
		expect(onlyPending(fake).scheduledAt).toBe(NEW_TIME);
	});

	it('does not forget the one that stands in when it is cut off itself', async () => {
		const fake = holdingOne({ create: ['refused'], cancel: [null, 'lostNotTaken'] });
		const entry = new Entry();
		await errorOf(reschedule(fake, entry));
		await errorOf(reschedule(fake, entry));
		await reschedule(fake, entry);
		expect(onlyPending(fake).scheduledAt).toBe(NEW_TIME);
	});

	it('speaks of the one that stands in, by its id', async () => {
		const create = ['refused', null, 'lostNotTaken', 'refused', 'refused'] as const;
		const fake = holdingOne({ create, find: [true] });
		const entry = new Entry();
		await errorOf(reschedule(fake, entry));
		await errorOf(reschedule(fake, entry));
		const error = await errorOf(reschedule(fake, entry));
		expect(error.message).toMatch(/^The message "sched_2" is no longer scheduled/);
	});

	it.each([
		['refused', 'refused' as const],
		['too late', 'sentMeanwhile' as const],
	])(
		'does not schedule anew what somebody cancelled after a cancel that was %s',
		async (_, fault) => {
			const fake = holdingOne({ cancel: [fault] });
			const entry = new Entry();
			await errorOf(reschedule(fake, entry));
			expect(entry.unresolved).toBeNull();
			fake.held = fake.held.map((one) => ({ ...one, status: 'cancelled' as const }));
			const error = await errorOf(reschedule(fake, entry));
			expect(error.message).toContain('it is already cancelled');
			expect(fake.calls.create).toBe(0);
		},
	);

	it('does not schedule anew what was put back and then cancelled by somebody', async () => {
		const fake = holdingOne({ create: ['refused'] });
		const entry = new Entry();
		expect((await errorOf(reschedule(fake, entry))).message).toContain('now with the id "sched_2"');
		fake.held = fake.held.map((one) => ({ ...one, status: 'cancelled' as const }));
		expect((await errorOf(reschedule(fake, entry))).message).toContain('it is already cancelled');
		expect(fake.pending).toHaveLength(0);
	});

	it('nor where a cancel of that one was refused before', async () => {
		const fake = holdingOne({ create: ['refused'], cancel: [null, 'refused'] });
		const entry = new Entry();
		await errorOf(reschedule(fake, entry));
		await errorOf(reschedule(fake, entry));
		fake.held = fake.held.map((one) => ({ ...one, status: 'cancelled' as const }));
		expect((await errorOf(reschedule(fake, entry))).message).toContain('it is already cancelled');
		expect(fake.pending).toHaveLength(0);
	});

	it('nor where that happens right after it was found again', async () => {
		const fake = holdingOne({ create: ['refused', 'lostTaken'], find: [true] });
		const entry = new Entry();
		await errorOf(reschedule(fake, entry));
		const get = fake.get.bind(fake);
		fake.get = async (...args) => {
			fake.held = fake.held.map((one) => ({ ...one, status: 'cancelled' as const }));
			return await get(...args);
		};
		expect((await errorOf(reschedule(fake, entry))).message).toContain('it is already cancelled');
		expect(fake.calls.create).toBe(2);
	});

	it('takes no older message for what it wanted before a kill', async () => {
		const fake = holdingOne({ cancel: ['lostTaken'], get: [false, false, true] });
		const createdAt = new Date(fake.clock.ms - 600_000).toISOString();
		const older = { scheduledAt: NEW_TIME, createdAt, status: 'sent' as const };
		fake.hold(message(), older);
		const entry = new Entry();
		await errorOf(reschedule(fake, entry));
		expect((await reschedule(fake, entry)).scheduleId).toBe('sched_3');
		onlyPending(fake);
	});

	it('does not restore what it has given up restoring', async () => {
		const fake = holdingOne({
			create: ['refused', 'lostNotTaken', 'refused', 'lostTaken'],
			find: [true, false, false, false, false, true],
		});
		const entry = new Entry();
		for (let tries = 0; tries < 2; tries++) {
			expect((await errorOf(reschedule(fake, entry))).message).toContain('it is unknown whether');
		}
		expect(onlyPending(fake).scheduledAt).toBe(NEW_TIME);
		expect((await reschedule(fake, entry)).scheduledAt).toBe(NEW_TIME);
		expect(fake.calls.create).toBe(4);
	});

	it('leaves nothing open while it restores: after a kill there would be two', async () => {
		const fake = holdingOne({ create: ['refused'] });
		const entry = new Entry();
		const seen: unknown[] = [];
		fake.watch = () => {
			if (fake.calls.create === 2) seen.push(entry.unresolved);
		};
		await errorOf(reschedule(fake, entry));
		expect(seen).toEqual([null]);
	});

	it('goes on from the one that was put back, also after a refused cancel', async () => {
		const fake = holdingOne({ create: ['refused'], cancel: [null, 'refused'] });
		const entry = new Entry();
		await errorOf(reschedule(fake, entry));
		expect((await errorOf(reschedule(fake, entry))).message).toContain('"sched_2" was not moved');
		expect((await reschedule(fake, entry)).scheduledAt).toBe(NEW_TIME);
		expect(onlyPending(fake).scheduledAt).toBe(NEW_TIME);
	});

	const over = () => {
		throw new InvalidParameterError('Send At', '"Send At" has passed; give a later time.', 'Wait.');
	};

	it('says that the message stays where the time asked for is over before anything is cancelled', async () => {
		const fake = holdingOne();
		const entry = new Entry();
		const error = await errorOf(reschedule(fake, entry, { timeNow: over }));
		expect(error).toBeInstanceOf(InvalidParameterError);
		expect(error.message).toMatch(
			/"sched_1" was not moved and stays scheduled for .*T15:00:00\.000Z\. "Send/,
		);
		expect([fake.calls.cancel, entry.unresolved]).toEqual([0, null]);
	});

	it('puts back what it had cancelled where the time is over, and says so', async () => {
		const fake = holdingOne({ create: ['lostNotTaken'], find: [true] });
		const entry = new Entry();
		await errorOf(reschedule(fake, entry));
		const error = await errorOf(reschedule(fake, entry, { timeNow: over }));
		expect(error.message).toMatch(
			/was not moved and stays scheduled for .*, now with the id "sched_2"\. "Send At" has/,
		);
		expect([error.kind, error.details.hint]).toEqual(['rejected', 'Wait.']);
		expect(onlyPending(fake).scheduledAt).toBe(OLD_TIME);
	});

	it('finds what it had created though the time is over', async () => {
		const fake = holdingOne({ create: ['lostTaken'], find: [true] });
		const entry = new Entry();
		await errorOf(reschedule(fake, entry));
		expect((await reschedule(fake, entry, { timeNow: over })).scheduledAt).toBe(NEW_TIME);
	});

	it('schedules what was left nowhere', async () => {
		const fake = holdingOne({ create: ['refused', 'refused'] });
		const entry = new Entry();
		await errorOf(reschedule(fake, entry));
		expect((await reschedule(fake, entry)).scheduledAt).toBe(NEW_TIME);
		expect(onlyPending(fake).scheduledAt).toBe(NEW_TIME);
	});

	it('puts the message back, or says that it is nowhere, where the gateway refuses it now', async () => {
		const fake = holdingOne({ create: ['lostNotTaken', 'refused'], find: [true] });
		const entry = new Entry();
		await errorOf(reschedule(fake, entry));
		const error = await errorOf(reschedule(fake, entry));
		expect(error.message).toContain(
			'stays scheduled for 2026-02-03T15:00:00.000Z, now with the id',
		);
		expect(onlyPending(fake).scheduledAt).toBe(OLD_TIME);

		const forgetful = holdingOne({ create: ['lostNotTaken', 'refused'], find: [true] });
		const other = new Entry();
		await errorOf(reschedule(forgetful, other));
		forgetful.held = [];
		const second = await errorOf(reschedule(forgetful, other));
		expect(second.message).toContain('is no longer scheduled');
		expect(second.details.hint).toBe('Schedule it again with the operation "Schedule".');
	});

	it.each([
		['found', 'lostTaken', 3],
		['put back', 'lostNotTaken', 4],
	] as const)(
		'moves what nobody knew to be there again, once it is %s',
		async (_, fault, creates) => {
			const fake = holdingOne({ create: ['refused', fault], find: [true] });
			const entry = new Entry();
			const lost = await errorOf(reschedule(fake, entry));
			expect(lost.message).toContain('it is unknown whether it accepted it again for the old one');
			expect((await reschedule(fake, entry)).scheduledAt).toBe(NEW_TIME);
			expect(fake.calls.create).toBe(creates);
			expect(onlyPending(fake).scheduledAt).toBe(NEW_TIME);
		},
	);

	it('schedules it for the new time where the gateway does not take the old one any more', async () => {
		const fake = holdingOne({ create: ['refused', 'lostNotTaken', 'refused'], find: [true] });
		const entry = new Entry();
		await errorOf(reschedule(fake, entry));
		expect((await reschedule(fake, entry)).scheduledAt).toBe(NEW_TIME);
		expect(onlyPending(fake).scheduledAt).toBe(NEW_TIME);
	});

	it('creates nothing as long as nobody knows whether the old time was taken again', async () => {
		const fake = holdingOne({ create: ['refused', 'lostTaken'], find: [true, true, true] });
		const entry = new Entry();
		await errorOf(reschedule(fake, entry));
		for (let tries = 0; tries < 2; tries++) {
			const error = await errorOf(reschedule(fake, entry));
			expect(error.message).toMatch(
				/"sched_1" was cancelled to be moved, and it is unknown whether it was scheduled again for 2026-02-03T15:00/,
			);
			expect(error.details.hint).toContain('"Get Many"');
		}
		expect(fake.calls.create).toBe(2);
		expect(onlyPending(fake).scheduledAt).toBe(OLD_TIME);
		expect((await reschedule(fake, entry)).scheduledAt).toBe(NEW_TIME);
	});

	it('says that nobody knows where it cannot even ask', async () => {
		const fake = holdingOne({ create: ['lostTaken'], find: [true], get: [false, false, true] });
		const entry = new Entry();
		await errorOf(reschedule(fake, entry));
		const error = await errorOf(reschedule(fake, entry));
		expect(error.message).toMatch(/^It is unknown whether the message "sched_1" was moved/);
		expect(error.details.outcomeUnknown).toBe(true);
		expect(error.details.hint).toMatch(/"Get Many" .*ended with: Fake cannot be reached/);
		expect(entry.unresolved).not.toBeNull();
	});
});

/** Where a sentence says that the message is. */
function placeTold({ kind, message: sentence }: GatewayError): string | null | 'open' {
	if (/is unknown whether/i.test(sentence)) return 'open';
	if (/no longer scheduled|has no scheduled message|can no longer be/.test(sentence)) {
		return null;
	}
	const stays = /stays scheduled for (\S+?)[.,]( |$)/.exec(sentence);
	if (stays !== null) return stays[1];
	return kind === 'unreachable' ? OLD_TIME : 'nothing';
}

const faults = fc.record({
	create: fc.array(fc.option(fc.constantFrom(...CREATE_FAULTS)), { maxLength: 14 }),
	cancel: fc.array(fc.option(fc.constantFrom(...CANCEL_FAULTS)), { maxLength: 4 }),
	find: fc.array(fc.boolean(), { maxLength: 10 }),
	get: fc.array(
		fc.oneof(
			{ weight: 4, arbitrary: fc.constant(false) },
			{ weight: 2, arbitrary: fc.constant(true) },
			{ weight: 1, arbitrary: fc.constant('forgotten' as const) },
		),
		{ maxLength: 8 },
	),
});

it('never leaves two, and its error says where the message is, wherever it fails', async () => {
	const seen = new Set<string>();
	await fc.assert(
		fc.asyncProperty(faults, async (befalls) => {
			const fake = holdingOne(befalls);
			const outcome = await reschedule(fake).then(
				(moved) => ({ moved }),
				(error: GatewayError) => ({ error }),
			);
			const pending = fake.pending.map(({ scheduledAt }) => scheduledAt);
			if ('moved' in outcome) {
				seen.add('moved');
				expect(outcome.moved.scheduledAt).toBe(NEW_TIME);
				expect(fake.pending).toEqual([
					expect.objectContaining({ scheduleId: outcome.moved.scheduleId, scheduledAt: NEW_TIME }),
				]);
				return;
			}
			const told = placeTold(outcome.error);
			seen.add(String(told));
			expect(told).not.toBe('nothing');
			if (told !== 'open') expect(pending).toEqual(told === null ? [] : [told]);
			const id = /now with the id "(\w+)"/.exec(outcome.error.message)?.[1];
			if (id !== undefined) expect(onlyPending(fake).scheduleId).toBe(id);
		}),
		runs(800),
	);
	expect([...seen].sort()).toEqual([OLD_TIME, 'moved', 'null', 'open'].sort());
});

it('moves it in the end, tried again and again, with never two on the way', async () => {
	await fc.assert(
		fc.asyncProperty(faults, async (befalls) => {
			const fake = holdingOne({
				...befalls,
				get: befalls.get.filter((fault) => fault !== 'forgotten'),
				cancel: befalls.cancel.filter((fault) => fault !== 'sentMeanwhile'),
			});
			const entry = new Entry();
			for (let tries = 1; tries <= 30; tries++) {
				const outcome = await reschedule(fake, entry).then(
					(result) => result.scheduledAt!,
					(error: GatewayError) => error,
				);
				if (typeof outcome === 'string') {
					expect([outcome, onlyPending(fake).scheduledAt]).toEqual([NEW_TIME, NEW_TIME]);
					return;
				}
				const told = placeTold(outcome);
				const pending = fake.pending.map(({ scheduledAt }) => scheduledAt);
				if (told !== 'open') expect(pending).toEqual(told === null ? [] : [told]);
			}
			throw new Error('not moved after 30 tries');
		}),
		runs(400),
	);
});
