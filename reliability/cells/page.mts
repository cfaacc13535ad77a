import { gateways } from '../../gateways/registry';
import type { Cell, CellsResult } from './result.mts';
import { ANY_STORE, ROWS, STORES } from './rows.mts';

const lines = (cells: ReadonlyArray<readonly string[]>): string =>
	cells.map((row) => `| ${row.join(' | ')} |\n`.replace('|  |', '| |')).join('');

/** The sentence of a refusal, the same for every gateway. */
const withoutName = (sentence: string): string =>
	gateways.reduce((text, { label }) => text.replaceAll(label, '…'), sentence);

/** `What worked on 22 November 2026 …` and the tables of a result, as Markdown for docs/operations-by-gateway.md. */
export function cellsPage({ n8n, date, refusals, cells }: CellsResult): string {
	const sentences = [...new Set(refusals.map(withoutName))];
	const show = (cell: Cell | undefined): string => {
		if (cell === 'works') return '✓';
		if (cell === undefined || 'fault' in cell) return '✗';
		return `– (${sentences.indexOf(withoutName(refusals[cell.notOffered])) + 1})`;
	};
	const table = (place: string): string => {
		const rows = ROWS.filter(({ places }) => places.includes(place));
		return [
			lines([['', ...gateways.map(({ label }) => label)]]),
			`|${'---|'.repeat(gateways.length + 1)}\n`,
			lines(
				rows.map(({ id, label }) => [
					label,
					...gateways.map((gateway) => show(cells[gateway.id]?.[id]?.[place])),
				]),
			),
		].join('');
	};
	const all = Object.values(cells).flatMap((rows) => Object.values(rows).flatMap(Object.values));
	const works = all.filter((cell) => cell === 'works').length;
	const tables = [
		...STORES.map(({ id, label }) => [`Messages stored in: ${label}`, id]),
		['Wherever messages are stored', ANY_STORE],
	];
	return [
		`n8n ${n8n}, ${date}: ${all.length} cells, of which ${works} work and ${all.length - works} are not offered.\n`,
		...tables.map(([title, place]) => `\n## ${title}\n\n${table(place)}`),
		'\n## What the node says where something is not offered\n\n',
		'“…” stands for the name of the gateway.\n\n',
		...sentences.map((sentence, index) => `${index + 1}. ${sentence}\n`),
	].join('');
}
