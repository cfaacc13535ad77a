import logUpdate from 'log-update';
import pc from 'picocolors';

import type { Row } from './board.mts';

const titles = ['Recipient', 'What', 'Sent at', 'Statuses', 'Message ID'];
const longestWords = 28;

const shortened = (text: string, length: number) =>
	text.length > length ? `${text.slice(0, length - 1)}…` : text;

const cells = ({ phone, what, local, way, messageId }: Row): string[] => [
	phone,
	shortened(what, longestWords),
	local ?? 'immediately',
	way.join(' → '),
	messageId ?? '–',
];

/** The last word of a way decides its colour. */
function paint(way: string): string {
	const last = way.trimEnd().split(' → ').at(-1) ?? '';
	if (['sent', 'delivered', 'read', 'played'].includes(last)) return pc.green(way);
	if (['failed', 'expired', 'unknown'].includes(last)) return pc.red(way);
	return last === 'cancelled' ? pc.dim(way) : pc.yellow(way);
}

/** All rows, in columns as wide as they need to be. */
export function table(rows: readonly Row[]): string {
	const lines = rows.map(cells);
	const widths = titles.map((title, column) =>
		Math.max(title.length, ...lines.map((line) => line[column].length)),
	);
	const padded = (line: string[]) => line.map((cell, column) => cell.padEnd(widths[column]));
	return [
		pc.bold(padded(titles).join('  ')),
		...lines.map((line) =>
			padded(line)
				.map((cell, i) => (i === 3 ? paint(cell) : cell))
				.join('  '),
		),
	]
		.map((line) => `  ${line}`.trimEnd())
		.join('\n');
}

/**
 * What a person watches: lines, and below them a table that changes. Where the output is no terminal,
 * each change is a line of its own.
 */
export class Screen {
	readonly #isTerminal = process.stdout.isTTY === true;
	#rows: readonly Row[] = [];

	/** Prints a line above the table. */
	say(line = '') {
		if (this.#isTerminal) logUpdate.clear();
		console.log(line);
		this.#draw();
	}

	/** A row has changed. */
	show(rows: readonly Row[], changed: Row) {
		this.#rows = rows;
		if (this.#isTerminal) this.#draw();
		else console.log(`  ${cells(changed).join(' | ')}`);
	}

	/** Leaves the table where it is; lines come below it from now on. */
	finish() {
		if (this.#isTerminal) logUpdate.done();
		else if (this.#rows.length) console.log(`\n${table(this.#rows)}`);
		this.#rows = [];
	}

	#draw() {
		if (this.#isTerminal && this.#rows.length) logUpdate(`\n${table(this.#rows)}`);
	}
}
