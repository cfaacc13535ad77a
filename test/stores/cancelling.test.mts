import { matchesMessage } from '../../messages/scheduledMessage';
import { toMessage } from '../../stores/cancelling';
import { Entry, errorOf, FakeScheduler, message } from './fakeScheduler.mts';

const untold = () => {
	const fake = new FakeScheduler();
	const held = fake.hold(message(), {
		recipient: null,
		scheduledAt: null,
		raw: { id: 'sched_1', much: 'more' },
	});
	return { fake, held };
};

it('cancels what the gateway tells neither recipient nor time of, also where the answer is lost', async () => {
	const { fake } = untold();
	const entry = new Entry();
	const cancel = async () => await fake.clock.run(fake.store().cancel('sched_1', {}, entry));
	fake.faults = { cancel: ['lostTaken'], get: [false, true] };
	const start = fake.clock.ms;
	await errorOf(cancel());
	expect(entry.unresolved).toMatchObject({ currentId: 'sched_1', since: start + 3 });
	// The vendor's record, which may be large, is not saved with the execution.
	expect(JSON.stringify(entry.unresolved)).not.toContain('more');
	fake.held = [];
	expect(await cancel()).toMatchObject({
		cancelled: true,
		message: { scheduleId: 'sched_1', status: 'cancelled', recipient: null, scheduledAt: null },
	});
});

it('takes no message for one of which recipient or time is not known', () => {
	const { fake, held } = untold();
	const known = fake.hold(message());
	for (const record of [
		{ ...held, scheduledAt: known.scheduledAt },
		{ ...held, recipient: known.recipient },
	]) {
		for (const other of [
			known,
			held,
			{ ...known, recipient: { ...known.recipient!, phone: null } },
		])
			expect(matchesMessage(other, toMessage(record, 'item-1'))).toBe(false);
	}
	expect(toMessage(held, 'item-1')).toMatchObject({
		recipient: { address: '', phone: null, kind: 'unknown' },
		scheduledAt: '',
		text: 'Hello',
	});
	expect(matchesMessage(known, toMessage(known, 'item-1'))).toBe(true);
	expect(toMessage(known, 'item-1').idempotencyKey).toBe('item-1');
});
