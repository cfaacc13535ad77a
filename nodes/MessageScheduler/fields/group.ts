import type { IExecuteFunctions, INodeProperties } from 'n8n-workflow';
import type { Gateway } from '../../../gateways/gateway';
import { parseGroup } from '../../../messages/group';
import type { StoreChoice } from '../../shared/backendRef';
import { readOption } from './common';

const group: INodeProperties = {
	displayName: 'Group',
	name: 'group',
	type: 'string',
	default: '',
	placeholder: 'e.g. spring-campaign',
};

/** What belongs together, for *Schedule*. */
export const groupOption: INodeProperties = {
	...group,
	description:
		'What the message belongs to, such as a campaign or an appointment. Get Many, Cancel Many and Reschedule Many can filter by it, and Statistics counts by it. Kept for messages in an n8n Data Table or PostgreSQL only.',
};

/** The same for *Send*, which stores nothing. */
export const sentGroupOption: INodeProperties = {
	...group,
	description:
		'What the message belongs to, such as a campaign or an appointment. It is returned in the output only.',
};

/** @throws InvalidParameterError naming *Group* */
export const readGroup = (context: IExecuteFunctions, index: number): string | null =>
	parseGroup(readOption(context, index, 'group'));

/** What the user should know of a group: the message is scheduled, but the gateway does not keep its group. */
export const groupWarnings = (
	{ label }: Gateway,
	choice: StoreChoice,
	name: string | null,
): string[] =>
	name === null || choice.in !== 'gateway'
		? []
		: [
				`"Group" is not kept, since the message is stored at ${label}, so nothing can be found or counted by it. To keep groups, set "Store Messages In" to "n8n Data Table" or "PostgreSQL".`,
			];
