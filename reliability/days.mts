import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { NO_WORST, worstOf, type Worst } from '../test/stores/dispatcher/invariants.mts';
import { printTable, seconds } from './figures.mts';
import { jest } from './properties.mts';

const PROCESSES = 2;
/** Days of one process of jest: few enough that something is seen while it goes on. */
const MAX_DAYS = 2_500;

/**
 * Simulates days of an account, and tells the worst case of each invariant. Through jest, as the unit
 * test does: loaded by tsx, there would be two copies of some classes.
 */
export async function checkDays(options: {
	count?: string;
	seed?: string;
	messages?: string;
}): Promise<boolean> {
	const count = Number(options.count ?? 100_000);
	const first = Number(options.seed ?? 1);
	const folder = mkdtempSync(join(tmpdir(), 'days-'));
	const began = Date.now();
	let worst: Worst = NO_WORST;
	let done = 0;
	let isProved = true;
	let next = first;

	const work = async (): Promise<void> => {
		const days = Math.min(MAX_DAYS, Math.ceil(count / PROCESSES), first + count - next);
		if (days <= 0) return;
		const from = next;
		next += days;
		const file = join(folder, `${from}.json`);
		const code = await jest(
			process.cwd(),
			['--selectProjects', 'unit', '--runInBand', '--testPathPatterns', 'stores/dispatcher/days'],
			{
				RELIABILITY_DAYS: String(days),
				RELIABILITY_SEED: String(from),
				RELIABILITY_MESSAGES: options.messages ?? '60',
				RELIABILITY_FIGURES: file,
			},
			true,
		);
		const figures = figuresOf(file);
		if (figures === null) console.log(`days ${from} to ${from + days - 1}: jest gave no figures`);
		for (const words of figures?.found.slice(0, 20) ?? []) console.log(words);
		if (figures !== null) worst = worstOf(worst, withInfinity(figures.worst));
		isProved &&= code === 0 && figures?.found.length === 0;
		done += days;
		const rate = (done / (Date.now() - began)) * 1_000;
		console.log(`${done} of ${count} days, ${rate.toFixed(1)} a second`);
		await work();
	};
	try {
		await Promise.all(Array.from({ length: PROCESSES }, work));
	} finally {
		rmSync(folder, { recursive: true, force: true });
	}
	printTable(
		['invariant', 'worst case'],
		Object.entries(worst).map(([name, value]) => [name, String(value)]),
	);
	console.log(`${done} days in ${seconds(Date.now() - began)}`);
	return isProved;
}

interface Figures {
	readonly worst: Worst;
	readonly found: readonly string[];
}

/** What a process of jest found; null where it ended before it could say so. */
const figuresOf = (file: string): Figures | null =>
	existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Figures) : null;

/** JSON has no infinity. */
const withInfinity = (worst: Worst): Worst =>
	Object.fromEntries(
		Object.entries(worst).map(([name, value]) => [name, (value as number | null) ?? -Infinity]),
	) as unknown as Worst;
