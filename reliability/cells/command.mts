import pc from 'picocolors';
import { gateways } from '../../gateways/registry';
import type { Options } from '../cli.mts';
import { seconds } from '../figures.mts';
import { toResult, writeResult, type RunCell } from './result.mts';
import { rowById } from './rows.mts';
import { runGateway } from './run.mts';
import { startWorld } from './world.mts';

const SIGNS = { works: pc.green('✓'), notOffered: pc.dim('–'), fault: pc.red('✗') };

/**
 * Each operation at each gateway and store, on a real n8n: what works, what is refused, and how. A whole run is
 * written into `result.json`, which docs/operations-by-gateway.md shows.
 *
 * `--gateway` and `--only` (gateways, and operations such as `message.send`; several with commas between) run
 * a part, which is not written.
 */
export async function checkCells({ gateway, only }: Options): Promise<boolean> {
	const ids = gateway?.split(',') ?? gateways.map(({ id }) => id);
	const strange = ids.filter((id) => !gateways.some((one) => one.id === id));
	if (strange.length > 0) throw new Error(`There is no gateway ${strange.join(', ')}.`);
	const rows = only?.split(',').map((id) => rowById(id).id);
	const began = Date.now();
	const ran: RunCell[] = [];
	const world = await startWorld();
	try {
		for (const one of gateways.filter(({ id }) => ids.includes(id))) {
			const from = ran.length;
			const onCell = (cell: RunCell) => {
				ran.push(cell);
				const { row, place, outcome } = cell;
				if (outcome.kind === 'fault') {
					console.log(pc.red(`  ✗ ${row}, ${place}: ${outcome.reason}`));
				}
			};
			await runGateway(world, one, onCell, ({ id }) => rows?.includes(id) ?? true);
			const signs = ran.slice(from).map(({ outcome }) => SIGNS[outcome.kind]);
			console.log(`${one.label}: ${signs.join('')}`);
		}
		if (gateway === undefined && only === undefined) {
			const date = new Date().toISOString().slice(0, 10);
			await writeResult(toResult(ran, { n8n: world.n8n.version, date }));
			console.log('Written. Put it into the page by npm run docs:generate');
		}
	} finally {
		await world.close();
	}
	const count = (kind: RunCell['outcome']['kind']) =>
		ran.filter(({ outcome }) => outcome.kind === kind).length;
	console.log(
		`${ran.length} cells: ${count('works')} work, ${count('notOffered')} are not offered, ${count('fault')} are faults; ${seconds(Date.now() - began)}`,
	);
	return ran.length > 0 && count('fault') === 0;
}
