import { gateways } from '../../gateways/registry';
import { cellsPage } from '../../reliability/cells/page.mts';
import type { Bench } from '../../reliability/cells/bench.mts';
import { expectSame, type Proof } from '../../reliability/cells/proof.mts';
import { proofOf } from '../../reliability/cells/proofs/index.mts';
import { Refusal, unclear } from '../../reliability/cells/refusal.mts';
import { readResult, toResult, type Cell } from '../../reliability/cells/result.mts';
import { ANY_STORE, isOffered, rowById, ROWS, STORES } from '../../reliability/cells/rows.mts';
import { runCell } from '../../reliability/cells/run.mts';
import { resources } from '../../nodes/MessageScheduler/operations';

/** The table of docs/operations-by-gateway.md: `npm run reliability cells` has run every cell that there is. */
const result = readResult();

const cells = gateways.flatMap((gateway) =>
	ROWS.flatMap((row) =>
		row.places.map((place) => ({
			name: `${gateway.id} ${row.id} ${place}`,
			gateway,
			row,
			place,
			cell: result[gateway.id]?.cells[row.id]?.[place] as Cell | undefined,
		})),
	),
);

const namesOf = (some: typeof cells): string[] => some.map(({ name }) => name);

describe('the result of npm run reliability cells', () => {
	it('has each gateway, operation and store that there is, and no other', () => {
		expect(namesOf(cells.filter(({ cell }) => cell === undefined))).toEqual([]);
		const ran = Object.entries(result).flatMap(([gateway, of]) =>
			Object.entries(of.cells).flatMap(([row, places]) =>
				Object.keys(places).map((place) => `${gateway} ${row} ${place}`),
			),
		);
		expect(ran.sort()).toEqual(namesOf(cells).sort());
	});

	it('has no fault', () => {
		const faults = cells.filter(({ cell }) => typeof cell === 'object' && 'fault' in cell);
		expect(faults.map(({ name, cell }) => [name, cell])).toEqual([]);
	});

	it('works wherever the vendor documents it, and nowhere else', () => {
		const works = cells.filter(({ cell }) => cell === 'works');
		expect(namesOf(works)).toEqual(
			namesOf(cells.filter(({ gateway, row, place }) => isOffered(gateway, row, place))),
		);
	});

	it.each(gateways)('$id: has a clear sentence for whatever is not offered', (gateway) => {
		const { refusals } = result[gateway.id];
		const said = cells.flatMap(({ gateway: { id }, row, cell }) =>
			id === gateway.id && typeof cell === 'object' && 'notOffered' in cell
				? [{ row, sentence: refusals[cell.notOffered] }]
				: [],
		);
		expect(said.length).toBeGreaterThan(0);
		for (const { row, sentence } of said) {
			expect([row.id, unclear(sentence, gateway, row)]).toEqual([row.id, []]);
		}
		expect(new Set(said.map(({ sentence }) => sentence))).toEqual(new Set(refusals));
	});

	it.each(gateways)('$id: says on which n8n and day it was run', ({ id }) => {
		expect(result[id].n8n).toMatch(/^\d+\.\d+\.\d+$/);
		expect(result[id].date).toMatch(/^20\d\d-\d\d-\d\d$/);
	});
});

describe('the rows', () => {
	it('are the operations of the action node, and the kinds of events of the trigger', () => {
		const operations = resources.flatMap(({ option, operations: all }) =>
			all.map((one) => `${option.value}.${one.option.value}`),
		);
		expect(ROWS.map(({ id }) => id)).toEqual([
			...operations,
			'trigger.status',
			'trigger.received',
			'trigger.preference',
		]);
		expect(STORES.map(({ label }) => label)).toEqual(['Gateway', 'n8n Data Table', 'PostgreSQL']);
	});

	it.each(ROWS)('$id: somebody has said how to prove it', (row) => {
		expect(proofOf(row)).toBeDefined();
	});

	it.each([
		['scheduledMessage.schedule', ['gateway', 'dataTable', 'postgres']],
		['scheduledMessage.get', ['gateway', 'dataTable', 'postgres']],
		['scheduledMessage.sendDue', ['gateway', 'dataTable', 'postgres']],
		['scheduledMessage.moveToPostgres', [ANY_STORE]],
		['message.send', [ANY_STORE]],
	])('%s has a cell for each of %j', (id, places) => {
		expect(rowById(id).places).toEqual(places);
	});
});

describe('what a refusal has to say', () => {
	const [gateway] = gateways;
	const row = rowById('scheduledMessage.getAll');
	it.each([
		[`${gateway.label} has no scheduler of its own. Use another gateway.`, []],
		['"Stored In" is "gateway". Use one of: dataTable, postgres.', []],
		[`${gateway.label} has no scheduler of its own.`, ['It does not say what to do.']],
		['Not found. Use another one.', ['It names neither the gateway nor a parameter.']],
		['"Stored In" is "undefined". Use one of: dataTable.', ['It is broken.']],
		[
			`${gateway.label} has none. Set "Store Messages In" to "n8n Data Table".`,
			['It says to set "Store Messages In", which this operation does not have.'],
		],
		[`${gateway.label} has none. In "Schedule", set "Store Messages In" to "PostgreSQL".`, []],
	])('%s', (sentence, problems) => {
		expect(unclear(sentence, gateway, row)).toEqual(problems);
	});
});

describe('a cell that was run', () => {
	const gateway = gateways.find(({ capabilities }) => capabilities.scheduling === null)!;
	const requests: Array<{ readonly method: string }> = [];
	const benchAt = (place: string): Bench =>
		({
			gateway,
			row: rowById('scheduledMessage.schedule'),
			place,
			world: { sandbox: { requests: () => requests } },
		}) as unknown as Bench;
	const [offered, notOffered] = [benchAt('dataTable'), benchAt('gateway')];
	const CLEAR = `${gateway.label} has no scheduler. Use another one.`;
	const refusing = (sentence: string) => async () => {
		throw new Refusal(sentence);
	};
	const done = async () => {};
	const never = async () => {
		throw new Error('must not be run');
	};

	beforeEach(() => void requests.splice(0));

	it('works where nothing is wrong with it, and is a fault where something is', async () => {
		expect(await runCell(offered, { works: done, asks: never })).toEqual({ kind: 'works' });
		expect(await runCell(offered, { works: refusing(CLEAR), asks: never })).toEqual({
			kind: 'fault',
			reason: CLEAR,
		});
	});

	it('is not offered only where it is refused, clearly and before any request that changes something', async () => {
		const refused = await runCell(notOffered, { works: never, asks: refusing(CLEAR) });
		expect(refused).toEqual({ kind: 'notOffered', sentence: CLEAR });
		const wrong: Proof[] = [
			{ works: never, asks: done },
			{ works: never, asks: never },
			{ works: never, asks: refusing('No.') },
			{
				works: never,
				asks: async () => {
					requests.push({ method: 'GET' }, { method: 'POST' });
					await refusing(CLEAR)();
				},
			},
		];
		for (const proof of wrong) {
			expect(await runCell(notOffered, proof)).toMatchObject({ kind: 'fault' });
		}
	});

	it('is compared with what should be', () => {
		expect(() => expectSame('sent', [1, { a: null }], [1, { a: null }])).not.toThrow();
		expect(() => expectSame('sent', 2, 1)).toThrow('sent: 2 instead of 1');
	});
});

it('the page shows what works, what is refused and why, and what is a fault', () => {
	const [{ id, label }] = gateways;
	const place = 'gateway';
	const refusal = { kind: 'notOffered', sentence: `${label} has none. Use another one.` } as const;
	const ran = toResult(
		[
			{ place, row: 'scheduledMessage.schedule', outcome: { kind: 'works' } },
			{ place, row: 'scheduledMessage.get', outcome: refusal },
			{ place, row: 'scheduledMessage.cancel', outcome: { kind: 'fault', reason: 'x' } },
		],
		{ n8n: '2.0.0', date: '2026-11-22' },
	);
	const page = cellsPage({ [id]: ran });
	expect(page).toMatch(/^\| Scheduled Message: Schedule \| ✓ \| ✗ /m);
	expect(page).toMatch(/^\| Scheduled Message: Get \| – \(1\) \| ✗ /m);
	expect(page).toMatch(/^\| Scheduled Message: Cancel \| ✗ \| ✗ /m);
	expect(page).toContain('1. … has none. Use another one.\n');
	expect(page).toContain(
		'n8n 2.0.0 on 2026-11-22: 3 cells, of which 1 work, 1 are not offered, and 1 are faults.',
	);
});
