import { NodeOperationError, type IDataObject, type IHookFunctions } from 'n8n-workflow';
import { optionalField } from '../../gateways/credential';
import type { RegistrationRecord, DesiredWebhook } from '../../gateways/webhooks';
import {
	canVerifyWebhooks,
	WEBHOOK_SECRET_FIELD,
	webhookKeyLabel,
} from '../../gateways/webhookSecret';
import { settle } from '../../messages/settle';
import { connectToGateway, type ConnectedGateway } from '../shared/connectToGateway';
import { CREDENTIAL_TYPE } from '../shared/transport';
import { toNodeError, withHintInMessage } from '../shared/nodeErrors';
import { assertReceivedOptions } from '../shared/receivedOptions';
import { assertEventsCanCome, assertReachable, assertStatusUrl } from './requirements';
import { readEvents, readOptions, RECEIVED } from './options';
import { withWebhookSecret } from './webhookSecret';

/**
 * The key of a registration's record in the node's static data. *Listen for test event* has a separate
 * one: for it, the production webhook belongs to another application, and is kept or restored.
 */
const recordKey = (context: IHookFunctions) =>
	context.getMode() === 'manual' ? 'testRegistration' : 'registration';

/** Whether the gateway already calls this trigger. Only reads. */
export const check = async (context: IHookFunctions): Promise<boolean> =>
	await asNodeErrors(context, async () => {
		const link = await connectToGateway(context);
		assertMayStart(context, link);
		const { registration } = link.gateway;
		// If the gateway has no API for webhooks, `register` checks what can be checked.
		if (registration === undefined) return false;
		return await registration.check(link.connection, await desiredWebhook(context, link));
	});

/** Registers this trigger's webhook at the gateway, or checks that the user can enter it. */
export const register = async (context: IHookFunctions): Promise<boolean> =>
	await asNodeErrors(context, async () => {
		const link = await connectToGateway(context);
		assertMayStart(context, link);
		const webhook = await desiredWebhook(context, link);
		await requireSecret(context, link);
		const { registration } = link.gateway;
		if (registration === undefined) return true;
		const data = context.getWorkflowStaticData('node');
		const previous = (data[recordKey(context)] as RegistrationRecord | undefined) ?? null;
		data[recordKey(context)] = {
			...(await registration.register(link.connection, webhook, previous)),
		} as IDataObject;
		return true;
	});

/** Reverts what `register` did, and nothing else. */
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

async function desiredWebhook(
	context: IHookFunctions,
	link: ConnectedGateway,
): Promise<DesiredWebhook> {
	const credential = await credentialWithSecret(context, link);
	return {
		url: webhookUrl(context),
		secret: optionalField(credential, WEBHOOK_SECRET_FIELD) || null,
		replaceExisting: readOptions(context).replaceExisting === true,
		received: readEvents(context).includes(RECEIVED),
	};
}

const credentialWithSecret = async (context: IHookFunctions, { gateway }: ConnectedGateway) =>
	withWebhookSecret(context, gateway, await context.getCredentials(CREDENTIAL_TYPE));

const webhookUrl = (context: IHookFunctions): string => context.getNodeWebhookUrl('default') ?? '';

/** Rejects a trigger that could never start, even if the gateway already calls it. */
function assertMayStart(context: IHookFunctions, { gateway, connection }: ConnectedGateway): void {
	assertStatusUrl(gateway, connection.credential);
	assertEventsCanCome(gateway, readEvents(context));
	assertReceivedOptions(readOptions(context));
	assertReachable(gateway, webhookUrl(context), gateway.baseUrl(connection.credential));
}

/** Rejects a missing secret, with which anyone could forge statuses, unless the user accepts that. */
async function requireSecret(context: IHookFunctions, link: ConnectedGateway): Promise<void> {
	const { gateway } = link;
	if (canVerifyWebhooks(gateway, await credentialWithSecret(context, link))) return;
	if (readOptions(context).acceptUnauthenticated === true) return;
	const field = webhookKeyLabel(gateway);
	const enter =
		gateway.signingKeyField === undefined
			? `Enter a long random string as "${field}" in the credential and the same value at the gateway`
			: `Enter "${field}" in the credential`;
	throw new NodeOperationError(
		context.getNode(),
		`"${field}" is empty in the Message Gateway API credential, so webhooks of ${gateway.label} could not be verified`,
		{
			description: `${enter}, or turn on "Accept Unauthenticated Webhooks" under Options.`,
		},
	);
}

async function asNodeErrors<T>(context: IHookFunctions, work: () => Promise<T>): Promise<T> {
	const outcome = await settle(work());
	if (outcome.ok) return outcome.value;
	// If a workflow cannot be published, n8n 2.4 shows the description instead of the message.
	throw withHintInMessage(toNodeError(context.getNode(), outcome.error));
}
