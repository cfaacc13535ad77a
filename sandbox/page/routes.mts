import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

import type { Sandbox } from '../sandbox.mts';
import { isGatewayId } from '../registry.mts';
import type { PageContent } from './content.mts';
import type { Guide } from './guide.mts';
import { outages, OUTAGE_MS, REFUSED } from './outages.mts';
import { PAGE_PATH } from './paths.mts';
import { renderLive, renderPage } from './render.mts';
import { script } from './script.mts';
import { style } from './style.mts';
import { webhookTarget } from './webhookTarget.mts';

/** Nothing from elsewhere, and no script but the page's own, whatever text gets into it. */
const policy = [
	"default-src 'none'",
	"style-src 'self'",
	"script-src 'self'",
	"connect-src 'self'",
	"form-action 'self'",
	'img-src data:',
	"frame-ancestors 'none'",
	"base-uri 'none'",
].join('; ');

type PageRequest = FastifyRequest<{ Querystring: Record<string, string | undefined> }>;
type ActionRequest = FastifyRequest<{ Params: { gateway: string; action: string } }>;

/** The page for people who play, at `/`, and what its buttons do. */
export function pageRoutes(app: FastifyInstance, sandbox: Sandbox): void {
	app.setErrorHandler((error: Error & { statusCode?: number }, _request, reply) => {
		const status = error instanceof RangeError ? 400 : (error.statusCode ?? 500);
		return reply.code(status).type('text/plain; charset=utf-8').send(error.message);
	});
	app.addHook('onSend', async (_request, reply) => {
		reply.headers({
			'content-security-policy': policy,
			'x-content-type-options': 'nosniff',
			'cache-control': 'no-store',
		});
	});
	const asHtml = (reply: FastifyReply) => reply.type('text/html; charset=utf-8');

	app.get('/', async (request: PageRequest, reply) =>
		asHtml(reply).send(renderPage(contentOf(sandbox, request.query.gateway)).text),
	);
	app.get(`${PAGE_PATH}/live`, async (request: PageRequest, reply) =>
		asHtml(reply).send(renderLive(contentOf(sandbox, request.query.gateway)).text),
	);
	app.get(`${PAGE_PATH}/style.css`, async (_request, reply) =>
		reply.type('text/css; charset=utf-8').send(style),
	);
	app.get(`${PAGE_PATH}/script.js`, async (_request, reply) =>
		reply.type('text/javascript; charset=utf-8').send(script),
	);
	app.post(`${PAGE_PATH}/:gateway/:action`, async (request: ActionRequest, reply) => {
		assertOwnPage(request);
		const guide = guideOf(sandbox, request.params.gateway);
		const act = actions[request.params.action];
		if (!act) throw new RangeError(`There is no button "${request.params.action}"`);
		const form = new URLSearchParams(typeof request.body === 'string' ? request.body : '');
		act({ sandbox, guide, form, reply });
		return reply.redirect(`/?gateway=${guide.gateway}`, 303);
	});
}

/** Another page in the same browser may send a form here: it has no business to. */
function assertOwnPage({ headers }: FastifyRequest): void {
	const { origin, host } = headers;
	if (origin === undefined || origin === `http://${host}`) return;
	throw Object.assign(new Error('Only the sandbox’s own page presses its buttons'), {
		statusCode: 403,
	});
}

function guideOf(sandbox: Sandbox, gateway: string): Guide {
	const guide = sandbox.guides.find((each) => each.gateway === gateway);
	if (!guide || !isGatewayId(gateway)) throw new RangeError(`There is no gateway "${gateway}"`);
	return guide;
}

/** What to show: of the first gateway, where none is asked for. */
function contentOf(sandbox: Sandbox, asked: string | undefined): PageContent {
	const { guides } = sandbox;
	const guide = asked === undefined ? guides[0] : guideOf(sandbox, asked);
	const view = sandbox.look(guide.gateway);
	const tabs = guides.map(({ gateway, label }) => {
		const { heldCount, messageCount } = gateway === guide.gateway ? view : sandbox.look(gateway, 1);
		return { gateway, label, count: heldCount + messageCount };
	});
	return { tabs, guide, view };
}

interface Pressed {
	sandbox: Sandbox;
	guide: Guide;
	form: URLSearchParams;
	reply: FastifyReply;
}

const sequences: Record<string, readonly string[] | null> = {
	usual: null,
	sent: ['sent'],
	failed: ['failed'],
};

/** What each button does; a RangeError says what is wrong with its form. */
const actions: Record<string, (pressed: Pressed) => void> = {
	webhook: ({ sandbox, guide, form }) =>
		sandbox.setWebhook(guide.gateway, webhookTarget(guide, form.get('url') ?? '')),

	noWebhook: ({ sandbox, guide }) => sandbox.setWebhook(guide.gateway, null),

	status: ({ sandbox, guide, form }) =>
		sandbox.setStatus(guide.gateway, form.get('id') ?? '', form.get('status') ?? ''),

	send: ({ sandbox, guide, form }) => sandbox.sendNow(guide.gateway, form.get('id') ?? ''),

	outage: ({ sandbox, guide, form, reply }) => {
		const kind = form.get('kind') ?? '';
		if (kind === REFUSED.id) {
			// Who pressed it gets an answer before its connection breaks.
			reply.raw.once('close', () => void sandbox.goDown(OUTAGE_MS).catch(() => undefined));
			reply.header('connection', 'close');
			return;
		}
		const outage = outages.find(({ id }) => id === kind);
		if (!outage) throw new RangeError(`There is no outage "${kind}"`);
		sandbox.faults.add({ ...outage.fault, gateway: guide.gateway, forMs: OUTAGE_MS });
	},

	endFault: ({ sandbox, form }) => sandbox.faults.remove(Number(form.get('id'))),

	script: ({ sandbox, guide, form }) => {
		const sequence = sequences[form.get('kind') ?? ''];
		if (sequence === undefined) throw new RangeError('There are no such statuses for new messages');
		sandbox.script(guide.gateway, sequence);
	},
};
