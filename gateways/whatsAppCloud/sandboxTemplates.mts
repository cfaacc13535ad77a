import { asRecord, textOf } from '../../sandbox/dialect.mts';
import type { Json } from '../../sandbox/types.mts';

/** A template as the vendor lists it. */
export interface SandboxTemplate {
	name: string;
	parameter_format: 'POSITIONAL' | 'NAMED';
	components: Json[];
	language: string;
	status: string;
	category: string;
	id: string;
}

const base = { parameter_format: 'POSITIONAL', status: 'APPROVED', category: 'UTILITY' } as const;

/** The account's templates: one with numbers, one with names and an image, one that cannot be sent. */
export const defaultTemplates = (): SandboxTemplate[] => [
	{
		...base,
		name: 'appointment_reminder',
		language: 'en',
		id: '1304694804498701',
		components: [
			{
				type: 'BODY',
				text: 'Hello {{1}}, we see you on {{2}}.',
				example: { body_text: [['Pablo', 'Monday at ten']] },
			},
			{
				type: 'BUTTONS',
				buttons: [
					{ type: 'QUICK_REPLY', text: 'I come' },
					{
						type: 'URL',
						text: 'Move it',
						url: 'https://www.luckyshrub.com/move/{{1}}',
						example: ['https://www.luckyshrub.com/move/17'],
					},
				],
			},
		],
	},
	{
		...base,
		name: 'reservation_confirmation',
		parameter_format: 'NAMED',
		language: 'en_US',
		id: '1387372356726668',
		components: [
			{
				type: 'HEADER',
				format: 'IMAGE',
				example: { header_handle: ['https://scontent.example/1'] },
			},
			{
				type: 'BODY',
				text: 'A table for {{number_of_guests}} on {{day}}, {{date}} at {{time}}.',
				example: {
					body_text_named_params: [
						{ param_name: 'number_of_guests', example: '4' },
						{ param_name: 'day', example: 'Saturday' },
						{ param_name: 'date', example: 'August 30th, 2025' },
						{ param_name: 'time', example: '7:30 pm' },
					],
				},
			},
		],
	},
	{
		...base,
		name: 'address_update',
		language: 'en',
		status: 'PENDING',
		id: '1137051647947973',
		components: [{ type: 'BODY', text: 'Your address was changed.' }],
	},
];

const listOf = (value: unknown): Json[] => (Array.isArray(value) ? value.map(asRecord) : []);

const gapsIn = (text: unknown): string[] => [
	...new Set([...String(text ?? '').matchAll(/\{\{(\w+)\}\}/g)].map(([, key]) => key)),
];

/** The code that the vendor refuses this template message with; undefined if it fits. */
export function templateProblem(
	templates: readonly SandboxTemplate[],
	sent: Json,
): number | undefined {
	const language = textOf(asRecord(sent.language).code);
	const template = templates.find((each) => each.name === sent.name && each.language === language);
	if (!template) return 132001;
	if (template.status === 'PAUSED') return 132015;
	if (template.status === 'DISABLED') return 132016;
	if (template.status !== 'APPROVED') return 132001;
	const given = listOf(sent.components);
	const problems = template.components.map((component) => {
		switch (component.type) {
			case 'HEADER':
				return headerProblem(component, given);
			case 'BODY':
				return textProblem(
					template,
					component,
					given.find(({ type }) => type === 'body'),
				);
			case 'BUTTONS':
				return buttonProblem(component, given);
			default:
				return undefined;
		}
	});
	return problems.find((problem) => problem !== undefined);
}

function textProblem(
	{ parameter_format }: SandboxTemplate,
	component: Json,
	given: Json | undefined,
) {
	const wanted = gapsIn(component.text);
	const parameters = listOf(given?.parameters);
	if (parameters.length !== wanted.length) return 132000;
	if (parameters.some(({ type, text }) => type !== 'text' || !textOf(text))) return 132012;
	if (parameter_format === 'POSITIONAL') return undefined;
	const names = parameters.map((parameter) => String(parameter.parameter_name)).sort();
	return names.join() === [...wanted].sort().join() ? undefined : 132012;
}

function headerProblem(component: Json, given: readonly Json[]) {
	const parameters = listOf(given.find(({ type }) => type === 'header')?.parameters);
	if (component.format === 'TEXT') {
		return parameters.length === gapsIn(component.text).length ? undefined : 132000;
	}
	if (parameters.length !== 1) return 132012;
	const kind = String(component.format).toLowerCase();
	const media = asRecord(parameters[0][kind]);
	return parameters[0].type === kind && (textOf(media.link) ?? textOf(media.id))
		? undefined
		: 132012;
}

/** A button with a gap needs its suffix; a quick reply may have a payload. */
function buttonProblem(component: Json, given: readonly Json[]) {
	const ofButtons = given.filter(({ type }) => type === 'button');
	const buttons = listOf(component.buttons);
	const fits = ({ index, sub_type }: Json) => {
		const type = buttons[Number(index)]?.type;
		return type === (sub_type === 'url' ? 'URL' : 'QUICK_REPLY');
	};
	if (!ofButtons.every(fits)) return 132012;
	const lacks = buttons.some(
		({ type, url }, index) =>
			type === 'URL' &&
			gapsIn(url).length > 0 &&
			!ofButtons.some((each) => String(each.index) === String(index)),
	);
	return lacks ? 132000 : undefined;
}

/** A page of the list: filtered by name and status, with the cursor of the vendor's form. */
export function templatePage(
	templates: readonly SandboxTemplate[],
	query: Record<string, string | undefined>,
	nextUrl: (after: string) => string,
): Json {
	const { name, status, fields, after, limit = '25' } = query;
	// undocumented: whether `name` takes a part of it; here only the whole
	const all = templates.filter(
		(each) =>
			(name === undefined || each.name === name) &&
			(status === undefined || each.status === status.toUpperCase()),
	);
	const start = after === undefined ? 0 : Number(Buffer.from(after, 'base64url').toString());
	const end = start + Math.max(1, Number(limit));
	const shown = all.slice(start, end);
	const cursor = (index: number) => Buffer.from(String(index)).toString('base64url');
	const cursors = { before: cursor(start), after: cursor(end) };
	return {
		data: shown.map((template) => withFields(template, fields)),
		...(shown.length > 0 && {
			paging: { cursors, ...(end < all.length && { next: nextUrl(cursors.after) }) },
		}),
	};
}

const withFields = (template: SandboxTemplate, fields: string | undefined): Json =>
	fields === undefined
		? { ...template }
		: Object.fromEntries(
				Object.entries(template).filter(([key]) => key === 'id' || fields.split(',').includes(key)),
			);
