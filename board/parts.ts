import type { Status } from '../messages/status';
import { shorten } from '../messages/text';
import type { BoardMessage } from './data';
import { NONE, type Format } from './format';
import { html, type Html, type Part } from './html';
import type { Mask } from './mask';
import { linkTo } from './query';

/** What every part of a page is written with. */
export interface Writing {
	readonly format: Format;
	readonly mask: Mask;
}

/** Characters of a text in a list. */
const MAX_TEXT = 140;
const MAX_NAME = 80;

const TONES: Readonly<Partial<Record<Status, 'good' | 'warn' | 'bad'>>> = {
	delivered: 'good',
	read: 'good',
	played: 'good',
	unconfirmed: 'warn',
	suspended: 'warn',
	failed: 'bad',
	expired: 'bad',
};

/** How a status is meant: good, to be looked at, bad. */
export const toneOf = (status: Status): 'good' | 'warn' | 'bad' | '' => TONES[status] ?? '';

/** A status as a word of its own. */
export function statusChip({
	status,
	isSending,
}: Pick<BoardMessage, 'status' | 'isSending'>): Html {
	const tone = toneOf(status);
	return html`<span class="chip${tone !== '' && ` ${tone}`}"
		>${isSending ? 'being sent' : status}</span
	>`;
}

/** Who gets it: an id of a chat is as personal as a number. */
export const recipientOf = ({ recipient }: BoardMessage, { mask }: Writing): string =>
	recipient === null ? NONE : shorten(mask.text(recipient, recipient), MAX_NAME);

/** A user's own words for an account, or else the gateway's. */
export const accountName = (
	of: Pick<BoardMessage, 'credential' | 'account' | 'gateway'>,
	{ mask }: Writing,
): string => shorten(mask.text(of.credential || of.account || '') || of.gateway || NONE, MAX_NAME);

/** `1 message`, `1,234 messages`. */
export const messagesOf = (count: number, format: Format): string =>
	`${format.count(count)} ${count === 1 ? 'message' : 'messages'}`;

/** A heading of a card, and what belongs beside it. */
export const cardHead = (id: string, title: string, more: Part = null): Html =>
	html`<div class="head">
		<h2 id="${id}">${title}</h2>
		${more !== null && html`<p class="note">${more}</p>`}
	</div>`;

/** A card with a heading. */
export const card = (id: string, title: string, content: Part, more: Part = null): Html =>
	html`<section class="card" aria-labelledby="${id}">
		${cardHead(id, title, more)}${content}
	</section>`;

/**
 * A table whose first cell names its row. The roles stay where a narrow page lays the cells of a row out
 * below each other.
 *
 * @param options `hasLabels`: whether a narrow page puts the column's name before each cell
 */
export const listTable = (
	caption: string,
	head: readonly string[],
	rows: ReadonlyArray<readonly Part[]>,
	{ hasLabels = false } = {},
): Html =>
	html`<table class="list" role="table">
		<caption class="hidden">
			${caption}
		</caption>
		<thead role="rowgroup">
			<tr role="row">
				${head.map((name) => html`<th role="columnheader" scope="col">${name}</th>`)}
			</tr>
		</thead>
		<tbody role="rowgroup">
			${rows.map(
				([name, ...cells]) =>
					html`<tr role="row">
						<th role="rowheader" scope="row">${name}</th>
						${cells.map(
							(cell, index) =>
								html`<td role="cell" ${hasLabels && html` data-label="${head[index + 1]}"`}>
									${cell}
								</td>`,
						)}
					</tr>`,
			)}
		</tbody>
	</table>`;

/** Messages, one a row. */
export const messageTable = (
	messages: readonly BoardMessage[],
	caption: string,
	writing: Writing,
): Html =>
	listTable(
		caption,
		['Time', 'Recipient', 'Text', 'Status'],
		messages.map((message) => messageCells(message, writing)),
	);

function messageCells(message: BoardMessage, writing: Writing): Part[] {
	const { id, text, failure, reference, group, recipient, type, scheduledAt } = message;
	const { mask, format } = writing;
	const label = scheduledAt === null ? 'No time' : format.time(scheduledAt);
	const marks = [reference, group].flatMap((one) =>
		one === null ? [] : [mask.id(one, recipient)],
	);
	return [
		id === null ? label : html`<a href="${linkTo({ view: 'message', id })}">${label}</a>`,
		[recipientOf(message, writing), ...marks.map((mark) => aside(mark, MAX_NAME))],
		text === null
			? html`<span class="why">${type}</span>`
			: html`<bdi>${shorten(mask.text(text, recipient), MAX_TEXT)}</bdi>`,
		[statusChip(message), failure !== null && aside(mask.text(failure, recipient), MAX_TEXT)],
	];
}

/** What belongs to a cell, below it. */
const aside = (text: string, max: number): Html =>
	html`<span class="why"><bdi>${shorten(text, max)}</bdi></span>`;
