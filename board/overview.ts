import { dayChart, hourChart, shareBar } from './chart';
import type { Overview, PausedAccount, Service } from './data';
import { byDay, byHour, HOURS_AHEAD } from './days';
import { allReasons, figuresOf, todayLines, totalOf, type Figure } from './figures';
import { html, type Html, type Part } from './html';
import { accountName, card, listTable, messagesOf, messageTable, type Writing } from './parts';
import { linkTo } from './query';

/** The first page: what goes out, what became of today's messages, what needs a person. */
export const overview = (data: Overview, writing: Writing): Html[] => [
	...incomplete(data),
	figureList(data, writing),
	...(data.service === null ? [atGateway()] : attention(data.service, writing)),
	timeline(data, writing),
	html`<div class="pair">${today(data, writing)}${reasons(data, writing)}</div>`,
	...newest(data, writing),
];

const incomplete = ({ isComplete }: Overview): Html[] =>
	isComplete ? [] : [html`<p class="banner warn">${NOT_ALL} With PostgreSQL all are counted.</p>`];

/** Said where the figures lack some messages. */
export const NOT_ALL =
	'There are more messages than this page reads from a Data Table. Some were not counted, so the figures are too low.';

const atGateway = (): Html =>
	html`<p class="banner">
		The gateway stores these messages. What it does not report is not shown: delays, pauses and
		overdue messages.
	</p>`;

const figureList = (data: Overview, { format }: Writing): Html =>
	html`<section aria-label="Figures">
		<ul class="figures">
			${figuresOf(data, format).map(figureItem)}
		</ul>
	</section>`;

function figureItem({ label, value, more, tone, status }: Figure): Html {
	const href = status === null ? null : linkTo({ view: 'search', status });
	return html`<li${tone !== '' && html` class="${tone}"`}>
		<span class="value">${value}</span>
		<span class="label">${href === null ? label : html`<a href="${href}">${label}</a>`}</span>
		<span class="more">${more}</span>
	</li>`;
}

function attention(service: Service, writing: Writing): Html[] {
	const { paused, unserved, overdueMessages, unreadable } = service;
	const { format } = writing;
	const content: Html[] = [];
	if (paused.length > 0) content.push(pausedTable(paused, writing));
	if (unserved.length > 0) {
		content.push(
			...unserved.map(
				(one) =>
					html`<p class="banner warn">
						No run of Send Due serves ${accountName(one, writing)} (${one.gateway}):
						${format.count(one.messages)} wait. Last run: ${format.time(one.lastRunAt)}.
					</p>`,
			),
		);
	}
	if (unreadable > 0) {
		content.push(unreadableNote(unreadable, writing));
	}
	const cards = content.length > 0 ? [card('attention', 'Paused and waiting', content)] : [];
	if (overdueMessages.length === 0) return cards;
	const table = messageTable(overdueMessages, 'Overdue messages, the oldest first', writing);
	return [...cards, card('overdue', 'Overdue', table, 'the oldest first')];
}

/** Says what to do about messages whose time no run can read. */
export const unreadableNote = (count: number, { format }: Writing): Html =>
	html`<p>${format.count(count)} without a time that can be read. Correct the column send_at.</p>`;

/** Accounts that do not send, with why and until when. */
const pausedTable = (paused: readonly PausedAccount[], writing: Writing): Html =>
	listTable(
		'Paused accounts',
		['Account', 'Paused by', 'Reason', 'Since', 'Until'],
		paused.map((one) => [accountName(one, writing), ...pauseCells(one, writing)]),
		{ hasLabels: true },
	);

/** By whom, why, since when, and until when. */
export const pauseCells = (one: PausedAccount, { format, mask }: Writing): Part[] => [
	one.pausedBy === 'operation' ? 'a person' : 'Send Due',
	one.reason === null ? 'no reason given' : mask.text(one.reason),
	format.time(one.since),
	one.until === null ? 'until resumed' : format.time(one.until),
];

function timeline(data: Overview, writing: Writing): Html {
	const { upcoming, now, later } = data;
	const { format } = writing;
	const hours = byHour(upcoming, now, format.timezone);
	const days = byDay(upcoming, now, format.timezone);
	const total = hours.reduce((sum, { count }) => sum + count, 0);
	const most = hours.reduce((one, other) => (other.count > one.count ? other : one));
	const peak =
		total === 0
			? 'no message'
			: `${messagesOf(total, format)}, most from ${format.weekday(most.at)} ${format.clock(most.at)}: ${format.count(most.count)} in an hour`;
	const busy = hours.filter(({ count }) => count > 0);
	const content: Part = [
		hourChart(hours, format, `The next ${HOURS_AHEAD} hours: ${peak}.`),
		busy.length > 0 &&
			html`<details>
				<summary>The hours as a table</summary>
				<table class="plain">
					<caption class="hidden">
						Messages to be sent by the hour
					</caption>
					<thead>
						<tr>
							<th scope="col">From</th>
							<th scope="col" class="number">Messages</th>
						</tr>
					</thead>
					<tbody>
						${busy.map(
							({ at, count }) =>
								html`<tr>
									<th scope="row">${format.time(new Date(at).toISOString())}</th>
									<td class="number">${format.count(count)}</td>
								</tr>`,
						)}
					</tbody>
				</table>
			</details>`,
	];
	const beyond = later === 0 ? null : `${format.count(later)} later`;
	return html`<div class="pair">
		${card('hours', `Next ${HOURS_AHEAD} hours`, content, peak)}${card(
			'days',
			'Next 14 days',
			dayChart(days, format),
			beyond,
		)}
	</div>`;
}

function today(data: Overview, { format }: Writing): Html {
	const lines = todayLines(data);
	const total = totalOf(lines);
	const rows = lines.map(
		({ label, count, kind, isPart }) =>
			html`<tr${isPart && html` class="part"`}><th scope="row">${label}</th><td class="bar">${shareBar(total === 0 ? 0 : count / total, kind)}</td><td class="number">${format.count(count)}</td><td class="number">${format.share(count, total)}</td></tr>`,
	);
	const table = html`<table class="bars plain">
		<caption class="hidden">
			Messages whose time is today, by their status now
		</caption>
		<thead class="hidden">
			<tr>
				<th scope="col">Status</th>
				<th scope="col">Bar</th>
				<th scope="col">Messages</th>
				<th scope="col">Share</th>
			</tr>
		</thead>
		<tbody>
			${rows}
		</tbody>
	</table>`;
	return card('today', 'Today', table, `${messagesOf(total, format)}, ${format.day(data.now)}`);
}

const NONE_FAILED = 'No message failed, expired or is unconfirmed since then.';

function reasons({ failures, since, isComplete }: Overview, { format, mask }: Writing): Html {
	const period = `since ${format.moment(since)}`;
	if (failures.total === 0) {
		return card(
			'reasons',
			'Why messages were not sent',
			html`<p>${isComplete ? NONE_FAILED : NOT_ALL}</p>`,
			period,
		);
	}
	const rows = allReasons({ failures }).map(
		({ reason, count }) =>
			html`<tr>
				<th scope="row">${reason === null ? 'No reason given' : mask.text(reason)}</th>
				<td class="bar">${shareBar(count / failures.total, 'failed')}</td>
				<td class="number">${format.count(count)}</td>
			</tr>`,
	);
	const table = html`<table class="bars reasons plain">
		<caption class="hidden">
			Failed, expired and unconfirmed messages by their reason
		</caption>
		<thead class="hidden">
			<tr>
				<th scope="col">Reason</th>
				<th scope="col">Bar</th>
				<th scope="col">Messages</th>
			</tr>
		</thead>
		<tbody>
			${rows}
		</tbody>
	</table>`;
	return card('reasons', 'Why messages were not sent', table, period);
}

const newest = ({ failures }: Overview, writing: Writing): Html[] =>
	failures.newest.length === 0
		? []
		: [
				card(
					'newest',
					'Not sent lately',
					messageTable(failures.newest, 'Messages that were not sent, the last first', writing),
					'the last first',
				),
			];
