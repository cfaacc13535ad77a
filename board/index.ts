import type { BoardData, BoardOptions } from './data';
import { email, emailTitle } from './email';
import { createFormat } from './format';
import type { Html } from './html';
import { createMask } from './mask';
import { overview } from './overview';
import { pageOf } from './page';
import type { Writing } from './parts';
import { searchPage } from './search';
import { messagePage } from './way';

export { boardDays } from './days';
export { createFormat } from './format';
export { needsAttention } from './figures';
export { parseBoardQuery, type BoardQuery } from './query';
export type * from './data';

/** A page, or the text of an e-mail. */
export interface Rendered {
	readonly title: string;
	/** A whole HTML document. */
	readonly html: string;
}

/**
 * The board as one HTML page: server-made, without script and without anything from outside.
 *
 * @param format `email`: the overview as tables, for mail programs
 * @throws InvalidParameterError naming *Language* or *Timezone*
 */
export function renderBoard(
	data: BoardData,
	options: BoardOptions,
	format: 'page' | 'email' = 'page',
): Rendered {
	const writing: Writing = {
		format: createFormat(options.language, options.timezone),
		mask: createMask(options.masksNumbers),
	};
	if (format === 'email' && data.view === 'overview') {
		return { title: emailTitle(data, writing.format), html: email(data, writing).text };
	}
	const title = TITLES[data.view];
	return { title, html: pageOf(data, title, contentOf(data, writing), writing.format).text };
}

const TITLES = { overview: 'Scheduled messages', search: 'Messages', message: 'Message' } as const;

function contentOf(data: BoardData, writing: Writing): Html[] {
	if (data.view === 'overview') return overview(data, writing);
	if (data.view === 'search') return searchPage(data, writing);
	return messagePage(data, writing);
}
