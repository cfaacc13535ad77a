import { GatewayError, type GatewayErrorKind } from '../../gateways/transport/gatewayError';
import { cage, parrot, template } from '../gateways/parrot.mts';
import { LoadOptionsContext } from 'n8n-core';
import type { INodeParameters } from 'n8n-workflow';
import { MessageScheduler } from '../../nodes/MessageScheduler/MessageScheduler.node';
import { formatChoice, parseChoice } from '../../nodes/MessageScheduler/fields/template';
import {
	ACTION,
	additionalData,
	errorOf,
	execute,
	outputOf,
	workflowOf,
	type Json,
} from './fakeContext.mts';
import { differences, schemaOf } from './schema.mts';

const credential = {
	gateway: 'parrot',
	parrotUrl: 'https://parrot.example',
	parrotKey: 'nut-0815',
};

beforeEach(() => cage.reset());

const chosen = (value: string): Json => ({ __rl: true, mode: 'list', value });
const named = (value: string): Json => ({ __rl: true, mode: 'name', value });
const filled = (value: Json): Json => ({
	mappingMode: 'defineBelow',
	value,
	matchingColumns: [],
	schema: [],
});
const ANA = { 'body.1': 'Ana', 'body.2': 'ten' };
const message = (changes: Json = {}): Json => ({
	resource: 'message',
	operation: 'send',
	recipient: '+919988066776',
	messageType: 'template',
	template: chosen('reminder|en_US'),
	templateVariables: filled(ANA),
	...changes,
});
const REMINDER = { name: 'reminder', language: 'en_US', variables: ANA };

/** A method of the editor, with the parameters that the user sees. */
function inEditor(parameters: Json): LoadOptionsContext {
	const { workflow, node } = workflowOf(ACTION, parameters, { credential });
	const currentNodeParameters = parameters as INodeParameters;
	return new LoadOptionsContext(
		workflow,
		node,
		additionalData({ credential }, { currentNodeParameters }),
		'',
	);
}
const { listSearch, resourceMapping } = new MessageScheduler().methods;
const variables = async (parameters: Json, name: 'template' | 'replacement' = 'template') =>
	await resourceMapping[`${name}Variables`].call(inEditor(parameters));
const search = async (filter?: string, token?: string) =>
	await listSearch.searchTemplates.call(inEditor({}), filter, token);

describe('the list', () => {
	it('has the approved ones with language and category, page by page', async () => {
		cage.templates = [
			template(),
			template({ name: 'gone', status: 'paused' }),
			template({ language: 'de', title: 'Erinnerung', category: null }),
			template({ name: 'HX1', language: null, unsupported: 'it has a carousel' }),
		];
		const first = await search();
		expect(first).toEqual({
			results: [
				{
					name: 'reminder – en_US, UTILITY',
					value: 'reminder|en_US',
					description: 'Hello {{1}}, your appointment is at {{2}}',
				},
			],
			paginationToken: '2',
		});
		expect(await search('', first.paginationToken as string)).toEqual({
			results: [
				expect.objectContaining({ name: 'Erinnerung – de', value: 'reminder|de' }),
				{
					name: 'HX1 – UTILITY, cannot be sent',
					value: 'HX1',
					description: 'this package cannot send it: it has a carousel',
				},
			],
		});
	});

	it('is searched by name, title and words, whatever the gateway does with a search', async () => {
		cage.templates = [...'abcdef'].map((name) =>
			template({ name, text: `the word ${name}${name}` }),
		);
		expect(await search('FF')).toMatchObject({ results: [{ value: 'f|en_US' }] });
		expect(cage.lists).toBe(3);
		expect(await search('nowhere')).toEqual({ results: [] });
	});

	it('says so where it cannot be read, or there is none', async () => {
		cage.isUnreadable = true;
		await expect(search()).rejects.toThrow('Parrot reads templates with a "Perch" only');
		const { templates, capabilities } = parrot;
		try {
			Object.assign(parrot, { templates: undefined });
			await expect(search()).rejects.toThrow('Parrot documents no list of templates');
			Object.assign(parrot, { capabilities: { ...capabilities, messageTypes: ['text'] } });
			await expect(search()).rejects.toThrow('Parrot does not send templates');
		} finally {
			Object.assign(parrot, { templates, capabilities });
		}
	});
});

describe('the variables', () => {
	it('are one field each, with the template’s own words', async () => {
		cage.templates[0] = template({
			variables: [
				...template().variables,
				{ id: 'button.0.payload', label: 'Yes', kind: 'payload', example: null, optional: true },
			],
		});
		const { fields } = await variables({ template: chosen('reminder|en_US') });
		expect(fields.map(({ id, displayName, required }) => [id, displayName, required])).toEqual([
			['body.1', '{{1}}: Hello {{1}} (e.g. Ana)', true],
			['body.2', 'Body: appointment is at {{2}}', true],
			['button.0.payload', 'Yes', false],
		]);
		for (const field of fields) {
			expect(field).toMatchObject({ type: 'string', display: true, canBeUsedToMatch: false });
		}
	});

	it('leave out what a file from n8n fills, of the message’s own template only', async () => {
		cage.templates[0] = template({
			variables: [
				{ id: 'header.image', label: 'Header', kind: 'mediaUrl', example: null },
				...template().variables,
			],
		});
		const { capabilities } = parrot;
		const rules = { maxBytes: 1000, mimeTypes: ['image/png'] };
		const uploads = { goes: 'first', types: {}, templateVariables: { 'header.image': rules } };
		const idsOf = async (parameters: Json, name?: 'replacement') =>
			(await variables(parameters, name)).fields.map(({ id }) => id);
		const own = { template: chosen('reminder|en_US'), mediaSource: 'binary' };
		try {
			// Without such uploads the error of the run says what to do.
			expect(await idsOf(own)).toEqual(['header.image', 'body.1', 'body.2']);
			Object.assign(parrot, { capabilities: { ...capabilities, uploads } });
			expect(await idsOf(own)).toEqual(['body.1', 'body.2']);
			expect(await idsOf({ ...own, mediaSource: 'url' })).toHaveLength(3);
			const instead = { replacementTemplate: chosen('reminder|en_US'), mediaSource: 'binary' };
			expect(await idsOf(instead, 'replacement')).toHaveLength(3);
			cage.templates[0] = template({ variables: cage.templates[0].variables.slice(0, 1) });
			const { fields, emptyFieldsNotice } = await variables(own);
			expect([fields, emptyFieldsNotice]).toEqual([
				[],
				'The template reminder (en_US) has no other variables.',
			]);
		} finally {
			Object.assign(parrot, { capabilities });
		}
	});

	it('are those of a template by name and language, and of the replacement', async () => {
		const byName = { template: named('reminder'), templateLanguage: ' en_US ' };
		expect((await variables(byName)).fields).toHaveLength(2);
		const instead = { replacementTemplate: chosen('reminder|en_US') };
		expect((await variables(instead, 'replacement')).fields).toHaveLength(2);
	});

	it.each<[string, Json, string]>([
		['before one is chosen', {}, 'Choose a template.'],
		['with an empty choice', { template: chosen('') }, 'Choose a template.'],
		['of an unknown one', { template: chosen('a<b|en') }, 'does not have the template a&lt;b (en)'],
	])('are none %s', async (_, parameters, notice) => {
		const { fields, emptyFieldsNotice } = await variables(parameters);
		expect([fields, emptyFieldsNotice]).toEqual([[], expect.stringContaining(notice)]);
	});

	it('are none of what cannot be sent, with the reason', async () => {
		cage.templates = [
			template({ status: 'paused', gatewayStatus: 'PAUSED' }),
			template({ name: 'plain', variables: [] }),
		];
		expect(await variables({ template: chosen('reminder|en_US') })).toEqual({
			fields: [],
			emptyFieldsNotice: 'reminder (en_US): it is paused at Parrot (PAUSED).',
		});
		expect((await variables({ template: chosen('plain|en_US') })).emptyFieldsNotice).toBe(
			'The template plain (en_US) has no variables.',
		);
	});

	it('are not taken for none while the gateway cannot be asked', async () => {
		cage.isUnreadable = true;
		await expect(variables({ template: chosen('reminder|en_US') })).rejects.toThrow('"Perch"');
	});
});

it.each([
	['reminder', 'en_US', 'reminder|en_US'],
	['HX1', null, 'HX1'],
	['odd|name', 'en', 'odd|name|en'],
	['odd|name', null, 'odd|name|'],
])('an entry of %s in %s is known by %s', (name, language, value) => {
	expect(formatChoice({ name, language })).toBe(value);
	const choice = parseChoice(chosen(value), 'of another mode');
	expect({ ...choice, language: choice.language || null }).toEqual({ name, language });
});

describe('a template message', () => {
	it('goes out with its variables', async () => {
		const [item] = await outputOf(message(), { credential });
		expect(cage.sent).toMatchObject([{ type: 'template', text: null, template: REMINDER }]);
		expect(item).toMatchObject({ status: 'sent', type: 'template', text: null, warnings: [] });
		expect(item.template).toEqual(REMINDER);
		expect(differences(item, schemaOf('message', 'send'))).toEqual([]);
	});

	it('takes variables from expressions, and its name from an item', async () => {
		const parameters = message({
			template: named('={{ $json.which }}'),
			templateLanguage: 'en_US',
			templateVariables: filled({ 'body.1': '={{ $json.who }}', 'body.2': '={{ 5 + 5 }}' }),
		});
		await outputOf(parameters, { credential, items: [{ which: 'reminder', who: 'Bo' }] });
		const { template: sent } = cage.sent[0];
		expect(sent).toEqual({ ...REMINDER, variables: { 'body.1': 'Bo', 'body.2': '10' } });
	});

	it('is looked up once for all items, before anything is sent', async () => {
		const items = Array.from({ length: 50 }, (_, n) => ({ who: n === 49 ? '' : 'Bo' }));
		const templateVariables = filled({ ...ANA, 'body.1': '={{ $json.who }}' });
		const { message: said } = await errorOf(message({ templateVariables }), { credential, items });
		expect(said).toBe(
			'Item 50 of 50 (+919988066776): "Variables" has no value for "body.1" ({{1}}: Hello {{1}}) of the template "reminder (en_US)"',
		);
		expect([cage.sent.length, cage.finds]).toEqual([0, 1]);
	});

	const media = { id: 'header.image', label: 'Header', kind: 'mediaUrl', example: null } as const;
	it.each<[string, Json, RegExp, Partial<ReturnType<typeof template>>?]>([
		['no template', { template: chosen('') }, /"Template" is empty\. Choose a template/],
		[
			'an unknown one',
			{ template: named('invoice'), templateLanguage: 'en_US' },
			/"Template" is "invoice \(en_US\)", which Parrot does not have.*Choose one from the list/,
		],
		[
			'the wrong language',
			{ template: named('reminder'), templateLanguage: 'en_GB' },
			/"Template Language" is "en_GB", in which Parrot does not have the template "reminder".*Enter one of: en_US/,
		],
		[
			'no language',
			{ template: named('reminder') },
			/"Template Language" is empty, but Parrot has the template "reminder" by language/,
		],
		[
			'a paused one',
			{},
			/"Template" is "reminder \(en_US\)", but it is paused at Parrot \(PAUSED\)/,
			{ status: 'paused', gatewayStatus: 'PAUSED' },
		],
		[
			'one in a status without meaning',
			{},
			/but its status at Parrot has no documented meaning \(LIMBO\)/,
			{ status: 'unknown', gatewayStatus: 'LIMBO' },
		],
		[
			'one that cannot be sent',
			{},
			/but this package cannot send it: it has a carousel/,
			{ unsupported: 'it has a carousel' },
		],
		[
			'too few variables',
			{ templateVariables: filled({}) },
			/"Variables" has no value for "body.1" \(\{\{1\}\}: Hello \{\{1\}\}\) and "body.2"/,
		],
		[
			'too many',
			{ templateVariables: filled({ ...ANA, 'body.3': 'x' }) },
			/"Variables" has "body.3", which the template "reminder \(en_US\)" does not have.*body.1, body.2/,
		],
		[
			'variables for a template without any',
			{},
			/Remove it: the template has no variables/,
			{ variables: [] },
		],
		[
			'text for a file',
			{ templateVariables: filled({ 'header.image': 'a cat' }) },
			/"Variables" is "a cat" at "header.image" \(Header\), which is not a public URL/,
			{ variables: [media] },
		],
		[
			'text for all variables',
			{ templateVariables: 'Ana' },
			/"Variables" is "Ana"\. Enter one value for each variable/,
		],
	])('is refused with %s', async (...[, changes, sentence, one]) => {
		if (one !== undefined) cage.templates = [template(one)];
		const { message: said, description } = await errorOf(message(changes), { credential });
		expect(`${said} ${description}`).toMatch(sentence);
		expect(cage.sent).toEqual([]);
	});

	it('is sent unchecked where the credential does not reach the list, with a warning', async () => {
		cage.isUnreadable = true;
		const [item] = await outputOf(message(), { credential });
		expect(item.warnings).toEqual([
			'The template was not checked. Parrot reads templates with a "Perch" only. Enter "Perch" in the credential.',
		]);
		expect(cage.sent).toHaveLength(1);
	});

	it.each<[GatewayErrorKind, boolean]>([
		['unreachable', true],
		['timedOut', true],
		['unavailable', true],
		['rateLimited', true],
		['unauthorized', false],
		['rejected', false],
	])('is sent unchecked while the list is %s: %s', async (kind, isSent) => {
		jest.spyOn(parrot.templates!, 'find').mockRejectedValue(new GatewayError(kind, 'Not now'));
		const sent = outputOf(message(), { credential });
		if (isSent) {
			expect((await sent)[0].warnings).toEqual(['The template was not checked. Not now']);
		} else {
			await expect(sent).rejects.toThrow('Not now');
		}
		expect(cage.sent).toHaveLength(isSent ? 1 : 0);
		jest.restoreAllMocks();
	});

	it('lets the other items go on where the user says so', async () => {
		const items = [{ which: 'reminder' }, { which: 'invoice' }];
		const template = named('={{ $json.which }}');
		const output = await execute(message({ template, templateLanguage: 'en_US' }), {
			credential,
			items,
			node: { onError: 'continueRegularOutput' },
		});
		expect(output.map(({ json }) => json)).toMatchObject([
			{ status: 'sent' },
			{ error: expect.stringContaining('which Parrot does not have') },
		]);
	});
});
