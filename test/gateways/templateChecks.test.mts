import type { Connection, Gateway } from '../../gateways/gateway';
import { checkTemplate, libraryOf, nameOf, whyNotSendable } from '../../gateways/templateChecks';
import type { MessageTemplate, TemplateLibrary } from '../../gateways/templates';
import { InvalidParameterError } from '../../messages/invalidParameterError';
import type { TemplateContent } from '../../messages/template';

const connection = {} as Connection;
const TEMPLATE: MessageTemplate = {
	name: 'reminder',
	language: 'en',
	title: null,
	category: 'UTILITY',
	status: 'approved',
	gatewayStatus: 'APPROVED',
	text: 'Hello {{1}}',
	variables: [
		{ id: 'body.1', label: '{{1}}: Hello {{1}}', kind: 'text', example: null },
		{ id: 'header.image', label: 'header.image', kind: 'mediaUrl', example: null },
		{ id: 'button.0.payload', label: 'Button', kind: 'payload', example: null, optional: true },
	],
	unsupported: null,
};
const FILLED: TemplateContent = {
	name: 'reminder',
	language: 'en',
	variables: { 'body.1': 'Ana', 'header.image': 'https://files.example/a.png' },
};

/** A gateway with these templates, and what it was asked for. */
function gatewayWith(...all: MessageTemplate[]) {
	const searches: Array<string | undefined> = [];
	const templates: TemplateLibrary = {
		list: async (_, { search }) => {
			searches.push(search);
			return { templates: all, cursor: null };
		},
		find: async (_, { name, language }) =>
			all.find((one) => one.name === name && one.language === language) ?? null,
	};
	return { label: 'Night Owl', templates, searches };
}

async function refusalOf(
	content: Partial<TemplateContent>,
	gateway = gatewayWith(TEMPLATE),
): Promise<[parameter: string, message: string, hint: string | undefined] | null> {
	try {
		await checkTemplate(gateway, connection, { ...FILLED, ...content });
		return null;
	} catch (error) {
		if (!(error instanceof InvalidParameterError)) throw error;
		return [error.parameter, error.message, error.hint];
	}
}

it('lets a template go that is approved and filled, with one look', async () => {
	const gateway = gatewayWith(TEMPLATE);
	expect(await refusalOf({}, gateway)).toBeNull();
	const variables = { ...FILLED.variables, 'button.0.payload': 'yes-1' };
	expect(await refusalOf({ variables }, gateway)).toBeNull();
	expect(gateway.searches).toEqual([]);
});

describe('a template that is not there', () => {
	const german = { ...TEMPLATE, language: 'de' };
	const other = { ...TEMPLATE, name: 'reminder_2', language: 'fr' };

	it('has the languages named in which it is', async () => {
		const gateway = gatewayWith(TEMPLATE, german, other);
		expect(await refusalOf({ language: 'pt_BR' }, gateway)).toEqual([
			'Template Language',
			'"Template Language" is "pt_BR", in which Night Owl does not have the template "reminder"',
			'Enter one of: en, de.',
		]);
		expect(gateway.searches).toEqual(['reminder']);
		expect((await refusalOf({ language: null }, gateway))?.[1]).toBe(
			'"Template Language" is empty, but Night Owl has the template "reminder" by language',
		);
	});

	it('is said so where no template has its name, or a language', async () => {
		expect(await refusalOf({ name: 'nobody' })).toEqual([
			'Template',
			'"Template" is "nobody (en)", which Night Owl does not have',
			'Choose one from the list, or check its name.',
		]);
		const without = gatewayWith({ ...TEMPLATE, language: null });
		expect((await refusalOf({}, without))?.[0]).toBe('Template');
	});
});

it.each<[Partial<MessageTemplate>, string | null]>([
	[{}, null],
	[{ unsupported: 'it has a carousel' }, 'this package cannot send it: it has a carousel'],
	[
		{ status: 'pending', gatewayStatus: 'PENDING' },
		'it is not approved yet at Night Owl (PENDING)',
	],
	[{ status: 'rejected', gatewayStatus: null }, 'it is rejected at Night Owl'],
	[{ status: 'paused', gatewayStatus: 'PAUSED' }, 'it is paused at Night Owl (PAUSED)'],
	[{ status: 'disabled', gatewayStatus: 'DELETED' }, 'it is disabled at Night Owl (DELETED)'],
	[
		{ status: 'unknown', gatewayStatus: 'LIMIT' },
		'its status at Night Owl has no documented meaning (LIMIT)',
	],
])('of %j it says why it cannot be sent: %s', async (more, reason) => {
	const template = { ...TEMPLATE, ...more };
	expect(whyNotSendable('Night Owl', template)).toBe(reason);
	expect(await refusalOf({}, gatewayWith(template))).toEqual(
		reason === null
			? null
			: [
					'Template',
					`"Template" is "reminder (en)", but ${reason}`,
					'Choose an approved template from the list.',
				],
	);
});

describe('its variables', () => {
	const [first] = TEMPLATE.variables;

	it('all have values, but those that are optional', async () => {
		expect(await refusalOf({ variables: { 'body.1': 'Ana' } })).toEqual([
			'Variables',
			'"Variables" has no value for "header.image" of the template "reminder (en)"',
			'Enter a value for each variable of the template.',
		]);
		expect((await refusalOf({ variables: {} }))?.[1]).toBe(
			'"Variables" has no value for "body.1" ({{1}}: Hello {{1}}) and "header.image" of the template "reminder (en)"',
		);
		// An inherited name is no value.
		const inherited = gatewayWith({ ...TEMPLATE, variables: [{ ...first, id: 'toString' }] });
		expect((await refusalOf({ variables: {} }, inherited))?.[1]).toContain(
			'no value for "toString"',
		);
	});

	it('are those of the template', async () => {
		const variables = { ...FILLED.variables, 'body.2': 'x', 'body.3': 'y' };
		expect(await refusalOf({ variables })).toEqual([
			'Variables',
			'"Variables" has "body.2" and "body.3", which the template "reminder (en)" does not have',
			'Its variables are: body.1, header.image, button.0.payload. Choose the template again to see them.',
		]);
		const none = gatewayWith({ ...TEMPLATE, variables: [] });
		expect((await refusalOf({ variables: { 'body.1': 'x' } }, none))?.[2]).toBe(
			'Remove it: the template has no variables.',
		);
	});

	it.each([
		['https://files.example/a.png', true],
		['HTTP://files.example/a.png', true],
		['ftp://files.example/a.png', false],
		['https://files.example/a b.png', false],
		['x https://files.example/a.png', false],
		['https://', false],
	])('have a public URL where a file is wanted: %s', async (url, isFine) => {
		const refusal = await refusalOf({ variables: { ...FILLED.variables, 'header.image': url } });
		if (isFine) expect(refusal).toBeNull();
		else
			expect(refusal).toEqual([
				'Variables',
				`"Variables" is "${url}" at "header.image", which is not a public URL`,
				expect.stringMatching(/^Enter a URL that begins with https/),
			]);
	});
});

it('is named with its language, if it has one', () => {
	expect([nameOf(TEMPLATE), nameOf({ ...TEMPLATE, language: null })]).toEqual([
		'reminder (en)',
		'reminder',
	]);
});

it('is looked for only where the gateway has a list', () => {
	const { label, templates } = gatewayWith(TEMPLATE);
	expect(libraryOf({ label, templates } as Gateway)).toEqual({ label, templates });
	expect(libraryOf({ label } as Gateway)).toBeNull();
});
