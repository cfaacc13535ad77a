import type { IWebhookFunctions, IWebhookResponseData } from 'n8n-workflow';
import type { Credential, Gateway } from '../../gateways/gateway';
import type { Delivery, VerificationResult } from '../../gateways/webhooks';
import { isOfAccount } from '../../gateways/account';
import { isObject } from '../../gateways/json';
import { parseEvents } from '../../gateways/parseEvents';
import { gatewayOf } from '../../gateways/registry';
import { canVerifyWebhooks } from '../../gateways/webhookSecret';
import { settle } from '../../messages/settle';
import { acknowledge, answerGet, refuse } from './answers';
import { readDelivery } from './delivery';
import { ignoredText, otherAccountText, rejectedText, withReason } from './ignored';
import { toItems } from './items';
import { leaveOutReceived } from './received';
import { cachedCredential } from './credentialCache';
import { deduplicate } from './deduplicate';
import { readOptions } from './options';
import { unwantedBy } from './wanted';
import { withWebhookSecret } from './webhookSecret';

/**
 * Receives a webhook: verify, parse, filter, items; or answers a gateway's challenge. Never throws: the
 * gateway would get a 500 and resend the webhook, and n8n would record an execution. Sends no request,
 * since the gateway is waiting.
 */
export async function receive(context: IWebhookFunctions): Promise<IWebhookResponseData> {
	const receivedAt = new Date().toISOString();
	const read = await settle(readCredential(context));
	if (!read.ok) {
		context.logger.error('Message Scheduler Trigger: the credential cannot be read');
		const refusal = refuse(context, 503, 'not ready');
		// A GET never starts the workflow, not even while somebody listens for a test event.
		if (context.getRequestObject().method === 'GET') return refusal;
		return withReason(context, refusal, {
			reason: 'notReady',
			text: 'The credential cannot be read. Open it, check its fields and save it.',
			httpStatus: 503,
			gateway: null,
			receivedAt,
		});
	}
	const { gateway, credential } = read.value;
	const delivery = await readDelivery(context, gateway);
	if (delivery.method === 'GET') return answerGet(context, gateway, credential, delivery);
	const verdict = checkAuthenticity(context, gateway, credential, delivery);
	if (!verdict.verified) {
		context.logger.warn(`Message Scheduler Trigger: webhook rejected: ${verdict.reason}`);
		return withReason(context, refuse(context, 401, 'unauthorized'), {
			reason: 'rejected',
			text: rejectedText(gateway, verdict.reason),
			httpStatus: 401,
			gateway,
			receivedAt,
		});
	}
	const isList = gateway.sendsLists === true && Array.isArray(delivery.body);
	if (!isObject(delivery.body) && !isList) {
		return withReason(context, refuse(context, 400, 'the body is not a JSON object'), {
			reason: 'notJson',
			text: `The body of the webhook is not a JSON object, so it is not from ${gateway.label}.`,
			httpStatus: 400,
			gateway,
			receivedAt,
		});
	}
	const { body, query } = delivery;
	const parsed = parseEvents(gateway, body, { receivedAt, query });
	// One webhook may tell of several accounts.
	const ofAccount = parsed.filter(({ account }) => isOfAccount(gateway, credential, account));
	const events = leaveOutReceived(context, gateway, body, ofAccount);
	if (ofAccount.length === 0 && parsed.length > 0) {
		return withReason(context, acknowledge(context, gateway), {
			reason: 'otherAccount',
			text: otherAccountText(gateway, parsed),
			httpStatus: 200,
			gateway,
			receivedAt,
		});
	}
	const unwanted = events.map(unwantedBy(context));
	const chosen = events.filter((_, index) => unwanted[index] === null);
	const { fresh, save } = deduplicate(context, chosen);
	if (fresh.length === 0) {
		return withReason(context, acknowledge(context, gateway), {
			reason: events.length === 0 ? 'noEvent' : 'notChosen',
			text: ignoredText(gateway, events, unwanted),
			httpStatus: 200,
			gateway,
			events,
			receivedAt,
		});
	}
	const { webhookResponse } = acknowledge(context, gateway);
	return {
		workflowData: [toItems(context, fresh)],
		/** Read when the execution is stored, right before n8n checks whether to save the static data. */
		get webhookResponse() {
			save();
			return webhookResponse;
		},
	};
}

async function readCredential(
	context: IWebhookFunctions,
): Promise<{ gateway: Gateway; credential: Credential }> {
	const credential = await cachedCredential(context);
	const gateway = gatewayOf(credential);
	return { gateway, credential: withWebhookSecret(context, gateway, credential) };
}

function checkAuthenticity(
	context: IWebhookFunctions,
	gateway: Gateway,
	credential: Credential,
	delivery: Delivery,
): VerificationResult {
	const isOpen =
		!canVerifyWebhooks(gateway, credential) && readOptions(context).acceptUnauthenticated === true;
	return isOpen ? { verified: true } : gateway.verifyWebhook(credential, delivery);
}
