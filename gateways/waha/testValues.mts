import type { Credential } from '../gateway';
import type { Outcome, PreparedRequest } from '../transport/request';
import type { DesiredWebhook } from '../webhooks';
import { parseContent } from '../../messages/message';
import type { ContentInput, OutgoingMessage } from '../../messages/message';
import { parseRecipient } from '../../messages/recipient';
import { fakeGateway, ok } from '../../test/gateways/fakeGateway.mts';
import { waha } from '.';
import noLid from './fixtures/no-lid.json';

export const KEY = 'wahaSecretKey0123456789';
export const SECRET = 'hook-secret-4711';

/** Another object for each test: what a run learns of its server is kept by it. */
export const credential = (more: Credential = {}): Credential => ({
	gateway: 'waha',
	wahaUrl: 'https://waha.example/wa/',
	wahaSession: 'default',
	wahaApiKey: KEY,
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

export const receivedAt = '2026-07-20T10:00:01.000Z';

/** Servers, as they answer to the question for their version. */
export const SERVERS = {
	webjs: { version: '2026.7.1', engine: 'WEBJS', tier: 'CORE' },
	wpp: { version: '2026.7.1', engine: 'WPP', tier: 'CORE' },
	noweb: { version: '2026.7.1', engine: 'NOWEB', tier: 'CORE' },
	gows: { version: '2026.7.1', engine: 'GOWS', tier: 'CORE' },
	oldNoweb: { version: '2026.3.9', engine: 'NOWEB', tier: 'PLUS' },
	oldGows: { version: '2026.3.9', engine: 'GOWS', tier: 'PLUS' },
	oldCore: { version: '2025.10.4', engine: 'WEBJS', tier: 'CORE' },
} as const;

/** The answer where the file of "file.url" cannot be downloaded: what axios throws. */
export const notLoaded = {
	...noLid,
	exception: {
		message: 'Request failed with status code 404',
		code: 'ERR_BAD_REQUEST',
		name: 'AxiosError',
		stack: 'AxiosError: …',
	},
};

export const refusal = (status: number, body: unknown): Outcome => ({ status, headers: {}, body });

/** Behind a server of some kind; null: one that does not say what it is. */
export const behind = (
	server: object | null,
	answer: (request: PreparedRequest) => Outcome,
	more: Credential = {},
) => {
	const { connection, requests } = fakeGateway(waha, credential(more), (request) =>
		request.url === '/api/server/version'
			? server === null
				? refusal(403, { message: 'Forbidden', statusCode: 403 })
				: ok(server)
			: answer(request),
	);
	/** Without the question for the version. */
	const others = () => requests.filter(({ url }) => url !== '/api/server/version');
	return { connection, requests, others };
};
