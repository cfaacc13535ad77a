import { requireLookup } from '../../../../gateways/capabilityChecks';
import { labelsWith } from '../../../../gateways/registry';
import { InvalidParameterError } from '../../../../messages/invalidParameterError';
import { parseRecipient, type Recipient } from '../../../../messages/recipient';
import { optionsField, readOption, readSimplify, simplifyField } from '../../fields/common';
import { defaultCountryOption, readDefaultCountry } from '../../fields/defaultCountry';
import type { Operation, Plan } from '../../operation';
import { sentItem } from '../../output';

interface GetPlan extends Plan {
	readonly id: string;
	readonly recipient: Recipient | null;
	readonly simplify: boolean;
}

/** Looks up the status of a sent message. */
export const get: Operation<GetPlan> = {
	option: {
		name: 'Get',
		value: 'get',
		description: 'Retrieve the status of a sent message',
		action: 'Get message',
	},
	description: [
		{
			displayName: 'Message ID',
			name: 'messageId',
			type: 'string',
			required: true,
			default: '',
			placeholder: 'e.g. 3EB0C767D097B7C7C030',
			description: `The messageId that "Send" returned, or its queueId if the gateway looks up by that (${labelsWith(({ lookup }) => lookup?.by === 'queueId')})`,
		},
		simplifyField,
		optionsField([
			defaultCountryOption,
			{
				displayName: 'Recipient',
				name: 'recipient',
				type: 'string',
				default: '',
				placeholder: 'e.g. +14155238886',
				description: `Recipient of the message. Required by: ${labelsWith(({ lookup }) => lookup?.needsRecipient === true)}.`,
			},
		]),
	],

	prepare(context, index, run) {
		const { needsRecipient, by } = requireLookup(run.gateway).needs;
		const given = context.getNodeParameter('messageId', index, '') as unknown;
		const id = typeof given === 'string' || typeof given === 'number' ? String(given).trim() : '';
		if (id === '') {
			throw new InvalidParameterError(
				'Message ID',
				`"Message ID" is empty. Enter the ${by} that the operation "Send" returned.`,
			);
		}
		const recipient = readOption(context, index, 'recipient') ?? '';
		if (recipient === '' && needsRecipient) {
			throw new InvalidParameterError(
				'Recipient',
				`${run.gateway.label} finds a message only with its recipient. Add "Recipient" under Options.`,
			);
		}
		return {
			fingerprint: ['getMessage', id],
			id,
			recipient:
				recipient === '' ? null : parseRecipient(recipient, readDefaultCountry(context, index)),
			simplify: readSimplify(context, index),
		};
	},

	async perform({ id, recipient, simplify }, { gateway, connection }) {
		const { lookup } = requireLookup(gateway);
		return [sentItem(await lookup(connection, id, recipient), { simplify })];
	},
};
