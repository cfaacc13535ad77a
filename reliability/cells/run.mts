import type { Gateway } from '../../gateways/gateway';
import { createBench, type Bench, type World } from './bench.mts';
import { proofOf } from './proofs/index.mts';
import { Refusal, unclear } from './refusal.mts';
import type { Outcome, RunCell } from './result.mts';
import { isOffered, type Row } from './rows.mts';

const fault = (reason: string): Outcome => ({ kind: 'fault', reason: reason.replace(/\s+/g, ' ') });

const messageOf = (error: unknown): string =>
	error instanceof Error ? error.message : String(error);

/** Runs all cells of a gateway, one after the other. */
export async function runGateway(
	world: World,
	gateway: Gateway,
	rows: readonly Row[],
	onCell: (cell: RunCell) => void,
): Promise<RunCell[]> {
	const ran: RunCell[] = [];
	for (const row of rows) {
		for (const place of row.places) {
			const outcome = await runCell(createBench(world, gateway, row, place));
			const cell = { row: row.id, place, outcome };
			ran.push(cell);
			onCell(cell);
		}
	}
	return ran;
}

/** Runs one cell: whether it works where it is to work, and is refused where it is not. */
export async function runCell(bench: Bench, proof = proofOf(bench.row)): Promise<Outcome> {
	const { gateway, row, place } = bench;
	if (proof === undefined) return fault('reliability/cells/proofs does not say how to prove it.');
	if (!isOffered(gateway, row, place))
		return await refusalOf(bench, async () => await proof.asks(bench));
	try {
		await proof.works(bench);
		return { kind: 'works' };
	} catch (error) {
		return fault(messageOf(error));
	}
}

/** What is not offered is refused by a clear sentence, and nothing is written at the gateway. */
async function refusalOf(
	{ world: { sandbox }, id, gateway, row }: Bench,
	ask: () => Promise<void>,
): Promise<Outcome> {
	const before = sandbox.requests(id).length;
	try {
		await ask();
	} catch (error) {
		if (!(error instanceof Refusal)) return fault(messageOf(error));
		const problems = unclear(error.message, gateway, row);
		// The gateway may have been asked what it can do.
		const writes = sandbox
			.requests(id)
			.slice(before)
			.filter(({ method }) => method !== 'GET');
		if (writes.length > 0) problems.push('A request was made before it.');
		if (problems.length > 0) return fault(`${error.message} ${problems.join(' ')}`);
		return { kind: 'notOffered', sentence: error.message };
	}
	return fault('It is not offered there, and was not refused.');
}
