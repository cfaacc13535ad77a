import { toValues } from '../../../stores/move/toValues';
import { whyLeft } from '../../../stores/move/whyLeft';
import { accountKey } from '../../../stores/table/served';
import { COLUMNS, type Row, type Values } from '../../../stores/table/columns';
import { iso, MINUTE, rowOf, SENDER, START } from '../table/fakes.mts';

const DAY = 24 * 60 * MINUTE;
const row = (more: Values & { createdAt?: string; updatedAt?: string } = {}) =>
	({ id: 1, ...rowOf('m', START - MINUTE), ...more }) as unknown as Row;
const reason = (of: Row, more: Partial<Parameters<typeof whyLeft>[1]> = {}) =>
	whyLeft(of, { sharedIds: new Set(), paused: new Set(), now: START, ...more });

it.each<[string, ReturnType<typeof whyLeft>]>([
	['scheduled', null],
	['sent', null],
	['cancelled', null],
	['sending', 'sending'],
	['unconfirmed', 'unconfirmed'],
	['', 'incomplete'],
	// A run of Send Due corrects it first.
	[' Scheduled', 'incomplete'],
	['on hold', null],
	['moving sent', null],
])('a row with the status "%s": %s', (status, expected) => {
	expect(reason(row({ status }))).toBe(expected);
});

describe('a message in the gateway’s queue', () => {
	const queued = (more: Parameters<typeof row>[0]) =>
		reason(row({ status: 'queued', message_id: null, ...more }));

	it('waits two days for its id, from when it was sent', () => {
		expect(queued({ sent_at: iso(START - 2 * DAY + 1) })).toBe('awaitingId');
		expect(queued({ sent_at: iso(START - 2 * DAY) })).toBeNull();
		expect(queued({ sent_at: iso(START), message_id: 'wamid.1' })).toBeNull();
	});

	it('is as old as its request, or as its row, where that is not known', () => {
		const old = iso(START - 3 * DAY);
		const young = iso(START - DAY);
		expect(queued({ send_started_at: young, updatedAt: old })).toBe('awaitingId');
		expect(queued({ send_started_at: old, updatedAt: young })).toBeNull();
		expect(queued({ sent_at: old, send_started_at: young })).toBeNull();
		expect(queued({ updatedAt: young })).toBe('awaitingId');
		expect(queued({ updatedAt: undefined })).toBeNull();
	});
});

it.each(['send_at', 'status_rank', 'schedule_id', 'recipient', 'gateway'] as const)(
	'a row whose cell %s is empty is not moved, not even once it is claimed',
	(name) => {
		for (const empty of [null, '']) {
			expect(reason(row({ [name]: empty }))).toBe('incomplete');
			expect(reason(row({ [name]: empty, status: 'moving scheduled' }))).toBe('incomplete');
		}
	},
);

it('a row without an account is not moved; an account may have an empty name', () => {
	expect([reason(row({ account: null })), reason(row({ account: '' }))]).toEqual([
		'incomplete',
		null,
	]);
});

it('a row with an id that another has stays', () => {
	const one = row();
	expect(reason(one, { sharedIds: new Set([String(one.schedule_id)]) })).toBe('sharedId');
});

it('a paused account keeps what waits, and nothing else', () => {
	const paused = new Set([accountKey(SENDER)]);
	expect(reason(row(), { paused })).toBe('paused');
	expect(reason(row({ status: 'sent' }), { paused })).toBeNull();
	expect(reason(row({ account: 'account-2' }), { paused })).toBeNull();
});

describe('what is written to the other store', () => {
	it('is the message as it was before it was claimed', () => {
		const createdAt = '2026-01-01T00:00:00Z';
		const given = row({ status: 'moving delivered', attempts: 2, createdAt });
		expect(toValues(given)).toMatchObject({
			status: 'delivered',
			attempts: 2,
			createdAt: '2026-01-01T00:00:00.000Z',
			text: 'm',
			send_at: iso(START - MINUTE),
			account: SENDER.account,
		});
		expect(toValues(given)).not.toHaveProperty('id');
		expect(toValues(row({ status: 'sent' })).status).toBe('sent');
	});

	it('has nothing that a person left in a cell of another type', () => {
		const values = toValues(
			row({
				attempts: 'many',
				valid_for_minutes: 'long',
				sent_at: 'soon',
				claim_token: null,
				deduplication_key: '',
				reference: 17,
				status_rank: '30',
			}),
		);
		expect(values).toMatchObject({
			attempts: 0,
			valid_for_minutes: null,
			sent_at: null,
			claim_token: '',
			deduplication_key: null,
			reference: '17',
			status_rank: 30,
		});
	});

	it('has no attempts where a person has emptied their number, and keeps a time that it cannot read', () => {
		const createdAt = 'long ago';
		expect(toValues(row({ attempts: null, createdAt }))).toMatchObject({ attempts: 0, createdAt });
	});

	it('has every column of the table, and writes each time in one form', () => {
		const values = toValues(row({ sent_at: '2026-02-01T13:00:00+01:00', createdAt: iso(START) }));
		expect(Object.keys(values).sort()).toEqual(
			[...COLUMNS.map(({ name }) => name), 'createdAt'].sort(),
		);
		expect(values.sent_at).toBe(iso(START));
	});

	it('has nothing in a cell that the row lacks', () => {
		const rest = row();
		for (const name of ['text', 'valid_for_minutes', 'sent_at']) Reflect.deleteProperty(rest, name);
		expect(toValues(rest)).toMatchObject({
			text: null,
			valid_for_minutes: null,
			sent_at: null,
		});
	});
});
