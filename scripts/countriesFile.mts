/**
 * Makes the text of `messages/countries.ts`: what *Default Country* knows of each country, from the
 * metadata of libphonenumber-js (Google's), which is a development dependency only.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parsePhoneNumber, type CountryCode } from 'libphonenumber-js/max';
import { projectRoot } from '../harness/folders.mts';

/** Positions in libphonenumber-js's metadata: its METADATA.md and `source/metadata.js`. */
const CALLING_CODE = 0;
const PATTERN = 2;
const NATIONAL_PREFIX = 5;
const TYPES = 11;
/** Positions in `TYPES`; each is a list whose first element is a pattern. */
const FIXED_LINE = 0;
const MOBILE = 1;
const PERSONAL_NUMBER = 4;
const VOIP = 8;

interface CountryData {
	readonly id: string;
	readonly name: string;
	readonly callingCode: string;
	readonly trunk: readonly string[];
	readonly writesTrunk: boolean;
}
type Plan = readonly unknown[];
interface Source {
	readonly countries: Readonly<Record<string, Plan>>;
	readonly nonGeographic: Readonly<Record<string, Plan>>;
}

const readJson = (name: string): unknown =>
	JSON.parse(readFileSync(join(projectRoot(), 'node_modules/libphonenumber-js', name), 'utf8'));

/** Prefixes that are dialled before a national number, where there are more than the usual one. */
const MORE_TRUNK_PREFIXES: Readonly<Record<string, readonly string[]>> = {
	// "8 029 491-19-11": the metadata's prefix for parsing is `0|80?`.
	BY: ['80', '8', '0'],
	// 8 until 2023, 0 since: the metadata's prefix for parsing is `[08]`.
	LT: ['0', '8'],
};

/** How many digits a text has, by its first digit ('' for no digit at all). */
type Shape = Map<string, Set<number>>;

const add = (shape: Shape, first: string, length: number) =>
	shape.set(first, (shape.get(first) ?? new Set()).add(length));

function union(...shapes: readonly Shape[]): Shape {
	const all: Shape = new Map();
	for (const shape of shapes) {
		for (const [first, lengths] of shape) for (const length of lengths) add(all, first, length);
	}
	return all;
}

function followedBy(left: Shape, right: Shape): Shape {
	const both: Shape = new Map();
	for (const [first, lengths] of left) {
		for (const [next, more] of right) {
			for (const length of lengths) {
				for (const other of more) add(both, first === '' ? next : first, length + other);
			}
		}
	}
	return both;
}

/**
 * First digits and lengths of all texts that a pattern matches. The metadata's patterns have digits,
 * classes, `\d`, groups, alternatives and the quantifiers `?`, `{n}` and `{n,m}`, and nothing else.
 *
 * @throws Error for any other pattern
 */
export function shapeOf(pattern: string): Shape {
	let at = 0;
	const fail = () => new Error(`Not understood at ${at}: ${pattern}`);

	function alternatives(): Shape {
		let all = sequence();
		while (pattern[at] === '|') {
			at += 1;
			all = union(all, sequence());
		}
		return all;
	}
	function sequence(): Shape {
		let whole: Shape = new Map([['', new Set([0])]]);
		while (at < pattern.length && pattern[at] !== '|' && pattern[at] !== ')') {
			whole = followedBy(whole, repeated(atom()));
		}
		return whole;
	}
	function atom(): Shape {
		const digits = /^(?:\\d|\d|\[[\d-]+\])/.exec(pattern.slice(at))?.[0];
		if (digits !== undefined) {
			at += digits.length;
			const matches = new RegExp(`^${digits}$`);
			return new Map(
				[...'0123456789'].filter((digit) => matches.test(digit)).map((d) => [d, new Set([1])]),
			);
		}
		const open = /^\((?:\?:)?/.exec(pattern.slice(at))?.[0];
		if (open === undefined) throw fail();
		at += open.length;
		const inside = alternatives();
		if (pattern[at] !== ')') throw fail();
		at += 1;
		return inside;
	}
	function repeated(once: Shape): Shape {
		const [text, least, most] = /^(?:\?|\{(\d+)(?:,(\d+))?\})/.exec(pattern.slice(at)) ?? [];
		if (text === undefined) return once;
		at += text.length;
		const from = text === '?' ? 0 : Number(least);
		const to = text === '?' ? 1 : Number(most ?? least);
		let times: Shape = new Map([['', new Set([0])]]);
		let all: Shape = new Map();
		for (let count = 0; count <= to; count += 1) {
			if (count >= from) all = union(all, times);
			times = followedBy(times, once);
		}
		return all;
	}

	const shape = alternatives();
	if (at !== pattern.length) throw fail();
	return shape;
}

const shapeOfTypes = (plan: Plan, types: readonly number[]): Shape =>
	union(
		...types.map((type) => {
			const [pattern] = ((plan[TYPES] as unknown[] | undefined)?.[type] || []) as string[];
			return pattern === undefined || pattern === '' ? new Map() : shapeOf(pattern);
		}),
	);

/** As text: `1:10-11 2-9:5-15` for 10 or 11 digits that begin with 1, 5 to 15 with 2 to 9. */
function shapeText(shape: Shape): string {
	const digitsBy = new Map<string, number[]>();
	for (const [first, lengths] of [...shape].sort(([a], [b]) => a.localeCompare(b))) {
		if (first === '') continue;
		const text = ranges([...lengths].sort((a, b) => a - b));
		digitsBy.set(text, [...(digitsBy.get(text) ?? []), Number(first)]);
	}
	return [...digitsBy].map(([lengths, digits]) => `${ranges(digits)}:${lengths}`).join(' ');
}

function ranges(numbers: readonly number[]): string {
	const parts: Array<[number, number]> = [];
	for (const number of numbers) {
		const last = parts.at(-1);
		if (last !== undefined && number === last[1] + 1) last[1] = number;
		else parts.push([number, number]);
	}
	return parts.map(([from, to]) => (from === to ? `${from}` : `${from}-${to}`)).join(',');
}

/** Whether a mobile number of the country is always written with the trunk prefix inside the country. */
function writesTrunk(
	country: string,
	trunk: readonly string[],
	example: string | undefined,
): boolean {
	if (trunk.length === 0 || example === undefined) return false;
	const number = parsePhoneNumber(example, country as CountryCode);
	const written = number.format('NATIONAL', { nationalPrefix: false }).replace(/\D/g, '');
	return written !== number.nationalNumber && trunk.some((prefix) => written.startsWith(prefix));
}

/** As Node's own data has it; each release may spell some names anew. */
const englishNames = new Intl.DisplayNames('en', { type: 'region' });
export const englishName = (id: string): string => (englishNames.of(id) ?? id).replaceAll('’', "'");

/**
 * The text of `messages/countries.ts`.
 *
 * @param nameOf the English name of an ISO code
 */
export function countriesFile(nameOf = englishName): string {
	const source = readJson('metadata.max.json') as Source;
	const examples = readJson('examples.mobile.json') as Record<string, string>;
	const { version } = readJson('package.json') as { version: string };

	const countries = Object.entries(source.countries)
		.map(([id, plan]): CountryData => {
			const usual = plan[NATIONAL_PREFIX] as string | 0 | undefined;
			const trunk = MORE_TRUNK_PREFIXES[id] ?? (usual ? [usual] : []);
			return {
				id,
				name: nameOf(id),
				callingCode: plan[CALLING_CODE] as string,
				trunk,
				writesTrunk: writesTrunk(id, trunk, examples[id]),
			};
		})
		.sort((a, b) => a.name.localeCompare(b.name, 'en'));

	const plans = new Map<string, { mobile: Shape; other: Shape }>();
	for (const plan of Object.values(source.countries)) {
		const { mobile, other } = plans.get(plan[CALLING_CODE] as string) ?? {
			mobile: new Map(),
			other: new Map(),
		};
		plans.set(plan[CALLING_CODE] as string, {
			mobile: union(mobile, shapeOfTypes(plan, [MOBILE])),
			other: union(other, shapeOfTypes(plan, [FIXED_LINE, PERSONAL_NUMBER, VOIP])),
		});
	}
	for (const [callingCode, plan] of Object.entries(source.nonGeographic)) {
		plans.set(callingCode, { mobile: new Map(), other: shapeOf(plan[PATTERN] as string) });
	}
	const planLines = [...plans]
		.sort(([a], [b]) => (a < b ? -1 : 1))
		.map(([code, { mobile, other }]) => `${code}|${shapeText(mobile)}|${shapeText(other)}`);

	return `// Generated by scripts/countries.mts from libphonenumber-js ${version}, whose data is Google's libphonenumber's
// (Apache-2.0): the data is shortened. Do not edit.

/**
 * One country a line, in the order of their names: ISO 3166 code, English name, calling code, trunk prefixes
 * (what is dialled before a national number), and \`always\` where mobile numbers are always written with it.
 */
export const COUNTRY_LINES = \`
${countries.map((country) => countryLine(country)).join('\n')}
\`;

/**
 * One calling code a line, and the national numbers that there are: of mobile phones, and of others (fixed
 * line, VoIP, personal). \`1:10-11 2-9:5-15\` is 10 or 11 digits of which the first is 1, and 5 to 15 that begin
 * with another one but 0.
 */
export const NUMBERING_PLAN_LINES = \`
${planLines.join('\n')}
\`;
`;
}

const countryLine = ({ id, name, callingCode, trunk, writesTrunk: always }: CountryData) =>
	[id, name, callingCode, trunk.join(','), always ? 'always' : ''].join('|');
