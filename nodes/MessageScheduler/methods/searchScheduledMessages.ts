import type {
	ILoadOptionsFunctions,
	INodeListSearchItems,
	INodeListSearchResult,
} from 'n8n-workflow';
import type { ScheduledMessage } from '../../../messages/scheduledMessage';
import { showInstant } from '../../../messages/sendTime';
import { AssignedMessages } from '../../../stores/assignedMessages';
import { KeyedMutex } from '../../../stores/keyedMutex';
import { createGatewayStore } from '../../../stores/gatewayStore';
import { settle } from '../../../messages/settle';
import { connectToGateway } from '../../shared/connectToGateway';
import { toNodeError } from '../../shared/nodeErrors';
import { shorten } from '../../../messages/text';

/** More than a person would scroll through; the filter finds the rest. */
const MAX_LIST_LENGTH = 500;

/**
 * The pending messages for *From List*: recipient, local time and first words of each. n8n does not let
 * the list of a community node read Data Tables or PostgreSQL, so the last lines say what to do for messages in them.
 */
export async function searchScheduledMessages(
	this: ILoadOptionsFunctions,
	filter?: string,
): Promise<INodeListSearchResult> {
	const found = await settle(pending(this));
	if (!found.ok) throw toNodeError(this.getNode(), found.error);
	const { label, messages } = found.value;
	if (messages === null) {
		return { results: notes(`${label} stores no messages itself`, STORED_ELSEWHERE) };
	}
	const timezone = this.getTimezone();
	const wanted = filter?.trim().toLowerCase() ?? '';
	const results = messages
		.map((message) => ({ name: title(message, timezone), value: message.scheduleId }))
		.filter(
			({ name, value }) =>
				name.toLowerCase().includes(wanted) || value.toLowerCase().includes(wanted),
		);
	const said =
		messages.length === 0
			? `Nothing is pending at ${label}`
			: results.length > MAX_LIST_LENGTH
				? `${results.length - MAX_LIST_LENGTH} more: search by number or words`
				: null;
	return {
		results: [
			...results.slice(0, MAX_LIST_LENGTH),
			...(said === null ? notes(IF_STORED_ELSEWHERE) : notes(said, IF_STORED_ELSEWHERE)),
		],
	};
}

/** At most 58 characters: n8n truncates longer ones. */
const STORED_ELSEWHERE = 'Choose By ID: "schedule_id" in the table or PostgreSQL';
const IF_STORED_ELSEWHERE = 'In a Data Table or PostgreSQL? Choose By ID: "schedule_id"';

/**
 * Lines of explanation that cannot be chosen: n8n's list ignores the choice of an entry whose value is a
 * boolean, and shows one line of each value.
 */
const notes = (...lines: [string] | [string, string]): INodeListSearchItems[] =>
	lines.map((name, index) => ({ name, value: index === 1 }));

/** The messages pending at the gateway; null if it has no scheduler. */
async function pending(
	context: ILoadOptionsFunctions,
): Promise<{ readonly label: string; readonly messages: ScheduledMessage[] | null }> {
	const { gateway, connection, runtime } = await connectToGateway(context);
	const { label } = gateway;
	if (gateway.scheduler === undefined) return { label, messages: null };
	const store = createGatewayStore(gateway, connection, {
		assigned: new AssignedMessages(),
		mutex: new KeyedMutex(),
		sleep: async (ms) => await runtime.sleep(ms),
	});
	return { label, messages: await store.list({ status: 'scheduled' }) };
}

function title(message: ScheduledMessage, timezone: string): string {
	const { recipient, scheduledAt, type, text, caption } = message;
	const words = text ?? caption ?? '';
	const first = shorten(words);
	const what = type === 'text' ? first : [type, first].filter(Boolean).join(': ');
	const at =
		scheduledAt === null
			? null
			: (showInstant(scheduledAt, timezone)?.slice(0, 16).replace('T', ' ') ?? scheduledAt);
	return [recipient?.phone ?? recipient?.address, at, what].filter(Boolean).join(' – ');
}
