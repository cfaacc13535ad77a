import { textOf } from '../../gateways/transport/gatewayError';
import fc from 'fast-check';
import { InvalidParameterError } from '../../messages/invalidParameterError';
import type { MessageToSchedule } from '../../messages/message';
import { parseRecipient } from '../../messages/recipient';
import { AssignedMessages } from '../../stores/assignedMessages';
import { CREATE_FAULTS, Entry, errorOf, FakeScheduler, iso, message } from './fakeScheduler.mts';
import { runs } from '../proof.mts';

const TIME = message().scheduledAt;
const LATER = '2026-02-03T16:00:00.000Z';
const schedule = async (fake: FakeScheduler, wanted = message(), entry = new Entry()) =>
	await fake.clock.run(fake.store().schedule(wanted, entry));

describe('scheduling one message', () => {
	it('creates it once, notes that before, and looks for nothing', async () => {
		const fake = new FakeScheduler();
		const entry = new Entry();
		fake.watch = () => expect(entry.unresolved).toMatchObject({ message: { text: 'Hello' } });
		const held = await schedule(fake, message(), entry);
		expect(held).toMatchObject({ scheduleId: 'sched_1', scheduledAt: TIME });
		expect(fake.calls).toEqual({ create: 1, cancel: 0, find: 0, get: 0 });
		expect(entry.begun).toBe(1);
	});

	it('finds it where the answer was lost, and tells what was sent', async () => {
		const fake = new FakeScheduler({ tellsMedia: false });
		fake.faults = { create: ['lostTaken'] };
		const wanted = message({
			type: 'image',
			text: null,
			mediaUrl: 'https://example.com/a.jpg',
			caption: 'A',
			reference: 'order-7',
		});
		expect(await schedule(fake, wanted)).toMatchObject({
			scheduleId: 'sched_1',
			mediaUrl: 'https://example.com/a.jpg',
			caption: 'A',
			reference: 'order-7',
		});
		expect(fake.held).toHaveLength(1);
		expect(fake.calls.find).toBe(1);
	});

	it.each([-600_000, 600_000])(
		'finds it, and takes no older one for it, with a clock that is %i ms ahead',
		async (clockAheadMs) => {
			const fake = new FakeScheduler({ clockAheadMs });
			fake.hold(message());
			fake.clock.ms += 200_000;
			fake.faults = { create: ['lostTaken'] };
			expect((await schedule(fake)).scheduleId).toBe('sched_2');
			expect(fake.calls.create).toBe(1);
			fake.clock.ms += 200_000;
			fake.faults = { create: [null, 'lostNotTaken'] };
			expect((await schedule(fake)).scheduleId).toBe('sched_3');
			expect(fake.calls.create).toBe(3);
		},
	);

	it('creates it again where it was not taken', async () => {
		const fake = new FakeScheduler();
		fake.faults = { create: ['lostNotTaken', 'lostNotTaken'] };
		expect((await schedule(fake)).scheduleId).toBe('sched_1');
		expect(fake.calls).toMatchObject({ create: 3, find: 4 });
	});

	it('looks a second time, since a gateway may be slow to list what it took', async () => {
		const fake = new FakeScheduler({ listedAfterMs: 1_500 });
		fake.faults = { create: ['lostTaken'] };
		expect((await schedule(fake)).scheduleId).toBe('sched_1');
		expect(fake.calls).toMatchObject({ create: 1, find: 2 });
	});

	it('does not create again where it cannot look, and says that nobody knows', async () => {
		const fake = new FakeScheduler();
		const entry = new Entry();
		fake.faults = { create: ['lostNotTaken'], find: [true] };
		const error = await errorOf(schedule(fake, message(), entry));
		expect(textOf(error)).toMatch(
			/^It is unknown whether the message was scheduled: .* ended with: Fake cannot/,
		);
		expect(error.details).toMatchObject({ outcomeUnknown: true });
		expect(error.details.hint).toContain('"Get Many"');
		expect(fake.calls.create).toBe(1);
		expect(entry.unresolved).not.toBeNull();
	});

	it('tells a fault of our own as it is', async () => {
		const fake = new FakeScheduler();
		const bug = new TypeError('no such method');
		fake.faults = { create: ['lostTaken'] };
		fake.find = async () => await Promise.reject(bug);
		expect(await errorOf(schedule(fake))).toBe(bug);
	});

	it('says so too where only the second look fails', async () => {
		const fake = new FakeScheduler();
		fake.faults = { create: ['lostNotTaken'], find: [false, true] };
		expect((await errorOf(schedule(fake))).message).toMatch(/^It is unknown/);
		expect(fake.calls.create).toBe(1);
	});

	it('is over with a refusal, of which nothing stays open', async () => {
		for (const create of [['refused'], ['lostNotTaken', 'refused']] as const) {
			const fake = new FakeScheduler();
			const entry = new Entry();
			fake.faults = { create };
			const error = await errorOf(schedule(fake, message(), entry));
			expect(error).toMatchObject({ kind: 'rejected', message: 'Fake rejected the request' });
			expect(entry.unresolved).toBeNull();
			expect(fake.held).toHaveLength(0);
		}
	});

	it('gives up after four creates, but not without a last look', async () => {
		const fake = new FakeScheduler();
		const entry = new Entry();
		const lost = 'lostNotTaken' as const;
		fake.faults = { create: [lost, lost, lost, lost] };
		const error = await errorOf(schedule(fake, message(), entry));
		expect(error).toMatchObject({ kind: 'timedOut', details: { outcomeUnknown: true } });
		expect(fake.calls).toMatchObject({ create: 4, find: 8 });
		expect(entry.unresolved).not.toBeNull();

		const lucky = new FakeScheduler();
		lucky.faults = { create: [lost, lost, lost, 'lostTaken'] };
		expect((await schedule(lucky)).scheduleId).toBe('sched_1');
		expect(lucky.held).toHaveLength(1);
	});
});

describe('what was there before', () => {
	it('is not taken for the message whose answer was lost', async () => {
		const fake = new FakeScheduler();
		fake.hold(message(), { createdAt: iso(fake.clock.ms - 120_001) });
		fake.faults = { create: ['lostNotTaken'] };
		expect((await schedule(fake)).scheduleId).toBe('sched_2');
		expect(fake.held).toHaveLength(2);
	});

	it('may be it where it is minutes old only: clocks are not trusted to within seconds', async () => {
		for (const ageMs of [0, 30_000, 120_000]) {
			const fake = new FakeScheduler();
			const held = fake.hold(message(), { createdAt: iso(fake.clock.ms - ageMs) });
			fake.faults = { create: ['lostNotTaken'] };
			expect((await schedule(fake)).scheduleId).toBe(held.scheduleId);
			expect(fake.held).toHaveLength(1);
		}
	});

	it('is not it where another one was made later: that is the one just made', async () => {
		const fake = new FakeScheduler();
		fake.hold(message(), { createdAt: iso(fake.clock.ms - 30_000) });
		fake.faults = { create: ['lostTaken'] };
		expect((await schedule(fake)).scheduleId).toBe('sched_2');
		expect(fake.calls.create).toBe(1);
	});

	it.each([
		['first', [0, -30_000], 'sched_1'],
		['last', [-30_000, 0], 'sched_2'],
		['after one of unknown age', [null, -30_000], 'sched_2'],
		['before one of unknown age', [-30_000, null], 'sched_1'],
	] as const)('is the newest of several, listed %s', async (_, ages, expected) => {
		const fake = new FakeScheduler();
		for (const age of ages) {
			fake.hold(message(), { createdAt: age === null ? null : iso(fake.clock.ms + age) });
		}
		const entry = new Entry();
		entry.begin({ since: fake.clock.ms, message: message() });
		expect((await schedule(fake, message(), entry)).scheduleId).toBe(expected);
	});

	it('is found though the gateway trims texts and keeps whole seconds', async () => {
		const fake = new FakeScheduler();
		const wanted = message({ text: 'Hello \n', scheduledAt: '2026-02-03T15:00:00.400Z' });
		fake.hold({ ...wanted, text: 'Hello', scheduledAt: '2026-02-03T15:00:01.000Z' });
		fake.faults = { create: ['lostNotTaken'] };
		expect((await schedule(fake, wanted)).scheduleId).toBe('sched_1');
	});

	it('is not searched through where all goes well', async () => {
		const fake = new FakeScheduler();
		fake.hold(message());
		expect((await schedule(fake)).scheduleId).toBe('sched_2');
		expect(fake.calls.find).toBe(0);
	});

	it('does not count where it is cancelled', async () => {
		const fake = new FakeScheduler();
		fake.faults = { create: ['lostNotTaken'] };
		fake.hold(message(), { status: 'cancelled' });
		expect((await schedule(fake)).scheduleId).toBe('sched_2');
	});

	it('counts where it has gone out already', async () => {
		const fake = new FakeScheduler();
		fake.hold(message(), { status: 'sent' });
		const entry = new Entry();
		entry.begin({ since: fake.clock.ms, message: message() });
		expect(await schedule(fake, message(), entry)).toMatchObject({
			scheduleId: 'sched_1',
			status: 'sent',
		});
	});
});

describe('an earlier try', () => {
	it('is found before anything is created, though the parameters now say another time', async () => {
		const fake = new FakeScheduler();
		const entry = new Entry();
		fake.faults = { create: ['lostTaken'], find: [true] };
		await errorOf(schedule(fake, message(), entry));
		await fake.clock.run(fake.clock.sleep(60_000));

		const later = message({ scheduledAt: '2026-02-03T15:01:00.000Z' });
		const held = await schedule(fake, later, entry);
		expect(held).toMatchObject({ scheduleId: 'sched_1', scheduledAt: TIME });
		expect(fake.calls.create).toBe(1);
	});

	it('is made up for with the message of then, where it was not taken', async () => {
		const fake = new FakeScheduler();
		const entry = new Entry();
		fake.faults = { create: ['lostNotTaken'], find: [true] };
		await errorOf(schedule(fake, message(), entry));
		const { since } = entry.unresolved ?? {};
		await fake.clock.run(fake.clock.sleep(60_000));

		fake.faults = { create: [null, 'lostTaken'] };
		const later = message({ scheduledAt: '2026-02-03T15:01:00.000Z', text: 'Hello again' });
		const held = await schedule(fake, later, entry);
		expect(held).toMatchObject({ scheduledAt: TIME, text: 'Hello' });
		expect(fake.held).toHaveLength(1);
		expect(entry.unresolved?.since).toBe(since);
	});

	it('is over where neither its time nor another is possible any more, and the error says so', async () => {
		const over = new InvalidParameterError(
			'Send At',
			'"Send At" has passed.',
			'Give a later time.',
		);
		for (const reason of [over, new TypeError('no such method')]) {
			const fake = new FakeScheduler();
			const entry = new Entry();
			entry.begin({ since: fake.clock.ms, message: message() });
			const renew = () => {
				throw reason;
			};
			const work = fake.store().schedule(message({ text: 'Later' }), entry, { renew });
			const error = await errorOf(fake.clock.run(work));
			if (reason === over) {
				expect(error).toBeInstanceOf(InvalidParameterError);
				expect(error).toMatchObject({ parameter: 'Send At', hint: 'Give a later time.' });
				expect(error.message).toBe(
					`The message is not scheduled: an earlier attempt for ${TIME} did not succeed. "Send At" has passed.`,
				);
			} else expect(error).toBe(reason);
			expect([entry.unresolved, fake.calls.create]).toEqual([null, 0]);
		}
	});

	it('is made up for with what is possible now', async () => {
		const fake = new FakeScheduler();
		const entry = new Entry();
		entry.begin({ since: fake.clock.ms, message: message() });
		const renew = (earlier: MessageToSchedule) => ({ ...earlier, scheduledAt: LATER });
		const work = fake.store().schedule(message({ text: 'Other' }), entry, { renew });
		expect(await fake.clock.run(work)).toMatchObject({ text: 'Hello', scheduledAt: LATER });
	});

	it('asks for no other time where there was none', async () => {
		const fake = new FakeScheduler();
		const renew = () => {
			throw new Error('asked');
		};
		const work = fake.store().schedule(message(), new Entry(), { renew });
		expect(await fake.clock.run(work)).toMatchObject({ scheduledAt: TIME });
	});

	it('stays open where looking for it does not work, with or without reuse', async () => {
		for (const reuseExisting of [false, true]) {
			const fake = new FakeScheduler();
			const entry = new Entry();
			entry.begin({ since: fake.clock.ms, message: message() });
			fake.faults = { find: [true] };
			const work = fake
				.store()
				.schedule(message(), entry, { ifExists: reuseExisting ? 'return' : 'schedule' });
			const error = await errorOf(fake.clock.run(work));
			expect(error.message).toMatch(/^It is unknown/);
			expect(entry.unresolved).not.toBeNull();
			expect(fake.calls.create).toBe(0);
		}
	});
});

describe('reusing what is there', () => {
	const reuse = async (fake: FakeScheduler, count = 1) => {
		const store = fake.store();
		const work = Array.from({ length: count }, async () => {
			const held = await store.schedule(message(), new Entry(), { ifExists: 'return' });
			return held.scheduleId;
		});
		return await fake.clock.run(Promise.all(work));
	};

	it('gives back an equal message that is pending, however old', async () => {
		const fake = new FakeScheduler();
		fake.hold(message(), { createdAt: '2025-01-01T00:00:00.000Z' });
		expect(await reuse(fake)).toEqual(['sched_1']);
		expect(fake.calls.create).toBe(0);
	});

	it.each(['sent', 'cancelled', 'failed', 'unknown'] as const)(
		'does not take one that is %s',
		async (status) => {
			const fake = new FakeScheduler();
			fake.hold(message(), { status });
			expect(await reuse(fake)).toEqual(['sched_2']);
		},
	);

	it.each<[string, Partial<MessageToSchedule>]>([
		['text', { text: 'Hello!' }],
		['time', { scheduledAt: '2026-02-03T15:00:01.000Z' }],
		['recipient', { recipient: parseRecipient('+919988066777') }],
	])('does not take one with another %s', async (_, changes) => {
		const fake = new FakeScheduler();
		fake.hold(message(changes));
		expect(await reuse(fake)).toEqual(['sched_2']);
	});

	it('gives each of several equal items its own', async () => {
		await fc.assert(
			fc.asyncProperty(fc.nat(4), fc.nat(4), async (there, wanted) => {
				const fake = new FakeScheduler();
				for (let count = 0; count < there; count++) fake.hold(message());
				const ids = await reuse(fake, wanted);
				expect(new Set(ids).size).toBe(wanted);
				expect(fake.calls.create).toBe(Math.max(0, wanted - there));
				expect(fake.pending).toHaveLength(Math.max(wanted, there));
			}),
			runs(40, 1_000),
		);
	});

	it('does not work at a gateway that cannot be asked for a message, and says so', async () => {
		const fake = new FakeScheduler();
		Object.assign(fake, { find: undefined });
		const work = fake.store().schedule(message(), new Entry(), { ifExists: 'return' });
		const error = await errorOf(fake.clock.run(work));
		expect([error.kind, fake.calls.create]).toEqual(['unsupported', 0]);
		expect(error.message).toContain('documents no way to find a message');
		fake.faults = { create: ['lostTaken'] };
		const open = await errorOf(schedule(fake));
		expect(open.details).toMatchObject({ outcomeUnknown: true });
		expect(open.details.hint).toMatch(/ended with: The gateway documents no way to find/);
		expect(fake.held).toHaveLength(1);
	});

	it('asks the gateway for what is pending by its content, and for a lost one by what it sent', async () => {
		const fake = new FakeScheduler();
		const asked: unknown[] = [];
		const find = async (_: unknown, __: unknown, { byContent }: { byContent?: boolean }) => {
			asked.push(byContent);
			return await Promise.resolve([]);
		};
		Object.assign(fake, { find });
		fake.faults = { create: ['lostNotTaken'] };
		const work = fake.store().schedule(message(), new Entry(), { ifExists: 'return' });
		await fake.clock.run(work);
		expect(asked).toEqual([true, false, false]);
	});

	it('does not work where looking does not, and nothing is left open then', async () => {
		const fake = new FakeScheduler();
		const entry = new Entry();
		fake.faults = { find: [true] };
		const work = fake.store().schedule(message(), entry, { ifExists: 'return' });
		const error = await errorOf(fake.clock.run(work));
		expect(error).toMatchObject({ kind: 'unreachable', message: 'Fake cannot be reached' });
		expect([entry.unresolved, fake.calls.create]).toEqual([null, 0]);
	});
});

describe('several items', () => {
	it('stay two where they are equal and both answers are lost', async () => {
		for (const create of [
			['lostTaken', 'lostTaken'],
			['lostTaken', 'lostNotTaken'],
			['lostNotTaken', 'lostTaken', 'lostTaken'],
			['lostNotTaken', 'lostNotTaken'],
		] as const) {
			for (const tellsCreation of [true, false]) {
				const fake = new FakeScheduler({ tellsCreation });
				fake.faults = { create };
				const store = fake.store();
				const both = [0, 1].map(async () => await store.schedule(message(), new Entry()));
				const ids = (await fake.clock.run(Promise.all(both))).map(({ scheduleId }) => scheduleId);
				expect(new Set(ids).size).toBe(2);
				expect(fake.held.map(({ scheduleId }) => scheduleId).sort()).toEqual([...ids].sort());
			}
		}
	});

	it('stay two where only spaces around the text differ, which gateways trim', async () => {
		for (const create of [
			['lostTaken', 'lostNotTaken'],
			['lostTaken', 'lostTaken'],
		] as const) {
			const fake = new FakeScheduler();
			fake.faults = { create };
			const store = fake.store();
			const both = ['Hello', ' Hello\n'].map(
				async (text) => await store.schedule(message({ text }), new Entry()),
			);
			const held = await fake.clock.run(Promise.all(both));
			expect(new Set(held.map(({ scheduleId }) => scheduleId)).size).toBe(2);
			expect(fake.held).toHaveLength(2);
		}
	});

	it('stay two where only the media differs and the gateway does not tell it', async () => {
		for (const create of [
			['lostTaken', 'lostNotTaken'],
			['lostNotTaken', 'lostTaken', null],
			['lostTaken', 'lostTaken'],
		] as const) {
			const fake = new FakeScheduler({ tellsMedia: false });
			fake.faults = { create };
			const store = fake.store();
			const both = ['a', 'b'].map(async (name) => {
				const mediaUrl = `https://example.com/${name}.jpg`;
				const wanted = message({ type: 'image', text: null, mediaUrl });
				return await store.schedule(wanted, new Entry());
			});
			const held = await fake.clock.run(Promise.all(both));
			expect(new Set(held.map(({ scheduleId }) => scheduleId)).size).toBe(2);
			expect(fake.held).toHaveLength(2);
		}
	});

	it.each<[string, (index: number) => Partial<MessageToSchedule>]>([
		['another text', (index) => ({ text: `${index}` })],
		['another number', (index) => ({ recipient: parseRecipient(`+9199880667${70 + index}`) })],
		[
			'another group',
			(index) => ({ recipient: parseRecipient(`1203630393261171${70 + index}@g.us`) }),
		],
	])('do not wait for each other where they have %s', async (_, changes) => {
		const fake = new FakeScheduler();
		const store = fake.store();
		const start = fake.clock.ms;
		const all = Array.from(
			{ length: 20 },
			async (__, index) => await store.schedule(message(changes(index)), new Entry()),
		);
		await fake.clock.run(Promise.all(all));
		expect(fake.clock.ms - start).toBe(12);
	});
});

/** Runs a node over its items, again and again as Retry On Fail does, until all went well. */
async function runUntilDone(
	fake: FakeScheduler,
	items: readonly MessageToSchedule[],
	reuseExisting: boolean,
): Promise<{ ids: string[]; tries: number }> {
	const entries = items.map(() => new Entry());
	const ids: Array<string | undefined> = items.map(() => undefined);
	for (let tries = 1; tries <= 40; tries++) {
		const assigned = new AssignedMessages();
		for (const id of ids) if (id !== undefined) assigned.assign(id);
		const store = fake.store(assigned);
		const work = items.map(async (item, index) => {
			if (ids[index] !== undefined) return;
			const held = await store.schedule(item, entries[index], {
				ifExists: reuseExisting ? 'return' : 'schedule',
			});
			expect(held.text).toBe(item.text);
			ids[index] = held.scheduleId;
		});
		await Promise.allSettled(work);
		if (ids.every((id) => id !== undefined)) return { ids: ids as string[], tries };
		await fake.clock.sleep(1_000);
	}
	throw new Error('never done');
}

it('schedules each wanted message exactly once, whatever fails', async () => {
	const create = fc.array(fc.option(fc.constantFrom(...CREATE_FAULTS), { freq: 3 }), {
		maxLength: 30,
	});
	const find = fc.array(fc.boolean(), { maxLength: 20 });
	const course = fc.record({
		items: fc.array(fc.constantFrom('Hello', 'Good morning', 'Good night'), {
			minLength: 1,
			maxLength: 6,
		}),
		older: fc.array(fc.constantFrom('Hello', 'Good morning'), { maxLength: 3 }),
		tellsCreation: fc.boolean(),
		listedAfterMs: fc.constantFrom(0, 0, 900, 1_900),
		create,
		find,
	});
	let faulty = 0;
	await fc.assert(
		fc.asyncProperty(course, async ({ items, older, create, find, ...options }) => {
			const fake = new FakeScheduler(options);
			// Of older messages nothing tells them apart where the gateway does not say when it made them.
			const before = (options.tellsCreation ? older : []).map((text) =>
				fake.hold(message({ text }), { createdAt: iso(fake.clock.ms - 120_001) }),
			);
			fake.faults = { create, find };
			const wanted = items.map((text) => message({ text }));
			const { ids, tries } = await fake.clock.run(runUntilDone(fake, wanted, false));
			if (tries > 1) faulty++;

			const made = fake.held.slice(before.length);
			expect(made).toHaveLength(wanted.length);
			expect([...ids].sort()).toEqual(made.map(({ scheduleId }) => scheduleId).sort());
			const textOf = new Map(made.map(({ scheduleId, text }) => [scheduleId, text]));
			expect(ids.map((id) => textOf.get(id))).toEqual(items);
		}),
		runs(400),
	);
	expect(faulty).toBeGreaterThan(50);
});

it('has as many equal messages pending as are wanted, whatever fails, where it reuses', async () => {
	const course = fc.record({
		wanted: fc.integer({ min: 1, max: 4 }),
		there: fc.nat(3),
		create: fc.array(fc.option(fc.constantFrom(...CREATE_FAULTS)), { maxLength: 10 }),
		find: fc.array(fc.boolean(), { maxLength: 10 }),
	});
	await fc.assert(
		fc.asyncProperty(course, async ({ wanted, there, create, find }) => {
			const fake = new FakeScheduler();
			for (let count = 0; count < there; count++) {
				fake.hold(message(), { createdAt: iso(fake.clock.ms - 120_001) });
			}
			fake.faults = { create, find };
			const items = Array.from({ length: wanted }, () => message());
			const { ids } = await fake.clock.run(runUntilDone(fake, items, true));
			expect(new Set(ids).size).toBe(wanted);
			expect(fake.pending).toHaveLength(Math.max(wanted, there));
		}),
		runs(200),
	);
});
