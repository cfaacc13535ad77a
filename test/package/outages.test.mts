import { figuresOf, type Figures, type Seen } from '../../reliability/outages/figures.mts';
import { broken } from '../../reliability/outages/judge.mts';
import { chosen, SCENARIOS, type Scenario } from '../../reliability/outages/scenarios.mts';

/** The proof of lasting faults: what it must notice, by records made by hand. */

const START = Date.parse('2026-11-21T12:00:00.000Z');
const iso = (seconds: number) => new Date(START + seconds * 1_000).toISOString();

const send = (text: string, second: number, status: number | null = 200) => ({
	method: 'POST',
	path: '/whapi/messages/text',
	body: { body: text },
	at: iso(second),
	status,
});

const execution = (id: number, from: number, to: number, items: object[] = []) => ({
	id: String(id),
	workflowId: 'one',
	status: 'success',
	mode: 'trigger',
	startedAt: iso(from),
	stoppedAt: iso(to),
	items: items as Seen['executions'][number]['items'],
	errors: [],
});

/** A minute of 401 from second 10 on: two messages before it, one probe in it, two messages after it. */
const good: Seen = {
	gateway: 'whapi',
	wanted: ['a', 'b', 'c', 'd'],
	taken: [
		{ text: 'a', takenAt: iso(8) },
		{ text: 'b', takenAt: iso(9) },
		{ text: 'c', takenAt: iso(101) },
		{ text: 'd', takenAt: iso(102) },
	],
	requests: [
		send('a', 8),
		send('b', 9),
		send('c', 11, 401),
		{ method: 'GET', path: '/whapi/health', body: undefined, at: iso(41), status: 401 },
		send('c', 101),
		send('d', 102),
	],
	healthChecks: ['GET /whapi/health'],
	rows: ['a', 'b', 'c', 'd'].map((text) => ({ text, status: 'pending' })),
	executions: [
		execution(1, 7, 12, [{ text: 'a' }, { text: 'b' }, { event: 'paused' }]),
		execution(2, 41, 42),
		execution(3, 100, 103, [{ event: 'resumed' }, { text: 'c' }, { text: 'd' }]),
	],
	fault: { from: START + 10_000, to: START + 70_000 },
	kills: [],
};

const scenario = (name: string): Scenario => chosen(name)[0];
const problems = (seen: Partial<Seen>, name = '401') => {
	const all = { ...good, ...seen };
	return broken(scenario(name), figuresOf(all), all);
};
const rows = (changes: Record<string, string>) =>
	good.rows.map((row) => ({ ...row, status: changes[String(row.text)] ?? row.status }));
const takenOnly = (...texts: string[]) =>
	good.taken.filter(({ text }) => texts.includes(String(text)));

it('counts what was seen', () => {
	expect(figuresOf(good)).toEqual<Figures>({
		wanted: 4,
		sent: 4,
		twice: 0,
		lost: 0,
		untrue: 0,
		inDoubt: 0,
		inDoubtSent: 0,
		failed: 0,
		expired: 0,
		waiting: 0,
		during: { sends: 1, health: 1, others: 0 },
		sends: 5,
		refused: 1,
		executions: 3,
		failedExecutions: [],
		errorItems: 0,
		overlaps: 0,
		paused: 1,
		resumed: 1,
		drainMs: 32_000,
	});
	expect(problems({})).toEqual([]);
});

it.each<[string, Partial<Seen>, RegExp]>([
	[
		'a message that was sent twice',
		{ taken: [...good.taken, { text: 'a', takenAt: iso(101) }] },
		/^twice: 1/,
	],
	[
		'a message that is nowhere',
		{ taken: takenOnly('a', 'b', 'c'), rows: good.rows.slice(0, 3) },
		/^lost: 1/,
	],
	['a message that is told as sent and was not', { taken: takenOnly('a', 'b', 'c') }, /^untrue: 1/],
	['a message that failed', { rows: rows({ c: 'failed' }) }, /^failed: 1/],
	['a message that expired', { rows: rows({ c: 'expired' }) }, /^expired: 1/],
	['a message that still waits', { rows: rows({ c: 'scheduled' }) }, /^waiting: 1/],
	['a message that is being sent for ever', { rows: rows({ c: 'sending' }) }, /^waiting: 1/],
	['a message in doubt without a reason', { rows: rows({ c: 'unconfirmed' }) }, /^in doubt: 1/],
	['the older word for it', { rows: rows({ c: 'unknown' }) }, /^in doubt: 1/],
	[
		'a request for each message of the outage',
		{ requests: Array.from({ length: 9 }, (_, index) => send('abcd'[index % 4], 20, 401)) },
		/^sends in the outage: 9, at most 8/,
	],
	[
		'two executions that send at the same time',
		{
			executions: [
				execution(1, 7, 12, [{ text: 'a' }, { text: 'c' }, { event: 'paused' }]),
				execution(2, 8, 11, [{ text: 'b' }, { event: 'resumed' }]),
			],
		},
		/^executions that sent at the same time: 1/,
	],
	[
		'an execution that failed',
		{ executions: [...good.executions, { ...execution(4, 110, 111), status: 'error' }] },
		/^an execution failed: 4, /,
	],
	[
		'an item of the error output',
		{ executions: [...good.executions, { ...execution(4, 110, 111), errors: [{ error: 'no' }] }] },
		/^items of the error output: 1/,
	],
	[
		'a fault that nobody met',
		{ requests: good.requests.filter(({ at }) => at < iso(10) || at > iso(70)) },
		/^nothing was requested during the fault/,
	],
	[
		'that nobody was told',
		{ executions: good.executions.map((one) => ({ ...one, items: [] })) },
		/^no item told that the account was paused/,
	],
	[
		'that nobody was told of the end',
		{ executions: good.executions.slice(0, 2) },
		/^no item told that the account was resumed/,
	],
	[
		'that somebody was told of the end twice',
		{ executions: [...good.executions, execution(4, 110, 111, [{ event: 'resumed' }])] },
		/^told to go on: 2, at most 1/,
	],
])('notices %s', (_, seen, expected) => {
	expect(problems(seen)).toContainEqual(expect.stringMatching(expected));
});

it('counts an execution as sending only while it sends', () => {
	const executions = [
		execution(1, 7, 12, [{ text: 'a' }, { text: 'b' }, { event: 'paused' }]),
		// It began while the first one was ending, and settles what that one left in doubt.
		execution(2, 11, 103, [{ event: 'resumed' }, { text: 'b' }, { text: 'c' }, { text: 'd' }]),
	];
	expect(problems({ executions })).toEqual([]);
});

it('holds nothing against an execution that was killed, and everything against one that failed', () => {
	// n8n gives a killed one the time of its last line in the log, long before the kill.
	const ended = (status: string) => ({
		executions: [...good.executions, { ...execution(4, 110, 111), status }],
	});
	const after = { kills: [START + 115_000] };
	expect(problems({ ...ended('crashed'), ...after })).toEqual([]);
	expect(problems({ ...ended('error'), ...after })).toHaveLength(1);
	// While it ran, but it told of an error of its own.
	expect(problems({ ...ended('error'), kills: [START + 110_500] })).toHaveLength(1);
	expect(problems({ ...ended('crashed'), kills: [START + 105_000] })).toHaveLength(1);
	expect(problems(ended('crashed'))).toContainEqual(expect.stringMatching(/4, .*: crashed/));
});

it('allows so many in doubt as may be under way, and more for each kill', () => {
	const wanted = Array.from({ length: 14 }, (_, index) => String(index));
	const doubtful = (count: number): Partial<Seen> => ({
		wanted,
		taken: wanted.map((text) => ({ text, takenAt: iso(9) })),
		rows: wanted.map((text, index) => ({ text, status: index < count ? 'unconfirmed' : 'sent' })),
	});
	expect(problems(doubtful(8), '503')).toEqual([]);
	expect(problems(doubtful(9), '503')).toEqual(['in doubt: 9, at most 8']);
	const kills = [START + 20_000];
	expect(problems({ ...doubtful(13), kills }, '503')).toEqual([]);
	expect(problems({ ...doubtful(14), kills }, '503')).toEqual(['in doubt: 14, at most 13']);
});

it('bounds what a gateway has to refuse that takes so many a second', () => {
	const requests = Array.from({ length: 100 }, (_, index) =>
		send('abcd'[index % 4], 20, index < 3 ? 429 : 200),
	);
	expect(problems({ requests }, 'pace')).toEqual([]);
	expect(problems({ requests }, 'knownPace')).toEqual(['refused: 3 of 100, at most 2 %']);
});

it('runs the scenarios that are asked for', () => {
	expect(chosen(undefined)).toEqual(SCENARIOS);
	expect(chosen('503, 401').map(({ name }) => name)).toEqual(['401', '503']);
	expect(() => chosen('401,never')).toThrow(/There is no never; choose from 401/);
});
