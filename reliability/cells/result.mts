import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from '../../harness/folders.mts';

/** What came of one cell. */
export type Outcome =
	| { readonly kind: 'works' }
	/** `sentence`: what the node said, word for word. */
	| { readonly kind: 'notOffered'; readonly sentence: string }
	| { readonly kind: 'fault'; readonly reason: string };

/** One cell that was run. */
export interface RunCell {
	/** {@link Row.id} */
	readonly row: string;
	readonly place: string;
	readonly outcome: Outcome;
}

/** A cell in the file; `notOffered` is a place in {@link GatewayResult.refusals}. */
export type Cell = 'works' | { readonly notOffered: number } | { readonly fault: string };

/** All cells of a gateway, of one run. */
export interface GatewayResult {
	/** The version of n8n. */
	readonly n8n: string;
	/** `2026-11-22` */
	readonly date: string;
	/** What the node said where something is not offered. */
	readonly refusals: readonly string[];
	/** By operation and store. */
	readonly cells: Readonly<Record<string, Readonly<Record<string, Cell>>>>;
}

/** The file, by gateway. */
export type CellsResult = Readonly<Record<string, GatewayResult>>;

/** Where the result is committed. */
export const resultFile = (): string => join(projectRoot(), 'reliability/cells/result.json');

/** The committed result; empty if there is none. */
export const readResult = (): CellsResult =>
	existsSync(resultFile()) ? (JSON.parse(readFileSync(resultFile(), 'utf8')) as CellsResult) : {};

/** Puts the cells of a gateway together. */
export function toResult(
	ran: readonly RunCell[],
	{ n8n, date }: Pick<GatewayResult, 'n8n' | 'date'>,
): GatewayResult {
	const refusals: string[] = [];
	const toCell = (outcome: Outcome): Cell => {
		if (outcome.kind === 'works') return 'works';
		if (outcome.kind === 'fault') return { fault: outcome.reason };
		const { sentence } = outcome;
		if (!refusals.includes(sentence)) refusals.push(sentence);
		return { notOffered: refusals.indexOf(sentence) };
	};
	const cells: Record<string, Record<string, Cell>> = {};
	for (const { row, place, outcome } of ran) (cells[row] ??= {})[place] = toCell(outcome);
	return { n8n, date, refusals, cells };
}
