import { NodeOperationError, type IDataObject, type IHookFunctions } from 'n8n-workflow';
import { optionalField } from '../../gateways/credential';
import type { RegistrationRecord, DesiredWebhook } from '../../gateways/webhooks';
import { WEBHOOK_SECRET_FIELD } from '../../gateways/webhookSecret';
import { settle } from '../../stores/settle';
import { connectToGateway, type ConnectedGateway } from '../shared/connectToGateway';
import { CREDENTIAL_TYPE } from '../shared/transport';
import { toNodeError, withHintInMessage } from '../shared/nodeErrors';
import { assertReachable, assertStatusesCanCome } from './requirements';
import { readOptions, readStatuses, withWebhookSecret } from './settings';

/**
 * Where the record of a registration is kept in the node's static data. *Listen for test event* has
 * its own: to it, the production webhook is somebody else's, which is left alone or put back.
 */
const recordKey = (context: IHookFunctions) =>
	context.getMode() === 'manual' ? 'testRegistration' : 'registration';

/** Whether the gateway calls this trigger already. Only reads. */
export const check = async (context: IHookFunctions): Promise<boolean> =>
	await asNodeErrors(context, async () => {
		const link = await connectToGateway(context);
		assertMayStart(context, link);
		const { registration } = link.gateway;
		// Where nothing can be registered, `register` checks what can be checked.
		if (registration === undefined) return false;
		return await registration.check(link.connection, await wanted(context, link));
	});

/** Makes the gateway call this trigger, or checks that the user can. */
export const register = async (context: IHookFunctions): Promise<boolean> =>
	await asNodeErrors(context, async () => {
		const link = await connectToGateway(context);
		assertMayStart(context, link);
		const webhook = await wanted(context, link);
		requireSecret(context, link, webhook);
		const { registration } = link.gateway;
		if (registration === undefined) return true;
		const data = context.getWorkflowStaticData('node');
		const previous = (data[recordKey(context)] as RegistrationRecord | undefined) ?? null;
		data[recordKey(context)] = {
			...(await registration.register(link.connection, webhook, previous)),
		} as IDataObject;
		return true;
	});

/** Takes back what `register` did, and nothing else. */
export const remove = async (context: IHookFunctions): Promise<boolean> =>
	await asNodeErrors(context, async () => {
		const { gateway, connection } = await connectToGateway(context);
		if (gateway.registration === undefined) return true;
		const data = context.getWorkflowStaticData('node');
		const record = (data[recordKey(context)] as RegistrationRecord | undefined) ?? null;
		await gateway.registration.remove(connection, { url: webhookUrl(context) }, record);
		delete data[recordKey(context)];
		return true;
	});

async function wanted(
	context: IHookFunctions,
	{ gateway }: ConnectedGateway,
): Promise<DesiredWebhook> {
	const credential = withWebhookSecret(
		context,
		gateway,
		await context.getCredentials(CREDENTIAL_TYPE),
	);
	return {
		url: webhookUrl(context),
		secret: optionalField(credential, WEBHOOK_SECRET_FIELD) || null,
		replaceExisting: readOptions(context).replaceExisting === true,
	};
}

const webhookUrl = (context: IHookFunctions): string => context.getNodeWebhookUrl('default') ?? '';

/** Refuses what would wait in silence, also where the gateway calls this trigger already. */
function assertMayStart(context: IHookFunctions, { gateway, connection }: ConnectedGateway): void {
	assertStatusesCanCome(gateway, readStatuses(context));
	assertReachable(gateway, webhookUrl(context), gateway.baseUrl(connection.credential));
}

/** Without a secret anyone could invent statuses: refused unless the user wants that. */
function requireSecret(
	context: IHookFunctions,
	{ gateway }: ConnectedGateway,
	{ secret }: DesiredWebhook,
): void {
	if (secret !== null || readOptions(context).acceptUnauthenticated === true) return;
	throw new NodeOperationError(
		context.getNode(),
		`"Webhook Secret" is empty in the Message Gateway API credential, so the webhooks of ${gateway.label} could not be told from forged ones`,
		{
			description:
				'Enter a long random text as "Webhook Secret" in the credential and the same at the gateway, or turn on "Accept Unauthenticated Webhooks" under Options.',
		},
	);
}

async function asNodeErrors<T>(context: IHookFunctions, work: () => Promise<T>): Promise<T> {
	const outcome = await settle(work());
	if (outcome.ok) return outcome.value;
	// Where a workflow cannot be published, n8n 2.4 shows the description in the message's place.
	throw withHintInMessage(toNodeError(context.getNode(), outcome.error));
}
