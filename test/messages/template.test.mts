import fc from 'fast-check';
import { InvalidParameterError } from '../../messages/invalidParameterError';
import { parseContent } from '../../messages/message';
import { formatTemplate, isSameTemplate, parseTemplate } from '../../messages/template';

const reminder = { name: 'reminder', language: 'en_US', variables: { 'body.1': 'Ana' } };

it('is the content of a message, and nothing else with it', () => {
	expect(parseContent({ type: 'template', text: 'not used', template: reminder })).toEqual({
		type: 'template',
		text: null,
		mediaUrl: null,
		caption: null,
		fileName: null,
		template: reminder,
	});
});

it('needs neither a language nor variables', () => {
	const bare = { name: 'hello', language: null, variables: {} };
	for (const input of [{ name: 'hello' }, { name: ' hello ', language: '', variables: null }]) {
		expect(parseTemplate(input)).toEqual(bare);
	}
});

it('takes numbers and booleans as variables, and leaves empty ones out', () => {
	const variables = { 'body.1': 17, 'body.2': false, 'body.3': '', 'body.4': null, __proto__: {} };
	expect(parseTemplate({ name: 'hello', variables }).variables).toEqual({
		'body.1': '17',
		'body.2': 'false',
	});
});

it.each<[string, unknown, string, string]>([
	['nothing', undefined, 'Template', '"Template" is empty. Choose a template, or enter its name.'],
	['an empty cell', ' ', 'Template', '"Template" is empty.'],
	['no name', { language: 'en' }, 'Template', '"Template" is empty.'],
	['an object as name', { name: {} }, 'Template', '"Template" is an object. Enter text.'],
	['a list', [], 'Template', '"Template" is a list.'],
	['a number', 7, 'Template', '"Template" is "7".'],
	['words', 'reminder', 'Template', '"Template" is "reminder", which is not JSON'],
	['JSON of a text', '"reminder"', 'Template', '"Template" is "reminder". Choose'],
	['JSON of null', 'null', 'Template', '"Template" is "null". Choose'],
	[
		'a list as language',
		{ name: 'a', language: [] },
		'Template Language',
		'"Template Language" is a list.',
	],
	['a list as variables', { name: 'a', variables: ['x'] }, 'Variables', '"Variables" is a list.'],
	['text as variables', { name: 'a', variables: 'x' }, 'Variables', '"Variables" is "x".'],
	[
		'an object as a variable',
		{ name: 'a', variables: { 'body.1': {} } },
		'Variables',
		'"Variables" is an object at "body.1". Enter text.',
	],
])('refuses %s', (_, input, parameter, sentence) => {
	const parse = () => parseTemplate(input);
	expect(parse).toThrow(InvalidParameterError);
	expect(parse).toThrow(expect.objectContaining({ parameter }));
	expect(parse).toThrow(sentence);
});

const templates = fc.record({
	name: fc.string({ minLength: 1 }).filter((name) => name.trim() !== ''),
	language: fc.option(fc.constantFrom('en', 'en_US', 'pt_BR')),
	variables: fc.dictionary(fc.string(), fc.oneof(fc.string(), fc.integer())),
});

it('comes out of a table’s cell as it went in', () => {
	fc.assert(
		fc.property(templates, (given) => {
			const template = parseTemplate(given);
			expect(parseTemplate(formatTemplate(template))).toEqual(template);
		}),
	);
	expect(formatTemplate(null)).toBeNull();
});

it('is the same whatever the order of its variables, and another with another value', () => {
	const [a, b] = [
		{ ...reminder, variables: { 'body.1': 'Ana', 'body.2': 'ten' } },
		{ ...reminder, variables: { 'body.2': 'ten', 'body.1': 'Ana' } },
	];
	expect(isSameTemplate(a, b)).toBe(true);
	expect(isSameTemplate(a, reminder)).toBe(false);
	expect(isSameTemplate(a, { ...a, language: 'en' })).toBe(false);
	expect(isSameTemplate(null, a)).toBe(false);
	expect(isSameTemplate(null, null)).toBe(true);
});
