import { parseContent } from '../../messages/message';
import type { ContentInput, OutgoingMessage } from '../../messages/message';
import { parseRecipient } from '../../messages/recipient';
import { fakeGateway, ok } from '../../test/gateways/fakeGateway.mts';
import type { Credential } from '../gateway';
import type { Outcome, PreparedRequest } from '../transport/request';
import type { DesiredWebhook } from '../webhooks';
import { evolutionApi } from '.';

export const KEY = 'B3C1-instance-token-4711';
export const SECRET = 'hook-secret-4711';

/** A credential of its own for each test: a version is found out once for each. */
export const credentialOf = (more: Credential = {}): Credential => ({
	gateway: 'evolutionApi',
	evolutionApiUrl: 'https://evo.example/api/',
	evolutionApiInstance: 'my shop',
	evolutionApiKey: KEY,
	webhookSecret: SECRET,
	...more,
});

export const wanted: DesiredWebhook = {
	url: 'https://n8n.example/webhook/abc/webhook',
	secret: SECRET,
	replaceExisting: false,
};

export const messageTo = (recipient: string, content: ContentInput): OutgoingMessage => ({
	...parseContent(content),
	recipient: parseRecipient(recipient),
	reference: 'order-7',
	idempotencyKey: '3b1f9a52-7f53-4a3c-9d38-0a4c9f7c2b11',
});

export const receivedAt = '2026-07-31T21:51:00.000Z';

/** A server that tells its version, and answers everything else by the script. */
export function server(
	answer: (request: PreparedRequest) => Outcome,
	{ version = '2.3.7', credential = credentialOf(), now = 1_785_534_660_000 } = {},
) {
	const { connection, requests } = fakeGateway(
		evolutionApi,
		credential,
		(request) => (request.url === '/' ? ok({ status: 200, version }) : answer(request)),
		{ now },
	);
	return {
		connection,
		requests,
		/** Without the question for the version. */
		asked: () => requests.filter(({ url }) => url !== '/'),
	};
}
