import type { IWebhookFunctions, IWebhookResponseData } from 'n8n-workflow';
import type { Credential, Gateway } from '../../gateways/gateway';
import type { Delivery } from '../../gateways/webhooks';

/** What a gateway reads of a webhook that was taken, unless it wants to read something else. */
const ACKNOWLEDGED = { status: 'ok' };

/**
 * What n8n answers with status 200 once it has stored the execution, if there is one. n8n keeps a type
 * that stands on the response already; a text without one it would send as HTML.
 */
export function acknowledge(context: IWebhookFunctions, gateway: Gateway): IWebhookResponseData {
	const { acknowledgement } = gateway;
	if (acknowledgement === undefined) return { webhookResponse: ACKNOWLEDGED };
	context.getResponseObject().type(acknowledgement.contentType);
	return { webhookResponse: acknowledgement.body };
}

/** A status other than 200 can only be given on the response itself: n8n takes no status from a node. */
export function refuse(
	context: IWebhookFunctions,
	status: number,
	message: string,
): IWebhookResponseData {
	context.getResponseObject().status(status).send({ message });
	return { noWebhookResponse: true };
}

/** Answers a GET: the gateway's challenge, if it is one. It never starts the workflow. */
export function answerGet(
	context: IWebhookFunctions,
	gateway: Gateway,
	credential: Credential,
	delivery: Delivery,
): IWebhookResponseData {
	if (gateway.answerChallenge === undefined) return refuse(context, 405, 'method not allowed');
	const answer = gateway.answerChallenge(credential, delivery);
	if (answer === null) return refuse(context, 401, 'unauthorized');
	const { status, contentType, body } = answer;
	context.getResponseObject().status(status).type(contentType).send(body);
	return { noWebhookResponse: true };
}
