import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import prettier from 'prettier';
import { projectRoot } from '../../harness/folders.mts';

/** What came of one cell. */
export type Outcome =
	| { readonly kind: 'works' }
	/** `sentence`: what the node said, word for word. */
	| { readonly kind: 'notOffered'; readonly sentence: string }
	| { readonly kind: 'fault'; readonly reason: string };

/** One cell that was run. */
export interface RunCell {
	readonly gateway: string;
	/** {@link Row.id} */
	readonly row: string;
	readonly place: string;
	readonly outcome: Outcome;
}

/** A cell in the file; `notOffered` is a place in {@link CellsResult.refusals}. */
export type Cell = 'works' | { readonly notOffered: number } | { readonly fault: string };

/** The file of a whole run. */
export interface CellsResult {
	/** The version of n8n. */
	readonly n8n: string;
	/** `2026-11-22` */
	readonly date: string;
	/** What the node said where something is not offered. */
	readonly refusals: readonly string[];
	/** By gateway, operation and store. */
	readonly cells: Readonly<
		Record<string, Readonly<Record<string, Readonly<Record<string, Cell>>>>>
	>;
}

const file = () => join(projectRoot(), 'reliability/cells/result.json');

/** The committed result. */
export const readResult = (): CellsResult =>
	JSON.parse(readFileSync(file(), 'utf8')) as CellsResult;

/** Writes the result of a run, in the form that `npm run lint` wants. */
export async function writeResult(result: CellsResult): Promise<void> {
	const options = await prettier.resolveConfig(file());
	writeFileSync(
		file(),
		await prettier.format(JSON.stringify(result), { ...options, parser: 'json' }),
	);
}

/** Puts the cells of a run together. */
export function toResult(
	ran: readonly RunCell[],
	{ n8n, date }: Pick<CellsResult, 'n8n' | 'date'>,
): CellsResult {
	const refusals: string[] = [];
	const placeOf = (sentence: string): number => {
		if (!refusals.includes(sentence)) refusals.push(sentence);
		return refusals.indexOf(sentence);
	};
	const toCell = (outcome: Outcome): Cell => {
		if (outcome.kind === 'works') return 'works';
		if (outcome.kind === 'fault') return { fault: outcome.reason };
		return { notOffered: placeOf(outcome.sentence) };
	};
	const cells: Record<string, Record<string, Record<string, Cell>>> = {};
	for (const { gateway, row, place, outcome } of ran) {
		const rows = (cells[gateway] ??= {});
		(rows[row] ??= {})[place] = toCell(outcome);
	}
	return { n8n, date, refusals, cells };
}
