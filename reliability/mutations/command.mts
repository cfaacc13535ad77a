import {
	cpSync,
	mkdtempSync,
	readdirSync,
	readFileSync,
	rmSync,
	symlinkSync,
	writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pc from 'picocolors';
import { projectRoot } from '../../harness/folders.mts';
import { printTable, seconds } from '../figures.mts';
import { mutations, type Mutation } from './list.mts';
import { jest } from '../properties.mts';

/** What a test needs of the project; `node_modules` is linked, not copied. */
const LEFT_OUT = new Set(['node_modules', '.git', 'dist']);

/** Breaks each rule in a copy of the project, and tells whether a test notices. */
export async function checkMutations({ only }: { only?: string }): Promise<boolean> {
	const copy = mkdtempSync(join(tmpdir(), 'mutations-'));
	const root = projectRoot();
	for (const name of readdirSync(root).filter((each) => !LEFT_OUT.has(each))) {
		cpSync(join(root, name), join(copy, name), { recursive: true });
	}
	symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
	const began = Date.now();
	try {
		const chosen = mutations.filter(({ rule }) => only === undefined || rule.includes(only));
		const all = [...new Set(chosen.flatMap(({ tests }) => tests.split('|')))].join('|');
		if (!(await passes(copy, all))) {
			console.log('The tests do not even pass without a mutation.');
			return false;
		}
		const survived: Mutation[] = [];
		const rows: string[][] = [];
		for (const mutation of chosen) {
			const isNoticed = await notices(copy, mutation);
			if (!isNoticed) survived.push(mutation);
			rows.push([mutation.rule, `\`${mutation.file}\``, isNoticed ? 'noticed' : 'NOT NOTICED']);
			console.log(`${isNoticed ? pc.green('noticed') : pc.red('NOT NOTICED')} ${mutation.rule}`);
		}
		printTable(['rule that is broken', 'in', 'by a test'], rows);
		console.log(
			`${chosen.length - survived.length} of ${chosen.length} in ${seconds(Date.now() - began)}`,
		);
		return survived.length === 0;
	} finally {
		rmSync(copy, { recursive: true, force: true });
	}
}

async function notices(copy: string, { rule, file, from, to, tests }: Mutation): Promise<boolean> {
	const path = join(copy, file);
	const original = readFileSync(path, 'utf8');
	if (original.split(from).length !== 2) {
		throw new Error(
			`"${rule}": its line stands not exactly once in ${file}. Bring the list up to date.`,
		);
	}
	writeFileSync(
		path,
		original.replace(from, () => to),
	);
	try {
		return !(await passes(copy, tests));
	} finally {
		writeFileSync(path, original);
	}
}

const passes = async (copy: string, tests: string): Promise<boolean> =>
	(await jest(copy, ['--bail', '--testPathPatterns', tests], {}, true)) === 0;
