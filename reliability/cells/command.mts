import pc from 'picocolors';
import { gateways } from '../../gateways/registry';
import type { Options } from '../cli.mts';
import { seconds } from '../figures.mts';
import { readResult, toResult, type CellsResult, type RunCell } from './result.mts';
import { rowById, ROWS } from './rows.mts';
import { runGateway } from './run.mts';
import { startWorld } from './world.mts';
import { writeResult } from './write.mts';

const SIGNS = { works: pc.green('✓'), notOffered: pc.dim('–'), fault: pc.red('✗') };

/**
 * Each operation at each gateway and store, on a real n8n: what works, what is refused, and how. Written into
 * `result.json`, which docs/operations-by-gateway.md shows.
 *
 * `--gateway` (several with commas between) runs these and keeps what the file has of the others. `--only`
 * (operations such as `message.send`) is for looking at one: it writes nothing.
 */
export async function checkCells({ gateway, only }: Options): Promise<boolean> {
	const ids = gateway?.split(',') ?? gateways.map(({ id }) => id);
	const strange = ids.filter((id) => !gateways.some((one) => one.id === id));
	if (strange.length > 0) throw new Error(`There is no gateway ${strange.join(', ')}.`);
	const rows = only?.split(',').map(rowById) ?? ROWS;
	const date = new Date().toISOString().slice(0, 10);
	const began = Date.now();
	const ran: RunCell[] = [];
	const results: Record<string, CellsResult[string]> = {};
	const world = await startWorld();
	try {
		for (const one of gateways.filter(({ id }) => ids.includes(id))) {
			const cells = await runGateway(world, one, rows, ({ row, place, outcome }) => {
				if (outcome.kind === 'fault') {
					console.log(pc.red(`  ✗ ${row}, ${place}: ${outcome.reason}`));
				}
			});
			ran.push(...cells);
			results[one.id] = toResult(cells, { n8n: world.n8n.version, date });
			console.log(`${one.label}: ${cells.map(({ outcome }) => SIGNS[outcome.kind]).join('')}`);
		}
	} finally {
		await world.close();
	}
	if (only === undefined) {
		const all = { ...(gateway === undefined ? {} : readResult()), ...results };
		await writeResult(inOrder(all));
		console.log('Written. Put it into the page: npm run docs:generate');
	}
	const count = (kind: RunCell['outcome']['kind']) =>
		ran.filter(({ outcome }) => outcome.kind === kind).length;
	console.log(
		`${ran.length} cells: ${count('works')} work, ${count('notOffered')} are not offered, ${count('fault')} are faults; ${seconds(Date.now() - began)}`,
	);
	return ran.length > 0 && count('fault') === 0;
}

/** By the registry, without gateways that are no longer in it. */
const inOrder = (result: CellsResult): CellsResult =>
	Object.fromEntries(
		gateways.flatMap(({ id }) => (id in result ? [[id, result[id]] as const] : [])),
	);
