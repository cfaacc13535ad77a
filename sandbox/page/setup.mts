/** What one copies into n8n, and out of it. */
import type { PageContent } from './content.mts';
import type { Guide } from './guide.mts';
import { html } from './html.mts';
import { action } from './parts.mts';

export const credential = ({ fields, credentialName }: Guide) =>
	html`<section id="credential">
		<h2>Credential</h2>
		<p>
			${credentialName === undefined
				? 'Enter these values.'
				: html`In n8n, create a credential <em>${credentialName}</em> and enter these values.`}
			They are valid only for this sandbox.
		</p>
		<table class="values">
			<tbody>
				${fields.map(
					({ label, value, isOptional }) =>
						html`<tr>
							<th scope="row">${label}${isOptional && html` <small>optional</small>`}</th>
							<td><code>${value}</code></td>
							<td>
								<button
									type="button"
									class="copy"
									data-copy="${value}"
									aria-label="Copy ${label}"
									hidden
								>
									Copy
								</button>
							</td>
						</tr> `,
				)}
			</tbody>
		</table>
	</section>`;

export const webhook = (content: PageContent) => {
	const { gateway, label, webhook: how } = content.guide;
	const form = action(
		gateway,
		'webhook',
		html`<label for="url">Webhook URL of the trigger</label>
			<span class="entry"
				><input
					id="url"
					name="url"
					type="url"
					required
					placeholder="http://127.0.0.1:5678/webhook/…"
					autocomplete="off"
					spellcheck="false"
				/><button id="enter-url">Enter</button></span
			>`,
	);
	const added =
		how.secret === ''
			? null
			: how.secretIn === 'query'
				? html`<p>The sandbox adds <code>?secret=${how.secret}</code>, as you do at ${label}.</p>`
				: html`<p>The sandbox sends <code>${how.secret}</code> in a header, like ${label}.</p>`;
	return html`<section id="webhook">
		<h2>Webhook</h2>
		${how.isAutomatic
			? html`<p>
					The trigger registers its webhook here when you publish its workflow, or listen for a test
					event.
				</p>`
			: html`<p>
						Open the Message Scheduler Trigger in n8n, copy its webhook URL and enter it here: the
						test URL while it listens for a test event, the production URL once its workflow is
						published.
					</p>
					${form}${added}${how.setupInstruction !== '' &&
					html`<p><small>At ${label} itself: ${how.setupInstruction}</small></p>`}`}
		${webhookList(content)}
	</section>`;
};

export const webhookList = ({ guide, view: { gateway, webhookUrls } }: PageContent) =>
	html`<div id="registered" data-live>
		<h3>Registered</h3>
		${webhookUrls.length === 0
			? html`<p class="empty">None: no status is reported to n8n.</p>`
			: html`<ul>
						${webhookUrls.map((url) => html`<li><code>${url}</code></li>`)}
					</ul>
					${!guide.webhook.isAutomatic &&
					action(gateway, 'noWebhook', html`<button id="no-webhook">Remove</button>`)}`}
	</div>`;
