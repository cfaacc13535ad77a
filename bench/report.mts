import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, totalmem } from 'node:os';
import { join } from 'node:path';

import { projectRoot } from '../harness/folders.mts';

/** What one benchmark found. */
export interface Report {
	/** Names the place in docs/benchmarks.md. */
	readonly name: string;
	/** Markdown: tables and what has to be known to read them. */
	readonly sections: readonly string[];
}

/** A Markdown table; the first column is text, the others are figures. */
export function table(head: readonly string[], rows: ReadonlyArray<readonly string[]>): string {
	const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
	const rule = head.map((_, column) => (column === 0 ? '---' : '---:'));
	return [line(head), line(rule), ...rows.map(line)].join('\n');
}

/** Where, when and with which settings of n8n the figures were taken. */
export function surroundings(
	n8nVersion?: string,
	env: Readonly<Record<string, string>> = {},
): string {
	const [{ model }] = cpus();
	const [load] = loadavg();
	return [
		...Object.entries(env).map(([name, value]) => `\`${name}=${value}\``),
		`${cpus().length} cores (${model.trim()}), ${Math.round(totalmem() / 2 ** 30)} GiB`,
		`Node ${process.version}${n8nVersion === undefined ? '' : ` for the bench, n8n ${n8nVersion}`}`,
		`load ${load.toFixed(1)} at the end`,
		new Date().toISOString().slice(0, 10),
		`commit ${commit()}`,
	].join(' · ');
}

function commit(): string {
	const git = (...args: string[]) =>
		execFileSync('git', args, { cwd: projectRoot(), encoding: 'utf8' }).trim();
	const isChanged = git('status', '--porcelain', '--', 'gateways', 'messages', 'nodes', 'stores');
	return `${git('rev-parse', '--short', 'HEAD')}${isChanged === '' ? '' : ' with changes'}`;
}

/** Puts a report between its markers in docs/benchmarks.md, which has to hold them. */
export function writeReport({ name, sections }: Report): void {
	const file = join(projectRoot(), 'docs', 'benchmarks.md');
	const [start, end] = [`<!-- bench:${name} -->`, `<!-- /bench:${name} -->`];
	const text = existsSync(file) ? readFileSync(file, 'utf8') : '';
	const from = text.indexOf(start);
	const to = text.indexOf(end);
	if (from === -1 || to < from) throw new Error(`docs/benchmarks.md lacks ${start} … ${end}.`);
	const body = [start, ...sections, ''].join('\n\n').trimEnd();
	writeFileSync(file, `${text.slice(0, from)}${body}\n\n${text.slice(to)}`);
}

/** Figures with as many digits as they are worth. */
export const digits = (value: number): string => {
	if (!Number.isFinite(value)) return '–';
	const places = value >= 100 ? 0 : value >= 10 ? 1 : value >= 1 ? 2 : 3;
	return value.toFixed(places);
};
