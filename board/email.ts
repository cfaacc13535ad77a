import type { Overview } from './data';
import { allReasons, figuresOf, pausedAccounts, todayLines } from './figures';
import type { Format } from './format';
import { html, type Html, type Part } from './html';
import { NOT_ALL, pauseCells, unreadableNote } from './overview';
import { accountName, recipientOf, type Writing } from './parts';

/** Mail programs drop style sheets, so each cell has its own. */
const CELL =
	'padding:6px 14px 6px 0;border-top:1px solid #d9dee6;text-align:left;vertical-align:top';
const NUMBER = `${CELL};text-align:right;white-space:nowrap`;

/**
 * The subject: how many were not sent, or may not have been, as the figure of the same name counts them, and what else
 * needs a person.
 */
export function emailTitle(
	{ failures, service, since, isComplete }: Overview,
	format: Format,
): string {
	const paused = service === null ? 0 : pausedAccounts(service);
	const unserved = service?.unserved.length ?? 0;
	const named = (count: number, what: string) =>
		count > 0 ? [`${format.count(count)} ${what}`] : [];
	const parts = [
		`${isComplete ? '' : 'at least '}${format.count(failures.total)} not sent or unclear`,
		...(isComplete ? [] : ['not all counted']),
		...named(service?.overdue ?? 0, 'overdue'),
		...named(service?.unconfirmed ?? 0, 'to review'),
		...named(paused, paused === 1 ? 'paused account' : 'paused accounts'),
		...named(unserved, unserved === 1 ? 'unserved account' : 'unserved accounts'),
		...named(service?.unreadable ?? 0, 'without a time'),
	];
	return `Messages since ${format.moment(since)}: ${parts.join(', ')}`;
}

/** The figures of the overview as tables without pictures, style sheets and links. */
export function email(data: Overview, writing: Writing): Html {
	const { format, mask } = writing;
	const { failures, service } = data;
	const title = emailTitle(data, format);
	return html`<!DOCTYPE html>
		<html lang="en">
			<head>
				<meta charset="utf-8" />
				<title>${title}</title>
			</head>
			<body style="font:15px/1.5 sans-serif">
				<h1 style="font-size:20px">${title}</h1>
				<p>
					As of ${format.time(new Date(data.now).toISOString())}
					(${format.timezone}).${!data.isComplete && ` ${NOT_ALL}`}
				</p>
				${tableOf(
					'Figures',
					['Figure', 'Count', ''],
					figuresOf(data, format).map(({ label, value, more }) => [label, value, more]),
				)}
				${tableOf(
					'Messages of today by their status now',
					['Status', 'Messages'],
					todayLines(data).map(({ label, count }) => [label, format.count(count)]),
				)}
				${service !== null &&
				tableOf(
					'Paused accounts',
					['Account', 'Paused by', 'Reason', 'Since', 'Until'],
					service.paused.map((one) => [accountName(one, writing), ...pauseCells(one, writing)]),
				)}
				${service !== null &&
				tableOf(
					'Not served by Send Due',
					['Account', 'Gateway', 'Messages', 'Last run'],
					service.unserved.map((one) => [
						accountName(one, writing),
						one.gateway,
						format.count(one.messages),
						format.time(one.lastRunAt),
					]),
				)}
				${service !== null && service.unreadable > 0 && unreadableNote(service.unreadable, writing)}
				${tableOf(
					'Not sent or unclear, by reason',
					['Reason', 'Messages'],
					allReasons(data).map(({ reason, count }) => [
						reason === null ? 'No reason given' : mask.text(reason),
						format.count(count),
					]),
				)}
				${tableOf(
					'Not sent or unclear, the last first',
					['Time', 'Recipient', 'Status', 'Reason'],
					failures.newest.map((message) => [
						format.time(message.scheduledAt),
						recipientOf(message, writing),
						message.status,
						message.failure === null
							? 'no reason given'
							: mask.text(message.failure, message.recipient),
					]),
				)}
			</body>
		</html> `;
}

/** Nothing where there are no rows. */
function tableOf(
	caption: string,
	head: readonly string[],
	rows: ReadonlyArray<readonly Part[]>,
): Html | null {
	if (rows.length === 0) return null;
	const isNumber = (column: number) => ['Messages', 'Count'].includes(head[column]);
	const style = (column: number) => (isNumber(column) ? NUMBER : CELL);
	return html`<table style="border-collapse:collapse;margin:0 0 24px">
		<caption style="text-align:left;font-weight:bold;padding:0 0 6px">
			${caption}
		</caption>
		<thead>
			<tr>
				${head.map((name, column) => html`<th scope="col" style="${style(column)}">${name}</th>`)}
			</tr>
		</thead>
		<tbody>
			${rows.map(
				(cells) =>
					html`<tr>
						${cells.map((cell, column) => html`<td style="${style(column)}">${cell}</td>`)}
					</tr>`,
			)}
		</tbody>
	</table>`;
}
