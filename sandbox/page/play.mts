import type { PageContent } from './content.mts';
import { html } from './html.mts';
import { outages, REFUSED } from './outages.mts';
import { action, button, hidden, moment } from './parts.mts';

/** What somebody who plays can break, and what becomes of new messages. */
export const renderPlay = ({ guide, view }: PageContent) => {
	const { gateway, faults, script, settableStatuses } = view;
	const begin = [...outages, REFUSED].map(({ id, label }) =>
		button(`outage-${id}`, 'kind', id, label),
	);
	const inForce = faults.map((fault) => {
		const status = 'status' in fault && fault.status !== undefined ? ` ${fault.status}` : '';
		const known = outages.find(
			(outage) =>
				outage.fault.kind === fault.kind &&
				('status' in outage.fault ? ` ${outage.fault.status}` : '') === status,
		);
		return html`<li>
			${action(
				gateway,
				'endFault',
				html`<strong class="bad">${known?.label ?? `${fault.kind}${status}`}</strong>
					${fault.until === null ? 'until you end it' : html`until ${moment(fault.until)}`} ·
					requests hit: ${fault.applied} ${hidden('id', fault.id)}<button id="end-${fault.id}">
						End it
					</button>`,
			)}
		</li>`;
	});
	const ways = [
		{ kind: 'usual', label: 'Default statuses', is: script === undefined },
		...(settableStatuses.includes('delivered')
			? [{ kind: 'sent', label: 'Stop at sent', is: script?.join() === 'sent' }]
			: []),
		{ kind: 'failed', label: 'Fail', is: script?.join() === 'failed' },
	].map(
		({ kind, label, is }) =>
			html`<button
				id="way-${kind}"
				name="kind"
				value="${kind}"
				aria-pressed="${is ? 'true' : 'false'}"
			>
				${label}
			</button>`,
	);
	return html`<section id="play" data-live>
		<h2>Play</h2>
		<h3>Outage of ${guide.label}, for a minute</h3>
		${inForce.length > 0 &&
		html`<ul id="faults">
			${inForce}
		</ul>`}
		${action(gateway, 'outage', html`<span class="buttons">${begin}</span>`)}
		<h3>New messages</h3>
		${action(gateway, 'script', html`<span class="buttons">${ways}</span>`)}
		${script !== undefined && html`<p>Now: ${script.join(' → ') || 'no status'}.</p>`}
	</section>`;
};
