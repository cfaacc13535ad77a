import { admit, keepsLaterOnes, lateByMs, sendAtOf } from '../../../stores/dispatcher/admission';
import type { SendsOfRecipients } from '../../../stores/dispatcher/recentSends';
import {
	accepted,
	duplicate,
	expired,
	failed,
	nextLookAt,
	optedOut,
	released,
	retryAt,
	started,
	unconfirmed,
	waiting,
} from '../../../stores/dispatcher/transitions';
import type { SentMessage } from '../../../messages/sentMessage';
import { STATUSES } from '../../../messages/status';
import { COLUMNS, type Row, type Values } from '../../../stores/table/columns';
import { FakeGateway, iso, MINUTE, rowOf, SECOND, START } from '../table/fakes.mts';

const HOUR = 60 * MINUTE;
const { gateway } = new FakeGateway();
const empty = Object.fromEntries(COLUMNS.map(({ name }) => [name, null]));
const row = (at: number, more: Values = {}) =>
	({ ...empty, id: 1, ...rowOf('hello', at, more) }) as unknown as Row;
/** Nobody has got anything. */
const nothing: SendsOfRecipients = { allowedFrom: (_row, _limit, now) => now };
const decide = (of: Row, keptBy: string | null = null, recent = nothing) =>
	admit(of, { gateway, now: START, keptBy, recent });
/** START is a Sunday, 12:00 UTC. */
const window = (from: string, to: string) => `Mon Tue Wed Thu Fri Sat Sun ${from}-${to} UTC`;

it('sends what is due', () => {
	expect(decide(row(START))).toMatchObject({ send: { text: 'hello' } });
});

describe('validity', () => {
	it.each([
		['of a day where it is empty', null, 24 * HOUR],
		['of a day where it is no number any more', -5, 24 * HOUR],
		['as given', 30, 30 * MINUTE],
	])('%s', (_, minutes, ms) => {
		expect(decide(row(START - ms, { valid_for_minutes: minutes }))).toHaveProperty('send');
		expect(decide(row(START - ms - 1, { valid_for_minutes: minutes }))).toMatchObject({
			values: { status: 'expired', status_rank: expect.any(Number) },
			isReported: true,
		});
	});

	it('says what kept the message', () => {
		const late = row(START - 61 * MINUTE, { valid_for_minutes: 60 });
		expect(decide(late, 'the key is wrong')).toMatchObject({
			values: { failure: expect.stringMatching(/within 1 h after its time .* the key is wrong/) },
		});
		expect(decide({ ...late, failure: 'not paid' }, 'the key is wrong')).toMatchObject({
			values: { failure: expect.stringContaining('not paid') },
		});
		expect(decide(late)).toMatchObject({
			values: { failure: expect.stringContaining('No run of "Send Due"') },
		});
		expect(decide({ ...late, failure: '' }, 'the key is wrong')).toMatchObject({
			values: {
				failure: 'It was not sent within 1 h after its time ("Valid For"). the key is wrong',
			},
		});
	});

	it('ends what a person has given a year long ago', () => {
		expect(decide(row(Date.parse('0026-02-01T00:00:00Z')))).toMatchObject({
			values: { status: 'expired' },
		});
	});
});

describe('a sending window', () => {
	const at = (from: string, to: string, more: Values = {}) =>
		decide(row(START, { sending_window: window(from, to), ...more }));

	it('that is open lets the message out', () => {
		expect(at('09:00', '18:00')).toHaveProperty('send');
	});

	it.each([null, ''])('that is not given (%j) lets it out', (none) => {
		expect(decide(row(START, { sending_window: none }))).toHaveProperty('send');
	});

	it('that is closed keeps it until it opens', () => {
		expect(at('13:00', '18:00')).toMatchObject({
			values: { status: 'scheduled', next_attempt_at: iso(START + HOUR), claim_token: '' },
			isReported: false,
		});
	});

	it('that opens only when the message is too late lets it expire', () => {
		expect(at('13:00', '18:00', { valid_for_minutes: 59 })).toMatchObject({
			values: { status: 'expired', failure: expect.stringContaining('does not open again before') },
		});
	});

	it('that opens at the last moment at which the message may be sent is waited for', () => {
		expect(at('13:00', '18:00', { valid_for_minutes: 60 })).toMatchObject({
			values: { status: 'scheduled', next_attempt_at: iso(START + HOUR) },
		});
	});

	it('that nobody can read is the message’s own fault', () => {
		expect(decide(row(START, { sending_window: 'sometimes' }))).toMatchObject({
			values: { status: 'failed' },
			isReported: true,
		});
	});
});

describe('a frequency cap', () => {
	const capped = (cap: string, from: number | null, more: Values = {}) =>
		decide(row(START, { frequency_cap: cap, ...more }), null, { allowedFrom: () => from });

	it('lets the message out where it is not one too many', () => {
		expect(capped('1 in 24 h, hold', START)).toHaveProperty('send');
	});

	it('gives it back where that is not known yet', () => {
		expect(capped('1 in 24 h, hold', null)).toMatchObject({
			values: { status: 'scheduled', claim_token: '' },
			isReported: false,
		});
	});

	it('holds it until then, and says so', () => {
		expect(capped('1 in 24 h, hold', START + HOUR)).toMatchObject({
			values: {
				status: 'scheduled',
				next_attempt_at: iso(START + HOUR),
				failure: 'Held by its frequency cap (1 in 24 h).',
			},
			isReported: false,
		});
	});

	it('holds it until its window opens after that', () => {
		const sending_window = window('09:00', '12:30');
		expect(capped('1 in 24 h, hold', START + HOUR, { sending_window })).toMatchObject({
			values: { status: 'scheduled', next_attempt_at: iso(START + 21 * HOUR) },
		});
	});

	it('lets it expire where it would be held for too long', () => {
		const until = (ms: number) => capped('1 in 24 h, hold', START + ms, { valid_for_minutes: 60 });
		expect(until(HOUR)).toMatchObject({ values: { status: 'scheduled' } });
		expect(until(HOUR + 1)).toMatchObject({
			values: {
				status: 'expired',
				failure: expect.stringContaining('Held by its frequency cap (1 in 24 h) until after that.'),
			},
			isReported: true,
		});
	});

	it('skips it where that is wanted', () => {
		expect(capped('2 in 7 d, skip', START + 1)).toMatchObject({
			values: { status: 'expired', failure: 'Not sent: over its frequency cap (2 in 7 d).' },
			isReported: true,
		});
	});

	it('that nobody can read is the message’s own fault', () => {
		expect(capped('seldom', START)).toMatchObject({
			values: { status: 'failed' },
			isReported: true,
		});
	});
});

it('tells how late a request began, not how late it is now', () => {
	expect(lateByMs(row(START - MINUTE), START)).toBe(MINUTE);
	expect(lateByMs(row(START - MINUTE, { send_started_at: iso(START - SECOND) }), START)).toBe(
		59 * SECOND,
	);
	expect(lateByMs(row(START + MINUTE), START)).toBe(0);
	expect(lateByMs({ ...row(START), send_at: null }, START)).toBe(0);
});

it('repeats after a minute, then two, four … at most an hour', () => {
	const minutes = [1, 2, 3, 4, 5, 6, 7, 8, 2_000].map(
		(attempts) => (retryAt(attempts, START) - START) / MINUTE,
	);
	expect(minutes).toEqual([1, 2, 4, 8, 16, 32, 60, 60, 60]);
});

it('looks for what may have been sent after 20 seconds, two, ten minutes and an hour', () => {
	const looks: number[] = [];
	for (let at = nextLookAt(START, START); at !== null; at = nextLookAt(START, at)) {
		looks.push((at - START) / SECOND);
	}
	expect(looks).toEqual([20, 120, 600, 3_600]);
});

it('has no time where a person has emptied it', () => {
	expect([null, '', iso(START)].map((at) => sendAtOf({ ...row(START), send_at: at }))).toEqual([
		Number.NaN,
		Number.NaN,
		START,
	]);
});

it('counts the attempts that a message had where it fails unsent', () => {
	const sending_window = 'sometimes';
	expect(decide(row(START, { sending_window, attempts: 2 }))).toMatchObject({
		values: { attempts: 2 },
	});
	expect(decide(row(START, { sending_window, attempts: null }))).toMatchObject({
		values: { attempts: 0 },
	});
});

it('says in hours or in minutes within what a message was not sent', () => {
	const reason = (valid_for_minutes: number) =>
		decide(row(START - 30 * HOUR, { valid_for_minutes }));
	expect(reason(90)).toMatchObject({
		values: { failure: expect.stringMatching(/within 90 min after/) },
	});
	expect(reason(120)).toMatchObject({
		values: { failure: expect.stringMatching(/within 2 h after/) },
	});
});

describe('a message that waits for another attempt', () => {
	const keeps = (more: Values = {}) =>
		keepsLaterOnes(row(START - MINUTE, { next_attempt_at: iso(START + MINUTE), ...more }), START);

	it.each<[string, Values, boolean]>([
		['is next tried in time', {}, true],
		['is next tried right before it expires', { valid_for_minutes: 2 }, true],
		['expires before that', { valid_for_minutes: 1 }, false],
		['has no time for it', { next_attempt_at: null }, true],
		['is held by its cap', { failure: 'Held by its frequency cap (1 in 24 h).' }, false],
		['failed for another reason', { failure: 'Not Held by its frequency cap' }, true],
		['has an empty reason', { failure: '' }, true],
		['has an open window', { sending_window: window('09:00', '18:00') }, true],
		['has a closed window', { sending_window: window('13:00', '18:00') }, false],
		['has a window that nobody can read', { sending_window: 'sometimes' }, true],
		['has an empty window', { sending_window: '' }, true],
	])('and %s keeps later ones to its recipient: %s', (_, more, expected) => {
		expect(keeps(more)).toBe(expected);
	});
});

describe('what becomes of a row', () => {
	const sent = { messageId: 'm1', queueId: 'q1', status: 'sent', acceptedAt: null } as SentMessage;

	it.each<[string, Values, Values]>([
		[
			'started: it has no ids of an earlier message',
			started('mine', START),
			{
				status: 'sending',
				claim_token: 'mine',
				send_started_at: iso(START),
				message_id: null,
				queue_id: null,
			},
		],
		[
			'released: as if it had never begun',
			released(),
			{
				status: 'scheduled',
				status_rank: STATUSES.scheduled.rank,
				claim_token: '',
				send_started_at: null,
			},
		],
		[
			'waiting: released, with when and why',
			waiting(START, { failure: 'x' }),
			{ ...released(), next_attempt_at: iso(START), failure: 'x' },
		],
		[
			'waiting without a reason: its reason stays',
			waiting(START),
			{
				...released(),
				next_attempt_at: iso(START),
			},
		],
		[
			'accepted: with its ids, and now where the gateway tells no time',
			accepted({ ...sent, failure: null }, 2, START),
			{
				status: 'sent',
				status_rank: STATUSES.sent.rank,
				attempts: 2,
				message_id: 'm1',
				queue_id: 'q1',
				sent_at: iso(START),
				failure: null,
			},
		],
		[
			'accepted, and failed at once',
			accepted(
				{
					...sent,
					status: 'failed',
					acceptedAt: iso(START - SECOND),
					failure: { code: null, reason: 'why' },
				},
				1,
				START,
			),
			{
				status: 'failed',
				status_rank: STATUSES.failed.rank,
				attempts: 1,
				message_id: 'm1',
				queue_id: 'q1',
				sent_at: iso(START - SECOND),
				failure: 'why',
			},
		],
		[
			'failed: nobody claims it',
			failed('why', 1),
			{
				status: 'failed',
				status_rank: STATUSES.failed.rank,
				attempts: 1,
				failure: 'why',
				claim_token: '',
			},
		],
		[
			'expired',
			expired('why'),
			{ status: 'expired', status_rank: STATUSES.expired.rank, failure: 'why', claim_token: '' },
		],
		[
			'cancelled for another row',
			duplicate('why'),
			{
				status: 'cancelled',
				status_rank: STATUSES.cancelled.rank,
				failure: 'why',
				claim_token: '',
			},
		],
		[
			'cancelled for Do Not Contact',
			optedOut(),
			{
				status: 'cancelled',
				status_rank: STATUSES.cancelled.rank,
				failure: 'optedOut: The recipient is on Do Not Contact',
				claim_token: '',
			},
		],
		[
			'in doubt: its run may still write its result',
			unconfirmed('why', 1, START),
			{
				status: 'unconfirmed',
				status_rank: STATUSES.unconfirmed.rank,
				attempts: 1,
				failure: 'why',
				next_attempt_at: iso(START),
			},
		],
		[
			'in doubt, and not looked for',
			unconfirmed('why', 1, null),
			{
				status: 'unconfirmed',
				status_rank: STATUSES.unconfirmed.rank,
				attempts: 1,
				failure: 'why',
				next_attempt_at: null,
			},
		],
	])('%s', (_, values, expected) => {
		expect(values).toEqual(expected);
	});
});
