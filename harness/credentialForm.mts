import { MessageGatewayApi } from '../credentials/MessageGatewayApi.credentials.ts';
import { gateways } from '../gateways/registry.ts';
import {
	isGatewayId,
	type GatewayId,
	type Guide,
	type GuideField,
	type Sandbox,
} from '../sandbox/index.mts';
import { credentialFor } from './credential.mts';

/**
 * What to enter into the credential's form for the sandbox's account at a gateway: the fields that the
 * form shows for it, by their labels and in their order.
 */
export function credentialForm(
	sandbox: Pick<Sandbox, 'credential'>,
	gateway: GatewayId,
	webhookSecret: string,
): GuideField[] {
	const values = credentialFor(sandbox, gateway, webhookSecret);
	return new MessageGatewayApi().properties
		.filter(({ displayOptions: { show, hide } = {} }) => {
			const isHidden = hide?.gateway?.includes(gateway) === true;
			return !isHidden && (show?.gateway?.includes(gateway) ?? true);
		})
		.map(({ displayName, name, required, options = [] }) => {
			const value = String(values[name] ?? '');
			const option = options.find((each) => 'value' in each && each.value === value);
			return {
				label: displayName,
				value: option?.name ?? value,
				isOptional: !required && option === undefined,
			};
		});
}

/** What the sandbox's page says of each gateway, in the order in which the credential offers them. */
export const guides =
	(webhookSecret: string) =>
	(sandbox: Pick<Sandbox, 'credential'>): Guide[] =>
		gateways.flatMap(({ id, label, signingKeyField, capabilities: { webhooks } }) => {
			if (!isGatewayId(id)) return [];
			const webhook: Guide['webhook'] = {
				setupInstruction: webhooks.setupInstruction,
				isAutomatic: webhooks.registration === 'api',
				// A key of the vendor's own is entered nowhere else.
				secret: signingKeyField === undefined ? webhookSecret : '',
				secretIn: webhooks.sendsSecretHeader ? 'header' : 'query',
			};
			const fields = credentialForm(sandbox, id, webhookSecret);
			const credentialName = new MessageGatewayApi().displayName;
			return [{ gateway: id, label, credentialName, fields, webhook }];
		});
