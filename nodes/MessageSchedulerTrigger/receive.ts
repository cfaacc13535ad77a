import type { IDataObject, IWebhookFunctions, IWebhookResponseData } from 'n8n-workflow';
import type { Credential, Gateway } from '../../gateways/gateway';
import type { Delivery, VerificationResult } from '../../gateways/webhooks';
import { isObject } from '../../gateways/json';
import { gatewayOf } from '../../gateways/registry';
import { hasWebhookSecret } from '../../gateways/webhookSecret';
import { isTimezone } from '../../messages/sendTime';
import type { StatusEvent } from '../../messages/statusEvent';
import { toStatusEventItem } from '../../messages/statusEventItem';
import { settle } from '../../stores/settle';
import { ignoredText, rejectedText, withReason } from './ignored';
import { leaveOutReceived } from './received';
import { cachedCredential } from './credentialCache';
import { deduplicate } from './deduplicate';
import { readOptions, readStatuses, withWebhookSecret } from './settings';

/** What a gateway reads that was answered with 200; none of the vendors asks for more. */
const ACKNOWLEDGED: IWebhookResponseData = { webhookResponse: { status: 'ok' } };

/**
 * Receives a webhook: verify, parse, filter, items. Never throws: a throw is a 500 for the gateway,
 * which then repeats, and an execution besides. Never calls out: the gateway is waiting.
 */
export async function receive(context: IWebhookFunctions): Promise<IWebhookResponseData> {
	const receivedAt = new Date().toISOString();
	const known = await settle(readCredential(context));
	if (!known.ok) {
		context.logger.error('Message Scheduler Trigger: the credential cannot be read');
		return withReason(context, respond(context, 503, 'not ready'), {
			reason: 'notReady',
			text: 'The credential cannot be read. Open it, check its fields and save it.',
			httpStatus: 503,
			gateway: null,
			receivedAt,
		});
	}
	const { gateway, credential } = known.value;
	const delivery: Delivery = {
		headers: context.getHeaderData() as Delivery['headers'],
		query: context.getQueryData() as Delivery['query'],
		body: readBody(context),
	};
	const verdict = checkAuthenticity(context, gateway, credential, delivery);
	if (!verdict.verified) {
		context.logger.warn(`Message Scheduler Trigger: webhook rejected: ${verdict.reason}`);
		return withReason(context, respond(context, 401, 'unauthorized'), {
			reason: 'rejected',
			text: rejectedText(verdict.reason),
			httpStatus: 401,
			gateway,
			receivedAt,
		});
	}
	if (!isObject(delivery.body)) {
		return withReason(context, respond(context, 400, 'the body is no JSON object'), {
			reason: 'notJson',
			text: `The body of the webhook is not a JSON object, so it is not one of ${gateway.label}.`,
			httpStatus: 400,
			gateway,
			receivedAt,
		});
	}
	const { body } = delivery;
	const events = leaveOutReceived(
		context,
		gateway,
		body,
		gateway.parseWebhook(body, { receivedAt }),
	);
	const chosen = events
		.filter(wantedBy(context))
		// One body may report several statuses of one message; none of them is out of order then.
		.sort((a, b) => a.statusRank - b.statusRank);
	const { fresh, save } = deduplicate(context, chosen);
	if (fresh.length === 0) {
		return withReason(context, ACKNOWLEDGED, {
			reason: events.length === 0 ? 'noStatus' : 'notChosen',
			text: ignoredText(gateway, events),
			httpStatus: 200,
			gateway,
			events,
			receivedAt,
		});
	}
	const timezone = readTimezone(context);
	const toItem = (event: StatusEvent) => ({
		json: toStatusEventItem(event, timezone) as unknown as IDataObject,
	});
	return {
		workflowData: [fresh.map(toItem)],
		/** Read when the execution is stored, right before n8n looks whether to save the static data. */
		get webhookResponse() {
			save();
			return ACKNOWLEDGED.webhookResponse;
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
		!hasWebhookSecret(credential) && readOptions(context).acceptUnauthenticated === true;
	return isOpen ? { verified: true } : gateway.verifyWebhook(credential, delivery);
}

/** n8n leaves a body as text where the content type is not JSON; gateways are not strict about that. */
function readBody(context: IWebhookFunctions): unknown {
	const body: unknown = context.getBodyData();
	return typeof body === 'string' ? parseJson(body) : body;
}

function parseJson(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		return undefined;
	}
}

/** The workflow's timezone; UTC where n8n is set to one that there is not. */
function readTimezone(context: IWebhookFunctions): string {
	const timezone = context.getTimezone();
	return isTimezone(timezone) ? timezone : 'UTC';
}

function wantedBy(context: IWebhookFunctions): (event: StatusEvent) => boolean {
	const wanted = new Set(readStatuses(context));
	return ({ status }) => wanted.has(status);
}

/** A status other than 200 can only be given on the response itself: n8n takes no status from a node. */
function respond(
	context: IWebhookFunctions,
	status: number,
	message: string,
): IWebhookResponseData {
	context.getResponseObject().status(status).send({ message });
	return { noWebhookResponse: true };
}
