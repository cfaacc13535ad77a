import type { ILoadOptionsFunctions, INodeListSearchResult } from 'n8n-workflow';
import { unsupported } from '../../../gateways/transport/gatewayError';
import type { ScheduledMessage } from '../../../messages/scheduledMessage';
import { showInstant } from '../../../messages/sendTime';
import { Claims } from '../../../stores/claims';
import { createGatewayStore } from '../../../stores/gatewayStore';
import { settle } from '../../../stores/settle';
import { linkToGateway } from '../../shared/connection';
import { toNodeError } from '../../shared/nodeErrors';

/** More than a person would scroll through; the filter finds the rest. */
const LONGEST_LIST = 500;

/** The pending messages for *From List*: recipient, local time and first words of each. */
export async function searchScheduledMessages(
	this: ILoadOptionsFunctions,
	filter?: string,
): Promise<INodeListSearchResult> {
	const found = await settle(pending(this));
	if (!found.ok) throw toNodeError(this.getNode(), found.error);
	const timezone = this.getTimezone();
	const wanted = filter?.trim().toLowerCase() ?? '';
	return {
		results: found.value
			.map((message) => ({ name: title(message, timezone), value: message.scheduleId }))
			.filter(
				({ name, value }) =>
					name.toLowerCase().includes(wanted) || value.toLowerCase().includes(wanted),
			)
			.slice(0, LONGEST_LIST),
	};
}

async function pending(context: ILoadOptionsFunctions): Promise<ScheduledMessage[]> {
	const { gateway, connection, surroundings } = await linkToGateway(context);
	// The usual advice is about scheduling, and here a message is to be found.
	if (gateway.scheduler === undefined) {
		throw unsupported(
			`${gateway.label} has no scheduler of its own`,
			'This list shows what is pending at the gateway. If n8n holds the message, choose "By ID" and enter its scheduleId.',
		);
	}
	const store = createGatewayStore(gateway, connection, {
		claims: new Claims(),
		sleep: async (ms) => await surroundings.sleep(ms),
	});
	return await store.list({ status: 'scheduled' });
}

function title(message: ScheduledMessage, timezone: string): string {
	const { recipient, scheduledAt, type, text, caption } = message;
	const words = text ?? caption ?? '';
	const first = words.length > 40 ? `${words.slice(0, 40)}…` : words;
	const what = type === 'text' ? first : [type, first].filter(Boolean).join(': ');
	const at = showInstant(scheduledAt, timezone)?.slice(0, 16).replace('T', ' ') ?? scheduledAt;
	return `${recipient.phone ?? recipient.address} – ${at} – ${what}`;
}
