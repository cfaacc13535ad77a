import { textOf } from '../../gateways/transport/gatewayError';
import { GatewayError } from '../../gateways/transport/gatewayError';
import { chatWhatsApp } from '../../gateways/chatWhatsApp';
import type { Gateway, ListFilter } from '../../gateways/gateway';
import type { MessageToSchedule } from '../../messages/message';
import { parseRecipient } from '../../messages/recipient';
import { AssignedMessages } from '../../stores/assignedMessages';
import { KeyedMutex } from '../../stores/keyedMutex';
import { createGatewayStore, type GatewayStoreOptions } from '../../stores/gatewayStore';
import { notPending } from '../../gateways/notPending';
import type { ScheduleOptions } from '../../stores/store';
import { Entry, errorOf, FakeScheduler, iso, message, type Faults } from './fakeScheduler.mts';

const scheduling = (fake: FakeScheduler) => fake.gateway.capabilities.scheduling!;

/** The store of a gateway that can do other things than the fake. */
const storeOf = (
	{ gateway, connection, clock }: FakeScheduler,
	capabilities: Partial<Gateway['capabilities']>,
	options: Partial<GatewayStoreOptions> = {},
) =>
	createGatewayStore(
		{ ...gateway, capabilities: { ...gateway.capabilities, ...capabilities } },
		connection,
		{ assigned: new AssignedMessages(), mutex: new KeyedMutex(), sleep: clock.sleep, ...options },
	);

it('has the limits of the gateway, and refuses what it does not schedule', () => {
	const fake = new FakeScheduler();
	const store = fake.store();
	expect(store.limits).toEqual({
		label: 'Fake',
		minLeadMs: 60_000,
		maxLeadMs: 30 * 86_400_000,
	});
	expect(() => store.assertAccepts(message())).not.toThrow();
	expect(() => store.assertAccepts(message({ type: 'audio' }))).toThrow(
		'Fake schedules text and image, but not audio',
	);
});

it('is not there where the gateway has no scheduler', () => {
	const fake = new FakeScheduler();
	const options = {
		assigned: new AssignedMessages(),
		mutex: new KeyedMutex(),
		sleep: fake.clock.sleep,
	};
	const capabilities = { ...chatWhatsApp.capabilities, scheduling: null };
	for (const changes of [{ scheduler: undefined }, { capabilities }]) {
		const gateway = { ...fake.gateway, ...changes };
		expect(() => createGatewayStore(gateway, fake.connection, options)).toThrow(
			'Fake has no scheduler of its own',
		);
	}
});

describe('getting one', () => {
	it('gives it', async () => {
		const fake = new FakeScheduler();
		const held = fake.hold(message());
		expect(await fake.clock.run(fake.store().get('sched_1'))).toEqual(held);
	});

	it('says that it is not there, and what a restart of the gateway does', async () => {
		const fake = new FakeScheduler();
		const error = await errorOf(fake.clock.run(fake.store().get('x'.repeat(500))));
		expect(error).toBeInstanceOf(GatewayError);
		expect(error.kind).toBe('notFound');
		expect(error.message).toMatch(/^Fake has no scheduled message with the id "x{80}…"$/);
		expect(error.details.hint).toMatch(/in memory only: after a restart .* lost and not sent\.$/);
	});

	it('says of a durable gateway how to find the id, and nothing of restarts', async () => {
		const fake = new FakeScheduler();
		const store = storeOf(fake, { scheduling: { ...scheduling(fake), isDurable: true } });
		const { hint } = (await errorOf(fake.clock.run(store.get('sched_1')))).details;
		expect(hint).toMatch(/list the pending ones with the operation "Get Many"/);
		expect(hint).not.toMatch(/memory|restart/);
	});

	it('says that an id of the form of a Data Table’s is in none of these either', async () => {
		const fake = new FakeScheduler();
		const error = await errorOf(fake.clock.run(fake.store().get(message().idempotencyKey)));
		expect([error.kind, error.details.status]).toEqual(['notFound', 404]);
		expect(error.message).toMatch(/^Neither Fake nor a Data Table .* "3b1f9a52-[0-9a-f-]+"$/);
		expect(error.details.hint).toMatch(/column "schedule_id"/);
	});

	it('tells other faults as they are', async () => {
		const fake = new FakeScheduler();
		fake.faults = { get: [true] };
		const error = await errorOf(fake.clock.run(fake.store().get('sched_1')));
		expect([error.kind, error.message]).toEqual(['unreachable', 'Fake cannot be reached']);
	});
});

describe('listing', () => {
	const held = () => {
		const fake = new FakeScheduler();
		fake.hold(message({ scheduledAt: '2026-02-03T15:00:00.000Z' }));
		fake.hold(message({ scheduledAt: '2026-02-01T15:00:00.000Z' }), { status: 'cancelled' });
		fake.hold(message({ scheduledAt: '2026-02-02T15:00:00.000Z' }), {
			recipient: { address: '14155238886@c.us', phone: '+14155238886', kind: 'phone' },
		});
		fake.hold(message({ scheduledAt: '2026-02-03T15:00:00.000Z' }));
		return fake;
	};

	it.each<[string, Parameters<ReturnType<FakeScheduler['store']>['list']>[0], string[]]>([
		['nothing: all, the earliest first', {}, ['2', '3', '1', '4']],
		['the status', { status: 'scheduled' }, ['3', '1', '4']],
		['a recipient in any form', { recipient: parseRecipient('1-415-523-8886') }, ['3']],
		['a time, included', { scheduledAfter: '2026-02-02T15:00:00.000Z' }, ['3', '1', '4']],
		['an end, included', { scheduledBefore: '2026-02-02T15:00:00.000Z' }, ['2', '3']],
		[
			'all of them',
			{
				status: 'scheduled',
				recipient: parseRecipient('+919988066776'),
				scheduledAfter: '2026-02-03T00:00:00.000Z',
				scheduledBefore: '2026-02-04T00:00:00.000Z',
			},
			['1', '4'],
		],
		['what nothing is', { status: 'sent' }, []],
	])('filters by %s', async (_, filter, expected) => {
		const fake = held();
		const list = await fake.clock.run(fake.store().list(filter));
		expect(list.map(({ scheduleId }) => scheduleId)).toEqual(expected.map((id) => `sched_${id}`));
	});
});

describe('listing by what a gateway does not tell', () => {
	const time = '2026-02-03T00:00:00.000Z';

	it.each<[ListFilter, string]>([
		[{ group: 'spring' }, 'Group'],
		[{ notDeliveredSince: time }, 'Not Delivered For'],
		[{ reference: 'order-7' }, 'Reference'],
	])('is rejected before any request, rather than empty: %j', async (filter, name) => {
		const fake = new FakeScheduler();
		fake.list = async () => await Promise.reject(new Error('asked'));
		const error = await errorOf(storeOf(fake, { returnsReference: false }).list(filter));
		expect(error.kind).toBe('unsupported');
		expect(error.message).toMatch(new RegExp(`^The scheduler of Fake .*by "${name}"$`));
		expect(error.details.hint).toContain(`Remove the filter "${name}"`);
	});

	it('filters by the reference where the gateway keeps it', async () => {
		const fake = new FakeScheduler();
		fake.hold(message(), { reference: 'order-6' });
		fake.hold(message(), { reference: 'order-7' });
		const store = storeOf(fake, { returnsReference: true });
		const listed = await fake.clock.run(store.list({ reference: 'order-7' }));
		expect(listed.map(({ scheduleId }) => scheduleId)).toEqual(['sched_2']);
	});

	it('says what to use where the gateway lists nothing', async () => {
		const fake = new FakeScheduler();
		Object.assign(fake, { list: undefined });
		const error = await errorOf(fake.store().list({}));
		expect([error.kind, error.message]).toEqual([
			'unsupported',
			'Fake documents no list of its scheduled messages',
		]);
		expect(error.details.hint).toContain('operation "Get"');
	});
});

describe('listing what a gateway tells no time of', () => {
	const unknown = () => {
		const fake = new FakeScheduler();
		fake.hold(message(), { scheduledAt: null });
		return fake;
	};

	it('lists it', async () => {
		const fake = unknown();
		expect(await fake.clock.run(fake.store().list({}))).toMatchObject([{ scheduledAt: null }]);
	});

	it.each(['scheduledAfter', 'scheduledBefore'])('rejects the filter %s', async (filter) => {
		const fake = unknown();
		// One whose time is known does not change that.
		fake.hold(message());
		const error = await errorOf(
			fake.clock.run(fake.store().list({ [filter]: '2026-02-03T00:00:00.000Z' })),
		);
		expect(error.message).toMatch(/does not tell when .* cannot be filtered by time$/);
	});
});

describe('cancelling', () => {
	const cancel = async (faults: Faults, options: { cancelsBy?: 'delete' } = {}) => {
		const fake = new FakeScheduler(options);
		fake.hold(message());
		fake.faults = faults;
		const work = async () => await fake.clock.run(fake.store().cancel('sched_1'));
		return { fake, work };
	};

	it('cancels what is pending', async () => {
		const { fake, work } = await cancel({});
		expect(await work()).toMatchObject({
			cancelled: true,
			message: { scheduleId: 'sched_1', status: 'cancelled', gatewayStatus: null },
		});
		expect(fake.pending).toHaveLength(0);
	});

	it('twice is told apart from once, and asks nothing of the gateway but how it is', async () => {
		const { fake, work } = await cancel({});
		await work();
		expect(await work()).toMatchObject({ cancelled: false, message: { status: 'cancelled' } });
		expect(fake.calls.cancel).toBe(1);
	});

	it('tells that it was too late', async () => {
		const { fake, work } = await cancel({ cancel: ['sentMeanwhile'] });
		expect(await work()).toMatchObject({ cancelled: false, message: { status: 'sent' } });
		expect(fake.held[0].status).toBe('sent');
	});

	it('is done where the answer was lost but the gateway did it', async () => {
		const { work } = await cancel({ cancel: ['lostTaken'] });
		expect(await work()).toMatchObject({ cancelled: true, message: { status: 'cancelled' } });
	});

	it.each([
		['lostNotTaken', 'timedOut'],
		['refused', 'rejected'],
	] as const)('fails where it is still pending after it was %s', async (fault, kind) => {
		const { fake, work } = await cancel({ cancel: [fault] });
		expect((await errorOf(work())).kind).toBe(kind);
		expect(fake.pending).toHaveLength(1);
		// The next try goes well.
		expect(await work()).toMatchObject({ cancelled: true });
	});

	it.each(['lostTaken', 'lostNotTaken', 'refused'] as const)(
		'says that nobody knows, where it was %s and asking fails too',
		async (fault) => {
			const { work } = await cancel({ cancel: [fault], get: [false, true] });
			const error = await errorOf(work());
			expect(textOf(error)).toMatch(
				/^It is unknown whether the scheduled message "sched_1" was cancelled: .*\. Check with "Get Many" .* ended with: Fake /,
			);
			expect(error.details).toMatchObject({ outcomeUnknown: true });
			expect(error.details.hint).toContain('"Get Many"');
		},
	);

	it('says the same where the gateway has forgotten it in between', async () => {
		const { work } = await cancel({ cancel: ['lostTaken'], get: [false, 'forgotten'] });
		expect((await errorOf(work())).message).toMatch(/^It is unknown/);
	});

	it('of what is not there says so, and asks nothing more', async () => {
		const { fake, work } = await cancel({ get: ['forgotten'] });
		expect((await errorOf(work())).kind).toBe('notFound');
		expect(fake.calls.cancel).toBe(0);
	});

	it('needs the consent of the user where the gateway only deletes', async () => {
		const { fake, work } = await cancel({}, { cancelsBy: 'delete' });
		const error = await errorOf(work());
		expect([error.kind, error.details.hint]).toEqual([
			'unsupported',
			'To delete the message instead, turn on "Allow Deletion" under Options.',
		]);
		expect(fake.calls).toEqual({ create: 0, cancel: 0, find: 0, get: 0 });
		const consented = fake.store().cancel('sched_1', { allowDeletion: true });
		expect(await fake.clock.run(consented)).toMatchObject({ cancelled: true });
	});
});

it.each([
	['cancelled', 'it is already cancelled (Fake: "word")'],
	['failed', 'it could not be sent (Fake: "word")'],
	['deleted', 'it was deleted (Fake: "word")'],
	['expired', 'it expired (Fake: "word")'],
	['unknown', 'its status is unknown (Fake: "word")'],
	['queued', 'it is already being sent or was sent (Fake: "word")'],
	['sent', 'it is already being sent or was sent (Fake: "word")'],
	['read', 'it is already being sent or was sent (Fake: "word")'],
] as const)('a message that is %s can no longer be changed, and why', (status, why) => {
	const fake = new FakeScheduler();
	const held = fake.hold(message(), { status, gatewayStatus: 'word', createdAt: iso(0) });
	const error = notPending(fake.gateway.label, held, 'cancelled');
	expect([error.kind, error.message]).toEqual([
		'notPending',
		`The scheduled message "sched_1" can no longer be cancelled: ${why}`,
	]);
	const wordless = notPending(fake.gateway.label, { ...held, gatewayStatus: null }, 'moved');
	expect(wordless.message).toMatch(/be moved: [a-z ]+$/);
});

describe('a cancel that is tried again', () => {
	const cancel = async (fake: FakeScheduler, entry: Entry, cancelsBy = false) =>
		await fake.clock.run(fake.store().cancel('sched_1', { allowDeletion: cancelsBy }, entry));
	const holding = (faults: FakeScheduler['faults']) => {
		const fake = new FakeScheduler();
		fake.hold(message());
		fake.faults = faults;
		return fake;
	};

	it('is told as done where only its response was lost', async () => {
		const fake = holding({ cancel: ['lostTaken'], get: [false, true] });
		const entry = new Entry();
		expect((await errorOf(cancel(fake, entry))).message).toMatch(/^It is unknown whether/);
		expect(await cancel(fake, entry)).toMatchObject({
			cancelled: true,
			message: { scheduleId: 'sched_1', status: 'cancelled' },
		});
		expect(fake.calls.cancel).toBe(1);
	});

	it('is told as done where the gateway keeps no record of what it deleted', async () => {
		const fake = holding({ cancel: ['lostTaken'], get: [false, true] });
		const entry = new Entry();
		await errorOf(cancel(fake, entry));
		fake.held = [];
		expect(await cancel(fake, entry)).toMatchObject({
			cancelled: true,
			message: { scheduleId: 'sched_1', status: 'cancelled', text: 'Hello' },
		});
	});

	it('is not told as done where it was refused, and somebody else cancelled it', async () => {
		const fake = holding({ cancel: ['refused'] });
		const entry = new Entry();
		expect((await errorOf(cancel(fake, entry))).kind).toBe('rejected');
		expect(entry.unresolved).toBeNull();
		fake.held = fake.held.map((one) => ({ ...one, status: 'cancelled' as const }));
		expect(await cancel(fake, entry)).toMatchObject({ cancelled: false });
	});

	it('is told as done where it was lost on the way, and the message is cancelled then', async () => {
		const fake = holding({ cancel: ['lostNotTaken'] });
		const entry = new Entry();
		expect((await errorOf(cancel(fake, entry))).kind).toBe('timedOut');
		fake.held = fake.held.map((one) => ({ ...one, status: 'cancelled' as const }));
		expect(await cancel(fake, entry)).toMatchObject({ cancelled: true });
		expect(entry.unresolved).toBeNull();
	});

	it('is not told as done where the message has gone out', async () => {
		const fake = holding({ cancel: ['lostNotTaken'] });
		const entry = new Entry();
		await errorOf(cancel(fake, entry));
		fake.held = fake.held.map((one) => ({ ...one, status: 'sent' as const }));
		expect(await cancel(fake, entry)).toMatchObject({
			cancelled: false,
			message: { status: 'sent' },
		});
	});

	it('tells a fault of our own as it is', async () => {
		const fake = holding({});
		const bug = new TypeError('no such method');
		fake.cancel = async () => {
			fake.get = async () => await Promise.reject(bug);
			return await Promise.reject(bug);
		};
		expect(await errorOf(cancel(fake, new Entry()))).toBe(bug);
	});

	it('is still unknown where asking does not work', async () => {
		const fake = holding({ cancel: ['lostTaken'], get: [false, true, true] });
		const entry = new Entry();
		await errorOf(cancel(fake, entry));
		expect((await errorOf(cancel(fake, entry))).message).toMatch(/^It is unknown whether/);
		expect(entry.unresolved).not.toBeNull();
	});
});

describe('a deduplication key where n8n has no Data Tables', () => {
	const LATER = '2026-02-04T15:00:00.000Z';
	/** A gateway that keeps references, and finds by them. */
	const finding = () => {
		const fake = new FakeScheduler();
		const { schedule } = fake;
		fake.schedule = async (connection, wanted) => {
			const { scheduleId } = await schedule.call(fake, connection, wanted);
			const { reference } = wanted;
			fake.held = fake.held.map((one) =>
				one.scheduleId === scheduleId ? { ...one, reference } : one,
			);
			return await fake.get(connection, scheduleId);
		};
		fake.find = async (_, { reference }) => {
			fake.calls.find++;
			return fake.held.filter((one) => one.reference === reference);
		};
		return fake;
	};
	const keyed = (changes: Partial<MessageToSchedule> = {}) =>
		message({ deduplicationKey: 'order-7', ...changes });
	const schedule = async (
		fake: FakeScheduler,
		wanted: MessageToSchedule,
		options: ScheduleOptions = {},
		entry = new Entry(),
		keys: GatewayStoreOptions['keys'] = undefined,
	) => {
		const store = storeOf(fake, { returnsReference: true, scheduling: scheduling(fake) }, { keys });
		return await fake.clock.run(store.schedule(wanted, entry, options));
	};
	const unable = (kind: 'unsupported' | 'unavailable'): GatewayStoreOptions['keys'] => ({
		staleMs: 60_000,
		ledger: async () => await Promise.reject(new GatewayError(kind, 'No Data Tables')),
	});

	it.each([
		['without access to them', undefined],
		['in an old n8n', unable('unsupported')],
	])('is the reference, which finds the message again: %s', async (_, keys) => {
		const fake = finding();
		const first = await schedule(fake, keyed(), {}, new Entry(), keys);
		expect(first).toMatchObject({ scheduleId: 'sched_1', reference: 'order-7' });
		const changed = keyed({ text: 'New', scheduledAt: LATER });
		const again = await schedule(fake, changed, { ifExists: 'return' }, new Entry(), keys);
		expect(again).toMatchObject({ scheduleId: 'sched_1', text: 'Hello' });
		await schedule(fake, keyed({ deduplicationKey: 'order-8' }), {}, new Entry(), keys);
		expect(fake.pending.map(({ reference }) => reference)).toEqual(['order-7', 'order-8']);
	});

	it('is no reason to create a message where the tables are there and cannot be read now', async () => {
		const fake = finding();
		const work = schedule(fake, keyed(), {}, new Entry(), unable('unavailable'));
		expect(await errorOf(work)).toMatchObject({ kind: 'unavailable', message: 'No Data Tables' });
		expect(fake.calls.create).toBe(0);
	});

	it('refuses where it is told to, and names the key', async () => {
		const fake = finding();
		await schedule(fake, keyed());
		const error = await errorOf(schedule(fake, keyed(), { ifExists: 'reject' }));
		expect(error.message).toMatch(/^"Deduplication Key" is "order-7", .* message: scheduled/);
		expect(fake.calls.create).toBe(1);
	});

	it('replaces content and time while the message is pending, and not once it is sent', async () => {
		const fake = finding();
		await schedule(fake, keyed());
		const changed = keyed({ text: 'New', scheduledAt: LATER });
		const replaced = await schedule(fake, changed, { ifExists: 'replace' });
		expect(replaced).toMatchObject({ text: 'New', scheduledAt: LATER, reference: 'order-7' });
		expect(fake.pending).toMatchObject([{ text: 'New', scheduledAt: LATER }]);
		fake.held = fake.held.map((one) =>
			one.status === 'scheduled' ? { ...one, status: 'sent' as const } : one,
		);
		const late = await schedule(fake, keyed({ text: 'Late' }), { ifExists: 'replace' });
		expect(late).toMatchObject({ text: 'New', status: 'sent' });
	});

	it('is that of the replacement, though the gateway still lists what was cancelled for it', async () => {
		const fake = finding();
		await schedule(fake, keyed());
		const replace = { ifExists: 'replace' } as const;
		await schedule(fake, keyed({ text: 'New' }), replace);
		expect(await schedule(fake, keyed())).toMatchObject({ scheduleId: 'sched_2', text: 'New' });
		await schedule(fake, keyed({ text: 'Newer' }), replace);
		expect(fake.pending.map(({ text }) => text)).toEqual(['Newer']);
		// And what a person cancelled has its key for ever.
		await fake.clock.run(fake.store().cancel('sched_3'));
		expect(await schedule(fake, keyed())).toMatchObject({ status: 'cancelled' });
		expect(fake.pending).toEqual([]);
	});

	it('deletes a message to replace it only where the user consents', async () => {
		const fake = finding();
		const only = new FakeScheduler({ cancelsBy: 'delete' });
		Object.assign(fake, { gateway: { ...only.gateway, scheduler: fake } });
		await schedule(fake, keyed());
		const changed = keyed({ text: 'New' });
		const error = await errorOf(schedule(fake, changed, { ifExists: 'replace' }));
		expect(error.details.hint).toContain('"Allow Deletion"');
		const options = { ifExists: 'replace', allowDeletion: true } as const;
		expect(await schedule(fake, changed, options)).toMatchObject({ text: 'New' });
	});

	it('does not take for another’s what the item itself has created', async () => {
		const fake = finding();
		const entry = new Entry();
		const { find } = fake;
		fake.faults = { create: ['lostTaken'] };
		fake.find = async (...args) => {
			if (fake.calls.create > 0) throw new GatewayError('unreachable', 'Fake cannot be reached');
			return await find(...args);
		};
		await errorOf(schedule(fake, keyed(), { ifExists: 'reject' }, entry));
		fake.find = async () => await Promise.resolve(fake.held);
		expect(await schedule(fake, keyed(), { ifExists: 'reject' }, entry)).toMatchObject({
			scheduleId: 'sched_1',
		});
		expect(fake.calls.create).toBe(1);
	});

	it('is not possible where the gateway cannot be asked for a reference', async () => {
		const fake = finding();
		Object.assign(fake, { find: undefined });
		// A reference of the user's that happens to be the key changes nothing.
		for (const wanted of [keyed(), keyed({ reference: 'order-7' })]) {
			const error = await errorOf(schedule(fake, wanted));
			expect(error.kind).toBe('unsupported');
			expect(error.message).toContain('Fake does not store a key with a message');
			expect(error.details.hint).toContain('leave "Deduplication Key" empty');
		}
		expect(fake.calls.create).toBe(0);
	});

	it('is not possible where the gateway keeps no reference, though the user’s is the key', async () => {
		const fake = new FakeScheduler();
		const wanted = keyed({ reference: 'order-7' });
		const error = await errorOf(fake.clock.run(fake.store().schedule(wanted, new Entry())));
		expect(error.message).toContain('Fake does not store a key with a message');
		expect(fake.calls.create).toBe(0);
	});
});
