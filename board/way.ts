import { STATUSES } from '../messages/status';
import type { MessageDetails, MessageView } from './data';
import { NONE } from './format';
import { html, type Html, type Part } from './html';
import { accountName, card, recipientOf, statusChip, toneOf, type Writing } from './parts';

/** Characters of a text on the page of its message. */
const MAX_TEXT = 20_000;

/** One message: its way with its times, and what it is. */
export function messagePage({ message, now }: MessageView, writing: Writing): Html[] {
	if (message === null) {
		return [
			card(
				'missing',
				'No such message',
				html`<p>No message has this id. It may have been purged.</p>`,
			),
		];
	}
	return [
		html`<div class="pair">
			${card('way', 'Its way', way(message, now, writing), statusChip(message))}${card(
				'facts',
				'Message',
				[facts(message, writing), content(message, writing)],
			)}
		</div>`,
	];
}

interface Step {
	/** ISO 8601, UTC. */
	readonly at: string | null;
	readonly what: string;
	readonly more?: Part;
	readonly tone?: string;
}

/** What is known of the message, in the order of time; what lies ahead is open. */
function way(message: MessageDetails, now: number, { format, mask }: Writing): Html {
	const { status, failure, attempts } = message;
	const isWaiting = status === 'scheduled';
	const all: Step[] = [
		{ at: message.storedAt, what: 'Stored' },
		{
			at: message.requestedAt === message.scheduledAt ? null : message.requestedAt,
			what: 'Requested time',
		},
		{ at: message.scheduledAt, what: isWaiting ? 'To be sent' : 'Its time' },
		{
			at: isWaiting && later(message.notBefore, message.scheduledAt) ? message.notBefore : null,
			what: 'Not sent before',
		},
		{ at: message.replacedAt, what: 'Replaced by its template' },
		{
			at: message.startedAt,
			what: 'Request to the gateway began',
			more: attempts !== null && attempts > 1 && `attempt ${format.count(attempts)}`,
		},
		{ at: message.sentAt, what: 'Accepted by the gateway' },
		{ at: isWaiting ? message.expiresAt : null, what: 'Expires if it was not sent' },
	];
	const known = all
		.filter(({ at }) => at !== null)
		.sort((one, other) => Date.parse(one.at!) - Date.parse(other.at!));
	const present: Step = {
		at: message.changedAt,
		what: `${isWaiting ? 'Last change' : 'Now'}: ${message.isSending ? 'being sent' : status}`,
		more: [
			message.isSending ? 'The request is in flight' : STATUSES[status].meaning,
			failure !== null && [': ', mask.text(failure, message.recipient)],
		],
		tone: toneOf(status),
	};
	const steps = [...known.filter(({ at }) => Date.parse(at!) <= now), present];
	const ahead = known.filter(({ at }) => Date.parse(at!) > now);
	return html`<ol class="way">
		${steps.map((one) => step(one, false))}${ahead.map((one) => step(one, true))}
	</ol>`;

	function step({ at, what, more, tone = '' }: Step, isAhead: boolean): Html {
		const kind = isAhead ? 'open' : tone;
		return html`<li${kind !== '' && html` class="${kind}"`}><b>${what}</b>${at !== null && format.time(at)}${more !== undefined && more !== false && html`<p class="note">${more}</p>`}</li>`;
	}
}

const later = (one: string | null, other: string | null): boolean =>
	one !== null && (other === null || Date.parse(one) > Date.parse(other));

function facts(message: MessageDetails, writing: Writing): Html {
	const { mask } = writing;
	const own = (value: string | null) => value && mask.id(value, message.recipient);
	const foreign = (value: string | null) => value && mask.text(value, message.recipient);
	const all: Array<[name: string, value: string | null]> = [
		['Recipient', recipientOf(message, writing)],
		['Reference', own(message.reference)],
		['Group', own(message.group)],
		['Account', accountName(message, writing)],
		['Gateway', message.gateway],
		['Type', message.type],
		['File', foreign(message.fileName ?? message.mediaUrl)],
		['Template', foreign(message.template)],
		['Sending window', message.sendingWindow],
		['Timezone', message.timezone],
		['Status of the gateway', foreign(message.gatewayStatus)],
		['Message ID', foreign(message.messageId)],
		['Schedule ID', own(message.id)],
	];
	const known = all.filter(([, value]) => value !== null && value !== '' && value !== NONE);
	return html`<dl class="facts">
		${known.map(
			([name, value]) =>
				html`<dt>${name}</dt>
					<dd>${value}</dd>`,
		)}
	</dl>`;
}

const content = ({ text, recipient }: MessageDetails, { mask }: Writing): Html | null =>
	text === null
		? null
		: html`<pre class="quote" dir="auto">
${mask.text(text, recipient).slice(0, MAX_TEXT)}${text.length > MAX_TEXT && '…'}</pre
			>`;
