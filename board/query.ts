import { InvalidParameterError } from '../messages/invalidParameterError';
import { isStatus, STATUS_NAMES, type Status } from '../messages/status';
import { quote } from '../messages/text';
import type { Search } from './data';

/** Which page a reader asks for, by the query of its URL. */
export type BoardQuery =
	| { readonly view: 'overview' }
	| ({
			readonly view: 'search';
			readonly before?: string;
			readonly after?: string;
			/** Why nothing can be looked for. */
			readonly note?: string;
	  } & Search)
	| { readonly view: 'message'; readonly id: string };

const VIEWS = ['overview', 'search', 'message'] as const;

const FIRST: readonly Status[] = ['scheduled', 'sent', 'delivered', 'read', 'failed'];

/** Every status, those that are looked for most often first. */
export const LISTED_STATUSES: readonly Status[] = [
	...FIRST,
	...STATUS_NAMES.filter((name) => !FIRST.includes(name)),
];

/**
 * Reads the query of a webhook. A name that it does not know is ignored, as any page does; a mistyped view or
 * status becomes the note of a search, since whoever typed it sees nothing but the page. Without a view, an
 * `id` means its message and a filter a search.
 *
 * @param value an object, its JSON, or nothing for the overview
 * @throws InvalidParameterError naming *Query*
 */
export function parseBoardQuery(value: unknown): BoardQuery {
	const given = toObject(value);
	const text = (name: string): string | undefined => {
		const one: unknown = Array.isArray(given[name])
			? (given[name] as unknown[])[0]
			: Object.hasOwn(given, name)
				? given[name]
				: undefined;
		const words = typeof one === 'string' || typeof one === 'number' ? String(one).trim() : '';
		return words === '' ? undefined : words;
	};
	const [id, view, status] = [text('id'), text('view'), text('status')];
	const { recipient, reference, group, before, after } = {
		recipient: text('recipient'),
		reference: text('reference'),
		group: text('group'),
		before: text('before'),
		after: text('after'),
	};
	const filters = { recipient, reference, group, status };
	const implied =
		id !== undefined
			? 'message'
			: Object.values(filters).some((one) => one !== undefined)
				? 'search'
				: 'overview';
	const wanted = view ?? implied;
	if (wanted === 'message') return { view: 'message', id: id ?? '' };
	if (wanted === 'search') {
		if (status !== undefined && !isStatus(status)) {
			const search = {
				recipient,
				reference,
				group,
				note: mistyped('status', status, LISTED_STATUSES),
			};
			return { view: 'search', ...withoutUndefined(search) } as BoardQuery;
		}
		const search = { recipient, reference, group, status, before, after };
		return { view: 'search', ...withoutUndefined(search) } as BoardQuery;
	}
	if (wanted === 'overview') return { view: 'overview' };
	return { view: 'search', note: mistyped('view', wanted, VIEWS) };
}

function toObject(value: unknown): Readonly<Record<string, unknown>> {
	if (value === undefined || value === null || value === '') return {};
	const parsed = typeof value === 'string' ? parseJson(value) : value;
	if (typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)) {
		return parsed as Readonly<Record<string, unknown>>;
	}
	throw new InvalidParameterError(
		'Query',
		`"Query" is ${quote(value)}. Enter the query of a webhook, e.g. {{ $json.query }}, or an object such as { "view": "search", "status": "failed" }.`,
	);
}

function parseJson(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		return null;
	}
}

const mistyped = (name: string, value: string, known: readonly string[]): string =>
	`"${name}" in the address is ${quote(value)}. Use one of: ${known.join(', ')}.`;

/** The address of another page of the same board. */
export function linkTo(query: BoardQuery): string {
	const { view, ...rest } = query;
	if (view === 'overview') return '?';
	return `?${new URLSearchParams({ view, ...withoutUndefined(rest) }).toString()}`;
}

const withoutUndefined = (values: Readonly<Record<string, string | undefined>>) =>
	Object.fromEntries(
		Object.entries(values).filter((entry): entry is [string, string] => entry[1] !== undefined),
	);
