/**
 * The page for people who play, made on the server. Its parts, in their order: what to enter into n8n's
 * credential, the webhook, what to break, what is held, what came, the webhooks sent, the requests. The
 * script replaces those marked `data-live` when they change; what one types into is in none of them.
 */
import type { PageContent } from './content.mts';
import { html, type Html } from './html.mts';
import { PAGE_PATH } from './paths.mts';
import { renderPlay } from './play.mts';
import { credential, webhook, webhookList } from './setup.mts';
import { timezone } from './times.mts';
import { renderDeliveries, renderHeld, renderMessages, renderRequests } from './traffic.mts';
import type { GatewayView } from './view.mts';

/** The whole page. */
export function renderPage(content: PageContent): Html {
	const { guide, view } = content;
	return html`<!DOCTYPE html>
		<html lang="en">
			<head>
				<meta charset="utf-8" />
				<meta name="viewport" content="width=device-width, initial-scale=1" />
				<meta name="color-scheme" content="light dark" />
				<title>${guide.label} – Sandbox gateway</title>
				<link rel="icon" href="data:," />
				<link rel="stylesheet" href="${PAGE_PATH}/style.css" />
				<script src="${PAGE_PATH}/script.js" defer></script>
			</head>
			<body>
				<header>
					<h1>Sandbox gateway</h1>
					<p>
						It stands in for the gateways: no message leaves this machine. ${clockNote(view)} Times
						are in ${timezone}.
					</p>
					<noscript><p>Reload the page to update it.</p></noscript>
					<p id="notice" role="status"></p>
				</header>
				${tabs(content)}
				<main>
					${credential(guide)} ${webhook(content)} ${renderPlay(content)} ${renderHeld(content)}
					${renderMessages(content)} ${renderDeliveries(content)} ${renderRequests(content)}
				</main>
			</body>
		</html> `;
}

/** The parts that change by themselves. */
export const renderLive = (content: PageContent): Html =>
	html`<!DOCTYPE html>
		<html lang="en">
			<head>
				<meta charset="utf-8" />
				<title>Live</title>
			</head>
			<body>
				${tabs(content)}${webhookList(content)}${renderPlay(content)}${renderHeld(
					content,
				)}${renderMessages(content)}${renderDeliveries(content)}${renderRequests(content)}
			</body>
		</html> `;

const clockNote = ({ clockFactor }: GatewayView) =>
	clockFactor === 1
		? 'Its clock runs in real time.'
		: `Its clock runs ${clockFactor} times as fast: a message due in an hour is sent in ${durationText(3_600_000 / clockFactor)}.`;

function durationText(ms: number): string {
	const seconds = ms / 1000;
	const [count, unit] = seconds < 120 ? [seconds, 'second'] : [seconds / 60, 'minute'];
	const rounded = Number(count.toPrecision(3));
	return `${rounded} ${unit}${rounded === 1 ? '' : 's'}`;
}

const tabs = ({ tabs: all, guide }: PageContent) =>
	html`<nav id="tabs" data-live aria-label="Gateways">
		${all.map(
			({ gateway, label, count }) =>
				html`<a
					id="tab-${gateway}"
					href="/?gateway=${gateway}"
					${gateway === guide.gateway && html` aria-current="page"`}
					>${label} <span class="count" title="messages">${count}</span></a
				>`,
		)}
	</nav>`;
