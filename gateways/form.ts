import type { Delivery } from './webhooks';

/** The content type of a body, in lower case; empty without one. The names of the headers are in lower case. */
export const contentType = ({ 'content-type': type }: Delivery['headers']): string =>
	typeof type === 'string' ? type.toLowerCase() : '';

/** Whether a body is a form's parameters. */
export const isForm = (headers: Delivery['headers']): boolean =>
	contentType(headers).startsWith('application/x-www-form-urlencoded');

/** Parameters from n8n's object of them, in which a repeated name is a list. */
export const parametersOf = (
	values: Readonly<Record<string, unknown>>,
): Array<[name: string, value: string]> =>
	Object.entries(values).flatMap(([name, given]) =>
		[given].flat().map((value): [string, string] => [name, String(value)]),
	);
