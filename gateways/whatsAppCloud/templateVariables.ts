import { gapLabel } from '../gapLabel';
import type { TemplateVariable } from '../templates';
import { isObject, textAt, type JsonObject } from '../json';

/** Where a value belongs: `key` is the variable's number or name, the kind of media, or the button's index. */
export interface VariablePlace {
	readonly part: 'headerText' | 'headerMedia' | 'body' | 'urlButton' | 'replyButton';
	readonly key: string;
}

/** The ids of variables, by the part of a template that they fill. */
const FORMS: ReadonlyArray<readonly [part: VariablePlace['part'], form: RegExp]> = [
	['body', /^body\.(\w+)$/],
	['headerText', /^header\.text\.(\w+)$/],
	['headerMedia', /^header\.(image|video|document)$/],
	['urlButton', /^button\.(\d)\.url$/],
	['replyButton', /^button\.(\d)\.payload$/],
];

/** Where a variable belongs by its id; null if it is none of ours. */
export function parseVariableId(id: string): VariablePlace | null {
	for (const [part, form] of FORMS) {
		const match = form.exec(id);
		if (match !== null) return { part, key: match[1] };
	}
	return null;
}

/** Why a component cannot be sent, in words that follow "it has". */
export class UnsupportedPart {
	constructor(readonly reason: string) {}
}

/** A component of a template as listed: `HEADER`, `BODY`, `FOOTER`, `BUTTONS` and others. */
export function variablesOf(component: JsonObject): TemplateVariable[] | UnsupportedPart {
	const type = textAt(component, 'type') ?? '';
	switch (type.toUpperCase()) {
		case 'HEADER':
			return headerVariables(component);
		case 'BODY':
			return textVariables(component, 'body', '');
		case 'FOOTER':
			return [];
		case 'BUTTONS':
			return buttonVariables(component);
		default:
			return new UnsupportedPart(`a part of the type ${type || 'unknown'}`);
	}
}

function headerVariables(component: JsonObject): TemplateVariable[] | UnsupportedPart {
	const format = textAt(component, 'format') ?? '';
	switch (format.toUpperCase()) {
		case 'TEXT':
			return textVariables(component, 'header.text', 'Header ');
		case 'IMAGE':
		case 'VIDEO':
		case 'DOCUMENT': {
			const kind = format.toLowerCase();
			return [
				{
					id: `header.${kind}`,
					label: `Header: URL of the ${kind}${kind === 'document' ? ' (PDF)' : ''}`,
					kind: 'mediaUrl',
					example: exampleOf(component, 'header_handle'),
				},
			];
		}
		default:
			return new UnsupportedPart(`a header of the format ${format || 'unknown'}`);
	}
}

const GAP = /\{\{\s*(\w+)\s*\}\}/g;

/** The gaps of a text, each once: by number in their order, by name as they come. */
function textVariables(component: JsonObject, prefix: string, part: string): TemplateVariable[] {
	const text = textAt(component, 'text') ?? '';
	const found = new Map<string, number>();
	for (const { 1: key, index } of text.matchAll(GAP)) if (!found.has(key)) found.set(key, index);
	const keys = [...found.keys()];
	if (keys.every((key) => /^\d+$/.test(key))) keys.sort((a, b) => Number(a) - Number(b));
	return keys.map((key, index) => ({
		id: `${prefix}.${key}`,
		label: `${part}${gapLabel(text, found.get(key) ?? 0)}`,
		kind: 'text',
		example: textExample(component, prefix, key, index),
	}));
}

function buttonVariables(component: JsonObject): TemplateVariable[] | UnsupportedPart {
	const buttons = Array.isArray(component.buttons) ? component.buttons : [];
	const variables: TemplateVariable[] = [];
	for (const [index, each] of buttons.entries()) {
		const button: JsonObject = isObject(each) ? each : {};
		const type = (textAt(button, 'type') ?? 'unknown').toUpperCase();
		const text = textAt(button, 'text') ?? '';
		if (type === 'QUICK_REPLY') {
			variables.push({
				id: `button.${index}.payload`,
				label: `Button "${text}": payload, which comes back when it is pressed`,
				kind: 'payload',
				example: null,
				optional: true,
			});
		} else if (type === 'URL') {
			const url = textAt(button, 'url') ?? '';
			if (!url.includes('{{')) continue;
			variables.push({
				id: `button.${index}.url`,
				label: `Button "${text}": end of the URL ${url}`,
				kind: 'text',
				example: exampleOf({ example: button }, 'example'),
			});
		} else if (type !== 'PHONE_NUMBER') {
			return new UnsupportedPart(`a button of the type ${type}`);
		}
	}
	return variables;
}

/**
 * The vendor's sample of a variable: `example.body_text[0][]`, `example.header_text[]`, or by name in
 * `example.body_text_named_params[]` (…/templates/template-management).
 */
function textExample(
	component: JsonObject,
	prefix: string,
	key: string,
	index: number,
): string | null {
	const name = prefix === 'body' ? 'body_text' : 'header_text';
	const example = isObject(component.example) ? component.example : {};
	const named: unknown = example[`${name}_named_params`];
	const byName = (Array.isArray(named) ? named : []).find(
		(each) => isObject(each) && each.param_name === key,
	) as JsonObject | undefined;
	if (byName !== undefined) return textAt(byName, 'example');
	const samples: unknown = example[name];
	const list = Array.isArray(samples) ? (samples.flat() as unknown[]) : [];
	return typeof list[index] === 'string' ? list[index] : null;
}

/** The first of a list of samples. */
function exampleOf(component: JsonObject, name: string): string | null {
	const example = isObject(component.example) ? component.example : {};
	const samples: unknown = example[name];
	const first: unknown = Array.isArray(samples) ? samples[0] : undefined;
	return typeof first === 'string' ? first : null;
}
