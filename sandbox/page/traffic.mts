/** What the gateway holds, got, told and was asked. */
import type { RecordedRequest, SandboxMessage, WebhookDelivery } from '../types.mts';
import type { PageContent } from './content.mts';
import { html } from './html.mts';
import { action, button, countdown, hidden, moment, more } from './parts.mts';

export const renderHeld = ({ view: { gateway, held, heldCount, clockFactor } }: PageContent) => {
	const isFast = clockFactor !== 1;
	return html`<section id="held" data-live>
		<h2>Scheduled <span class="count">${heldCount}</span></h2>
		${heldCount === 0
			? html`<p class="empty">The gateway has no scheduled message.</p>`
			: html`<table>
						<thead>
							<tr>
								<th>Scheduled for</th>
								${isFast && html`<th>Sent here at</th>`}
								<th>To</th>
								<th>Text</th>
								<th></th>
							</tr>
						</thead>
						<tbody>
							${held.map(
								({ message, goesOutAt }) =>
									html`<tr data-message="${message.id}">
										<td>${moment(message.scheduledAt)}</td>
										${isFast && html`<td>${moment(goesOutAt)} ${countdown(goesOutAt)}</td>`}
										<td><span class="short" title="${message.to}">${message.to}</span></td>
										<td><span class="text">${contentOf(message)}</span></td>
										<td>
											${action(
												gateway,
												'send',
												html`${hidden('id', message.id)}<button id="send-${message.id}">
														Send now
													</button>`,
											)}
										</td>
									</tr> `,
							)}
						</tbody>
					</table>
					${more(heldCount, held.length)}`}
	</section>`;
};

export const renderMessages = ({ view }: PageContent) => {
	const { gateway, messages, messageCount, settableStatuses, statusNote } = view;
	return html`<section id="messages" data-live>
		<h2>Messages <span class="count">${messageCount}</span></h2>
		<p>A button sets the status and reports it to n8n. ${statusNote}</p>
		${messageCount === 0
			? html`<p class="empty">No message received yet.</p>`
			: html`<table>
						<thead>
							<tr>
								<th>At</th>
								<th>To</th>
								<th>Text</th>
								<th>Status</th>
								<th>Set to</th>
							</tr>
						</thead>
						<tbody>
							${messages.map(
								({ message, isSettable }) =>
									html`<tr data-message="${message.id}">
										<td>
											${moment(message.takenAt)}${message.scheduledAt !== undefined &&
											html`<br /><small>for ${moment(message.scheduledAt)}</small>`}
										</td>
										<td><span class="short" title="${message.to}">${message.to}</span></td>
										<td><span class="text">${contentOf(message)}</span></td>
										<td class="${tone(message)}">
											${message.forgotten ? 'forgotten' : message.status}${message.reason &&
											html`<br /><small>${message.reason}</small>`}
										</td>
										<td>
											${isSettable &&
											action(
												gateway,
												'status',
												html`${hidden('id', message.id)}<span class="buttons"
														>${settableStatuses.map((status) =>
															button(`${status}-${message.id}`, 'status', status, status),
														)}</span
													>`,
											)}
										</td>
									</tr> `,
							)}
						</tbody>
					</table>
					${more(messageCount, messages.length)}`}
	</section>`;
};

export const renderDeliveries = ({ view: { deliveries } }: PageContent) =>
	html`<section id="deliveries" data-live>
		<h2>Webhooks sent</h2>
		${deliveries.length === 0
			? html`<p class="empty">None yet.</p>`
			: html`<table>
					<thead>
						<tr>
							<th>At</th>
							<th>Event</th>
							<th>To</th>
							<th>Try</th>
							<th>Answer</th>
						</tr>
					</thead>
					<tbody>
						${deliveries.map(
							(delivery) =>
								html`<tr>
									<td>${moment(delivery.at)}</td>
									<td><span class="short" title="${delivery.event}">${delivery.event}</span></td>
									<td>
										${delivery.url}
										<details id="body-${delivery.at}-${delivery.event}-${delivery.attempt}">
											<summary>Body</summary>
											<pre>${JSON.stringify(delivery.body, null, 2)}</pre>
										</details>
									</td>
									<td>${delivery.attempt}</td>
									<td
										class="${isUnderWay(delivery)
											? 'other'
											: isSuccess(delivery.status)
												? 'good'
												: 'bad'}"
									>
										${answerOf(delivery)}
									</td>
								</tr> `,
						)}
					</tbody>
				</table>`}
	</section>`;

export const renderRequests = ({ view: { requests } }: PageContent) =>
	html`<section id="requests" data-live>
		<h2>Requests</h2>
		${requests.length === 0
			? html`<p class="empty">None yet.</p>`
			: html`<table>
					<thead>
						<tr>
							<th>At</th>
							<th>Request</th>
							<th>Answer</th>
						</tr>
					</thead>
					<tbody>
						${requests.map(
							(request) =>
								html`<tr>
									<td>${moment(request.at)}</td>
									<td>${request.method} ${request.path}</td>
									<td class="${isSuccess(request.status) ? 'good' : 'bad'}">
										${statusOf(request)}
									</td>
								</tr> `,
						)}
					</tbody>
				</table>`}
	</section>`;

const isSuccess = (status: number | null) => status !== null && status >= 200 && status < 300;

/** Neither answered nor given up. */
const isUnderWay = ({ status, error }: WebhookDelivery) => status === null && error === undefined;

const answerOf = ({ status, error }: WebhookDelivery) => status ?? error ?? 'in flight';

const statusOf = ({ status, fault }: RecordedRequest) =>
	`${status ?? 'none'}${fault === undefined ? '' : ` (${fault})`}`;

/** What the message says; a file by its address, which is not opened here. */
const contentOf = ({ type, text, caption, mediaUrl }: SandboxMessage) =>
	type === 'text' ? (text ?? '') : `[${type}] ${[caption, mediaUrl].filter(Boolean).join(' ')}`;

const tone = ({ status }: SandboxMessage) =>
	/^(failed|error|expired|noaccount)$/i.test(status)
		? 'bad'
		: /^(sent|delivered|read|played|server|device)$/i.test(status)
			? 'good'
			: 'other';
