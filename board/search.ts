import { quote } from '../messages/text';
import type { Search, SearchResults } from './data';
import { html, type Html } from './html';
import type { Mask } from './mask';
import { card, messageTable, type Writing } from './parts';
import { linkTo, LISTED_STATUSES } from './query';

/** The form, and one page of what it found. */
export const searchPage = (data: SearchResults, writing: Writing): Html[] => [
	card('search', 'Search', form(data)),
	results(data, writing),
];

/** A form without a script: its fields become the query of the same address. */
function form({ search, hasGroups }: SearchResults): Html {
	const field = (name: keyof Search, label: string, hint: string) =>
		html`<label
			>${label}<input
				name="${name}"
				value="${search[name] ?? ''}"
				placeholder="${hint}"
				autocomplete="off"
		/></label>`;
	const statuses = ['', ...LISTED_STATUSES].map(
		(status) =>
			html`<option value="${status}" ${status === (search.status ?? '') && html` selected`}>
				${status === '' ? 'any' : status}
			</option>`,
	);
	return html`<form class="search" method="get" role="search" aria-labelledby="search">
		<input type="hidden" name="view" value="search" />${field(
			'recipient',
			'Recipient',
			'e.g. +14155238886',
		)}${field('reference', 'Reference', 'e.g. order-1042')}${hasGroups &&
		field('group', 'Group', 'e.g. spring-sale')}<label
			>Status<select name="status">
				${statuses}
			</select></label
		><button>Search</button>
	</form>`;
}

function results(data: SearchResults, writing: Writing): Html {
	const { messages, search, newer, older, note } = data;
	const title = hasFilter(search) ? 'Found' : 'All messages';
	if (note !== null)
		return card(
			'results',
			title,
			html`<p role="alert">${writing.mask.text(note, search.recipient)}</p>`,
		);
	if (messages.length === 0) {
		return card(
			'results',
			title,
			html`<p>No message fits${described(search, writing.mask)}.</p>
				${pager(data)}`,
		);
	}
	const table = messageTable(
		messages,
		`Messages${described(search, writing.mask)}, ${ORDERS[data.order]}`,
		writing,
	);
	const more = newer !== null || older !== null;
	return card(
		'results',
		title,
		[table, more && pager(data)],
		`${writing.format.count(messages.length)}${more ? ' on this page' : ''}, ${ORDERS[data.order]}`,
	);
}

const ORDERS = { stored: 'the last stored first', time: 'the latest time first' } as const;

const hasFilter = (search: Search): boolean =>
	Object.values(search).some((value) => value !== undefined);

/** ` with the status failed`. Only the field shows the whole number that was typed. */
const described = ({ status, recipient, reference, group }: Search, mask: Mask): string =>
	[
		status === undefined ? '' : ` with the status ${status}`,
		recipient === undefined ? '' : ` to the recipient ${quote(mask.text(recipient, recipient))}`,
		reference === undefined ? '' : ` with the reference ${quote(mask.text(reference, recipient))}`,
		group === undefined ? '' : ` of the group ${quote(mask.text(group, recipient))}`,
	].join('');

function pager({ search, newer, older }: SearchResults): Html | null {
	if (newer === null && older === null) return null;
	const link = (query: Parameters<typeof linkTo>[0], label: string) =>
		html`<li><a href="${linkTo(query)}">${label}</a></li>`;
	return html`<nav class="pager" aria-label="Pages">
		<ul>
			${newer !== null && [
				link({ view: 'search', ...search }, 'Newest'),
				link({ view: 'search', ...search, after: newer }, 'Newer'),
			]}${older !== null && link({ view: 'search', ...search, before: older }, 'Older')}
		</ul>
	</nav>`;
}
