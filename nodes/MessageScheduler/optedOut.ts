import type { ScheduledMessage } from '../../messages/scheduledMessage';
import { settle } from '../../messages/settle';
import { listedOf } from '../../stores/doNotContact/listed';
import type { Row } from '../../stores/table/columns';
import { personOfRow } from '../../stores/table/rows';
import type { StoreChoice } from '../shared/backendRef';
import { listOwner } from './doNotContact';
import type { Run } from './run';

/**
 * Of stored messages, those whose recipients are on Do Not Contact: one access for 450 people. A list that cannot be
 * read gives none, since this only warns: whoever sends looks again. None of messages that a gateway stores.
 */
export async function optedOutOf(
	run: Run,
	choice: StoreChoice,
	messages: readonly ScheduledMessage[],
): Promise<ReadonlySet<ScheduledMessage>> {
	if (choice.in === 'gateway' || messages.length === 0) return new Set();
	const people = messages.map(({ raw }) => personOfRow(raw as Row));
	const look = async () => {
		const list = await (await run.backend(choice)).findDoNotContact();
		const asked = people.filter((person) => person !== null);
		return list === null ? null : await listedOf(list, listOwner(run), asked);
	};
	const found = await settle(look());
	const listed = found.ok ? found.value : null;
	return new Set(messages.filter((_, index) => listed?.has(people[index] ?? '') === true));
}
