import type { Gateway } from '../../gateways/gateway';
import { gateways } from '../../gateways/registry';
import type { Cell, CellsResult, GatewayResult } from './result.mts';
import { ANY_STORE, ROWS, STORES } from './rows.mts';

const lines = (cells: ReadonlyArray<readonly string[]>): string =>
	cells.map((row) => `| ${row.join(' | ')} |\n`.replace('|  |', '| |')).join('');

/** What a node said of one gateway, the same for every gateway. */
const withoutName = (sentence: string, { label }: Gateway): string =>
	sentence.replaceAll(label, '…');

/** The tables of a result, as Markdown for docs/operations-by-gateway.md. */
export function cellsPage(result: CellsResult): string {
	const ran = gateways.flatMap((gateway) =>
		result[gateway.id] === undefined ? [] : [{ gateway, of: result[gateway.id] }],
	);
	const sentences = [
		...new Set(
			ran.flatMap(({ gateway, of }) => of.refusals.map((said) => withoutName(said, gateway))),
		),
	];
	const show = (cell: Cell | undefined, gateway: Gateway): string => {
		if (cell === 'works') return '✓';
		if (cell === undefined || 'fault' in cell) return '✗';
		const said = withoutName(result[gateway.id].refusals[cell.notOffered], gateway);
		return `– (${sentences.indexOf(said) + 1})`;
	};
	const table = (place: string): string =>
		[
			lines([['', ...gateways.map(({ label }) => label)]]),
			`|${'---|'.repeat(gateways.length + 1)}\n`,
			lines(
				ROWS.filter(({ places }) => places.includes(place)).map(({ id, label }) => [
					label,
					...gateways.map((gateway) => show(result[gateway.id]?.cells[id]?.[place], gateway)),
				]),
			),
		].join('');
	const tables = [
		...STORES.map(({ id, label }) => [`Messages stored in: ${label}`, id]),
		['Wherever messages are stored', ANY_STORE],
	];
	return [
		summary(ran.map(({ of }) => of)),
		...tables.map(([title, place]) => `\n## ${title}\n\n${table(place)}`),
		'\n## What the node says where something is not offered\n\n',
		'“…” stands for the name of the gateway.\n\n',
		...sentences.map((sentence, index) => `${index + 1}. ${sentence}\n`),
	].join('');
}

/** How many cells there are, and on which n8n and day they were run. */
function summary(results: readonly GatewayResult[]): string {
	const cells = results.flatMap((of) => Object.values(of.cells).flatMap(Object.values));
	const count = (isMeant: (cell: Cell) => boolean) => cells.filter(isMeant).length;
	const works = count((cell) => cell === 'works');
	const faults = count((cell) => typeof cell === 'object' && 'fault' in cell);
	const runs = [...new Set(results.map(({ n8n, date }) => `n8n ${n8n} on ${date}`))];
	return `${runs.join(', ')}: ${cells.length} cells, of which ${works} work, ${cells.length - works - faults} are not offered, and ${faults} are faults.\n`;
}
