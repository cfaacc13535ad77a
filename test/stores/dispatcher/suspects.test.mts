import type { Fault } from '../../../stores/dispatcher/faults';
import type { Step } from '../../../stores/dispatcher/queue';
import { Suspects } from '../../../stores/dispatcher/suspects';
import type { Row, Values } from '../../../stores/table/columns';
import { iso, MINUTE, rowOf, SECOND, START } from '../table/fakes.mts';

const fault: Fault = { kind: 'suspect', reason: 'not allowed' };
const rowWith = (id: number, attempts: Values['attempts'] = 0) =>
	({ id, ...rowOf(`m${id}`, START), attempts }) as unknown as Row;

let steps: Step[];
let told: number[];
/** Whether rows are still as they were released. */
let isThere: boolean;
let suspects: Suspects;

beforeEach(() => {
	[steps, told, isThere] = [[], [], true];
	suspects = new Suspects({
		turns: {
			step: async (step) => {
				steps.push(step);
				return isThere ? ({ ...rowWith(step.id), ...step.values } as Row) : null;
			},
		},
		now: () => START,
		report: ({ id }) => void told.push(id),
	});
});

const ids = () => steps.map(({ id }) => id);

it('waits for a minute, with the reason, and no attempt counted', () => {
	const values = suspects.add({ row: rowWith(1), fault, startedAt: START });
	expect(values).toEqual({
		status: 'scheduled',
		status_rank: expect.any(Number),
		claim_token: '',
		send_started_at: null,
		next_attempt_at: iso(START + MINUTE),
		failure: 'not allowed',
	});
});

it('stays a suspect until another message is sent that began no earlier', async () => {
	suspects.add({ row: rowWith(1), fault, startedAt: START });
	suspects.add({ row: rowWith(2), fault, startedAt: START + 2 * SECOND });
	await suspects.condemn();
	suspects.onAccepted(START - 1);
	await suspects.condemn();
	expect(ids()).toEqual([]);
	suspects.onAccepted(START);
	await suspects.condemn();
	expect(ids()).toEqual([1]);
	// One that began earlier, and whose response came later.
	suspects.onAccepted(START - SECOND);
	suspects.add({ row: rowWith(3), fault, startedAt: START - 1 });
	await suspects.condemn();
	expect(ids()).toEqual([1, 3]);
	suspects.onAccepted(START + 2 * SECOND);
	await suspects.condemn();
	expect(ids()).toEqual([1, 3, 2]);
});

it.each<[string, Values['attempts'], Values, boolean]>([
	[
		'was tried for the first time waits',
		0,
		{ status: 'scheduled', attempts: 1, next_attempt_at: iso(START + MINUTE) },
		false,
	],
	[
		'has no number of attempts any more waits as one tried for the first time',
		null,
		{ status: 'scheduled', attempts: 1, next_attempt_at: iso(START + MINUTE) },
		false,
	],
	[
		'was tried twice waits for longer',
		1,
		{ status: 'scheduled', attempts: 2, next_attempt_at: iso(START + 2 * MINUTE) },
		false,
	],
	['was tried three times fails, and is told', 2, { status: 'failed', attempts: 3 }, true],
])('one that was found guilty and %s', async (_, attempts, values, isTold) => {
	suspects.add({ row: rowWith(1, attempts), fault, startedAt: START });
	suspects.onAccepted(START);
	await suspects.condemn();
	expect(steps).toMatchObject([
		{ id: 1, ifStatus: 'scheduled', ifToken: '', values: { ...values, failure: 'not allowed' } },
	]);
	expect(told).toEqual(isTold ? [1] : []);
});

it('is not told where a person has changed it meanwhile', async () => {
	suspects.add({ row: rowWith(1, 2), fault, startedAt: START });
	suspects.onAccepted(START);
	isThere = false;
	await suspects.condemn();
	expect(ids()).toEqual([1]);
	expect(told).toEqual([]);
});
