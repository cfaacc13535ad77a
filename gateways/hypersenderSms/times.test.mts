import fc from 'fast-check';
import { hypersenderSms } from '.';
import { toScheduledMessage, toSentMessage } from './records';
import { instantAt } from './times';
import { webhooksOf } from '../../test/fixtures.mts';
import { receivedAt } from './testValues.mts';
import { record } from './testVendor.mts';

interface Sample {
	event: string;
	data: Record<string, unknown> & { id: string };
}

const samples = webhooksOf('hypersenderSms').map(([, body]) => body as Sample);

/**
 * The time that a UUID of the vendor carries: Laravel orders them by their first 48 bits, units of 10 µs
 * since 1970. To the second, as the vendor tells times.
 */
function timeOf(uuid: string): string {
	const ms = Number.parseInt(uuid.replaceAll('-', '').slice(0, 12), 16) / 100;
	return new Date(Math.floor(ms / 1000) * 1000).toISOString();
}

const uuidAt = (ms: number) => {
	const hex = (ms * 100).toString(16).padStart(12, '0');
	return `${hex.slice(0, 8)}-${hex.slice(8)}-4d3b-8f2c-ab2db1a030f0`;
};

describe('an id that carries a time agrees with', () => {
	const withBoth = samples.filter(({ data }) => data.created_at && data.id);

	it('is so in most samples, or this says nothing', () => {
		expect(withBoth.length).toBeGreaterThanOrEqual(7);
	});

	it.each(withBoth.map((sample) => [sample.event, sample] as const))(
		'created_at of the sample %s',
		(_, { data }) => {
			expect(instantAt(data, 'created_at')).toBe(timeOf(data.id));
		},
	);

	it("a phone's created_at in the sample of a scheduled message", () => {
		const sample = samples.find(({ event }) => event === 'message.notification.scheduled')!;
		const phone = sample.data.phone as Sample['data'];
		expect(instantAt(phone, 'created_at')).toBe(timeOf(phone.id));
	});

	it('createdAt and acceptedAt, whatever zone the phone is in', () => {
		const times = fc.date({
			min: new Date('2001-01-01T00:00:00Z'),
			// 48 bits of 10 µs end in March 2059.
			max: new Date('2058-12-31T00:00:00Z'),
			noInvalidDate: true,
		});
		const zones = fc.constantFrom('GMT+2', 'Africa/Cairo', 'Asia/Kolkata', 'UTC', 'Mars', null);
		fc.assert(
			fc.property(times, zones, (made, timezone) => {
				const created_at = made.toISOString().slice(0, 19).replace('T', ' ');
				const id = uuidAt(made.getTime());
				const body = record({ id, created_at, timezone });
				expect(toScheduledMessage(body, 'x')?.createdAt).toBe(timeOf(id));
				expect(toSentMessage(body, 'x')?.acceptedAt).toBe(timeOf(id));
			}),
		);
	});
});

it('no event of the samples is before its message was made, nor a scheduled one due before', () => {
	const told = samples
		.flatMap((body) => hypersenderSms.parseWebhook(body, { receivedAt }))
		.filter(({ occurredAt }) => occurredAt !== null);
	expect(told.length).toBeGreaterThanOrEqual(4);
	for (const { occurredAt, messageId } of told) {
		expect(Date.parse(occurredAt!)).toBeGreaterThanOrEqual(Date.parse(timeOf(messageId!)));
	}
	for (const { data } of samples.filter((sample) => sample.data.schedule_send_at)) {
		const due = instantAt(data, 'schedule_send_at')!;
		expect(Date.parse(due)).toBeGreaterThan(Date.parse(timeOf(data.id)));
	}
});
