import type { ILoadOptionsFunctions, INodePropertyOptions } from 'n8n-workflow';
import type { WebhookCapabilities } from '../../gateways/capabilities';
import { gatewayOf } from '../../gateways/registry';
import { settle } from '../../messages/settle';
import { CREDENTIAL_TYPE } from '../shared/transport';
import { eventTitle } from './eventTitle';
import { RECEIVED } from './options';

/** The one value of *Webhook Set-Up*: what it shows is its name. */
export const SET_UP = 'setUp';

/** Who enters the URL, short enough for the field. */
const WAYS: Readonly<Record<WebhookCapabilities['registration'], string>> = {
	api: 'publish to enter the URL',
	manual: 'enter the URL by hand',
	perMessage: 'enter the URL in the credential',
};

const WITHOUT_CREDENTIAL = 'Choose a credential to see where to enter the webhook URL';

/**
 * The entry of *Webhook Set-Up*: where the gateway of the credential takes the trigger's URL. n8n's editor
 * asks again if the credential changes, which a notice cannot. Never throws: the editor would report an
 * issue of the node. Sends no request.
 */
export async function webhookSetUp(this: ILoadOptionsFunctions): Promise<INodePropertyOptions[]> {
	const read = await settle(readGateway(this));
	if (!read.ok) {
		return [{ name: WITHOUT_CREDENTIAL, value: SET_UP }];
	}
	const { label, capabilities } = read.value;
	const { registration, setupInstruction } = capabilities.webhooks;
	// The field cuts a long name off; the list shows the whole description.
	const description = [setupInstruction, ...ofReceived(this, label, capabilities.webhooks)].join(
		' ',
	);
	return [{ name: `${label}: ${WAYS[registration]}`, value: SET_UP, description }];
}

/** What else to do for *Message Received*, if it is chosen. */
function ofReceived(
	context: ILoadOptionsFunctions,
	label: string,
	{ received, receivedInstruction = '' }: WebhookCapabilities,
): string[] {
	const chosen = context.getCurrentNodeParameter('events');
	if (!Array.isArray(chosen) || !chosen.includes(RECEIVED)) return [];
	if (received === null) return [`${label} documents no webhook for messages that people write.`];
	return received === 'separateUrl'
		? [
				`For ${eventTitle(RECEIVED)}, the same Production URL goes to a second place. ${receivedInstruction}`,
			]
		: [];
}

const readGateway = async (context: ILoadOptionsFunctions) =>
	gatewayOf(await context.getCredentials(CREDENTIAL_TYPE));
