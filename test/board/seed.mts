import { formatTemplate } from '../../messages/template';
import type { Values } from '../../stores/table/columns';
import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from '../../messages/duration';
import { seededRandom } from '../../sandbox/random.mts';

/** Sunday, 22 November 2026, 09:24 in Berlin. */
export const NOW = Date.parse('2026-11-22T08:24:00.000Z');
export const ZONE = 'Europe/Berlin';

/** What a seeded row says of itself, beside the columns that a store writes. */
export interface Seeded extends Values {
	readonly id: number;
	readonly createdAt: string;
	readonly updatedAt: string;
}

const iso = (ms: number) => new Date(ms).toISOString();

const TEXTS = [
	'Your appointment is tomorrow at 10:30. Reply YES to confirm.',
	'Your order has left our warehouse and arrives on Tuesday.',
	'Your table for four is ready at seven. See you!',
	'Reminder: your invoice is due on Friday.',
	'Happy birthday! This week, 15 % off for you.',
];
const REASONS = [
	'The recipient is not on WhatsApp',
	'More than 24 hours have passed since the customer last replied',
	'Message undeliverable',
	'The gateway did not respond within 30 seconds',
	'Number 4915112345678 is not valid',
	null,
];

/**
 * Rows of a shop's table, the same for the same seed: a past that is done, today's, and what waits for
 * the next three weeks. `rows` gives how many; every hundredth has something odd about it.
 */
export function seededRows(count: number, seed = 1): Seeded[] {
	const random = seededRandom(seed);
	const pick = <T,>(list: readonly T[]): T => list[Math.floor(random() * list.length)];
	return Array.from({ length: count }, (_, index): Seeded => {
		const at = NOW + timeOfDay(random);
		const status = at > NOW ? futureStatus(random) : pastStatus(random, at);
		const sentAt = at + random() ** 4 * 90 * SECOND_MS;
		const isSent = ['queued', 'sent', 'delivered', 'read', 'played'].includes(status);
		const isFailure = ['failed', 'expired', 'unconfirmed'].includes(status);
		const account = pick(['main', 'main', 'main', 'second']);
		return {
			id: index + 1,
			createdAt: iso(at - (1 + random() * 9) * DAY_MS),
			updatedAt: iso(at > NOW ? NOW - random() * 20 * DAY_MS : sentAt + random() * HOUR_MS),
			schedule_id: `0fa5e6c0-98d1-4c5e-9b1a-${index.toString(16).padStart(12, '0')}`,
			status,
			send_at: iso(at),
			requested_at: iso(at),
			next_attempt_at: iso(at - DAY_MS),
			recipient: `+4915${String(100000000 + Math.floor(random() * 500))}`,
			type: index % 40 === 0 ? 'template' : 'text',
			text: index % 40 === 0 ? null : pick(TEXTS),
			template:
				index % 40 === 0
					? formatTemplate({ name: 'reminder', language: 'en', variables: [] } as never)
					: null,
			failure: isFailure ? pick(REASONS) : null,
			sent_at: isSent ? iso(sentAt + 300) : null,
			send_started_at: isSent || status === 'unconfirmed' ? iso(sentAt) : null,
			message_id: isSent ? `wamid.${index}` : null,
			timezone: ZONE,
			gateway: 'whapi',
			account,
			credential: account === 'main' ? 'Shop Berlin' : 'Shop Hamburg',
			reference: index % 3 === 0 ? `order-${1000 + index}` : null,
			group_name: index % 7 === 0 ? 'autumn-sale' : null,
			attempts: isSent || isFailure ? 1 : 0,
			valid_for_minutes: 1440,
			claim_token: '',
			status_rank: 10,
		};
	});
}

/** A third is over, and most of the rest goes out in shop hours. */
function timeOfDay(random: () => number): number {
	const kind = random();
	if (kind < 0.3) return -random() * 30 * DAY_MS;
	const day = Math.floor(random() ** 2 * 21);
	const hour = 7 + random() ** 0.7 * 13;
	return day * DAY_MS + (hour - 9.4) * HOUR_MS + Math.floor(random() * 4) * 15 * MINUTE_MS;
}

function futureStatus(random: () => number): string {
	return random() < 0.97 ? 'scheduled' : 'cancelled';
}

function pastStatus(random: () => number, at: number): string {
	const kind = random();
	if (NOW - at < 10 * MINUTE_MS && kind < 0.3) return 'scheduled';
	if (kind < 0.35) return 'read';
	if (kind < 0.75) return 'delivered';
	if (kind < 0.88) return 'sent';
	if (kind < 0.91) return 'queued';
	if (kind < 0.96) return 'failed';
	if (kind < 0.975) return 'expired';
	if (kind < 0.98) return 'unconfirmed';
	return 'cancelled';
}
