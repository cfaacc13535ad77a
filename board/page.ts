import type { BoardData } from './data';
import { Html, html } from './html';
import type { Format } from './format';
import { linkTo } from './query';
import { POLICY, STYLE } from './style';

const VIEWS = [
	['overview', 'Overview'],
	['search', 'Messages'],
] as const;

/** Apart, since the policy knows it by its hash: not a space may be added. */
const STYLE_TAG = new Html(`<style>${STYLE}</style>`);

/** The frame of every page: it needs nothing but itself. */
export const pageOf = (
	{ view, now }: Pick<BoardData, 'view' | 'now'>,
	title: string,
	content: readonly Html[],
	format: Format,
): Html =>
	html`<!DOCTYPE html>
		<html lang="en">
			<head>
				<meta charset="utf-8" />
				<meta http-equiv="Content-Security-Policy" content="${POLICY}" />
				<meta name="viewport" content="width=device-width, initial-scale=1" />
				<meta name="color-scheme" content="light dark" />
				<meta name="referrer" content="no-referrer" />
				<meta name="robots" content="noindex" />
				<title>${title}</title>
				${STYLE_TAG}
			</head>
			<body>
				<a class="skip" href="#content">Skip to the content</a>
				<header class="top">
					<div>
						<h1>${title}</h1>
						<p class="sub">
							As of ${format.time(new Date(now).toISOString())} (${format.timezone})
						</p>
					</div>
					<nav aria-label="Views">
						<ul>
							${VIEWS.map(
								([name, label]) =>
									html`<li>
										<a
											href="${linkTo({ view: name })}"
											${name === view && html` aria-current="page"`}
											>${label}</a
										>
									</li>`,
							)}
						</ul>
					</nav>
				</header>
				<main id="content">${content}</main>
				<footer>
					<p class="note">Times are in ${format.timezone}. Reload the page to update it.</p>
				</footer>
			</body>
		</html> `;
