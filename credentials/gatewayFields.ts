import type { INodeProperties } from 'n8n-workflow';
import type { Gateway } from '../gateways/gateway';

/** A gateway's credential fields, which n8n shows if that gateway is chosen. */
export const gatewayFields = ({ id, credentialFields }: Gateway): INodeProperties[] =>
	credentialFields.map((field) => ({
		displayName: field.label,
		name: field.name,
		...(field.options === undefined
			? { type: 'string' as const }
			: { type: 'options' as const, options: [...field.options] }),
		...(field.secret ? { typeOptions: { password: true } } : {}),
		...(field.optional ? {} : { required: true }),
		default: field.default ?? '',
		...(field.placeholder === undefined ? {} : { placeholder: field.placeholder }),
		description: field.description,
		...(field.hint === undefined ? {} : { hint: field.hint }),
		displayOptions: { show: { gateway: [id] } },
	}));
