import { html, type Html } from './html.mts';
import { PAGE_PATH } from './paths.mts';
import { momentText } from './times.mts';

/** A form that is one button, or a row of them. */
export const action = (gateway: string, name: string, content: Html) =>
	html`<form method="post" action="${PAGE_PATH}/${gateway}/${name}">${content}</form>`;

export const hidden = (name: string, value: string | number) =>
	html`<input type="hidden" name="${name}" value="${value}" />`;

export const button = (id: string, name: string, value: string, label: string) =>
	html`<button id="${id}" name="${name}" value="${value}">${label}</button>`;

export const moment = (at: string | Date | undefined) => {
	if (at === undefined) return null;
	const date = new Date(at);
	return html`<time datetime="${date.toISOString()}">${momentText(date)}</time>`;
};

/** The script writes how long it is until then. */
export const countdown = (at: Date) =>
	html`<span class="until" data-until="${at.toISOString()}"></span>`;

export const more = (count: number, shown: number) =>
	count > shown && html`<p class="empty">${count - shown} more are not shown.</p>`;
