import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { mutations } from '../../reliability/mutations/list.mts';
import { allowed } from '../../reliability/mutants/allowed.mts';

/** The two lists of `npm run reliability` that quote the sources: what is quoted must still stand there. */
const source = (file: string) => readFileSync(join(__dirname, '../..', file), 'utf8');
const oneLine = (text: string) => text.replace(/\s+/g, ' ').trim();

it.each(mutations.map((mutation) => [mutation.rule, mutation] as const))(
	'broken by hand: %s',
	(_, { file, from, to }) => {
		expect(source(file).split(from)).toHaveLength(2);
		expect(to).not.toBe(from);
	},
);

it('names each rule once', () => {
	const rules = mutations.map(({ rule }) => rule);
	expect(new Set(rules).size).toBe(rules.length);
});

it('lets no mutant live in code that is gone, nor without a reason', () => {
	for (const { file, original, reason } of allowed) {
		expect([file, existsSync(join(__dirname, '../..', file))]).toEqual([file, true]);
		expect(oneLine(source(file))).toContain(oneLine(original));
		expect(reason).not.toBe('');
	}
});
