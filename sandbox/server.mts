import { STATUS_CODES } from 'node:http';

import {
	fastify,
	type FastifyError,
	type FastifyInstance,
	type FastifyReply,
	type FastifyRequest,
} from 'fastify';

import type { Clock } from './clock.mts';
import type { Dialect } from './dialect.mts';
import type { Faults, RateHints, StruckFault } from './faults.mts';
import type { Json, RecordedRequest } from './types.mts';
import { readBody } from './uploads.mts';

declare module 'fastify' {
	interface FastifyRequest {
		/** What the sandbox notes of the request. */
		recorded: RecordedRequest;
		dialect: Dialect | null;
		/** The faults that befall this request. */
		appliedFaults: StruckFault[];
	}
}

export interface ServerParts {
	dialects: readonly Dialect[];
	clock: Clock;
	faults: Faults;
	requests: RecordedRequest[];
	/** Real milliseconds before every answer. */
	answerDelayMs: number;
	/** Adds the sandbox's own routes. */
	control: (app: FastifyInstance) => void;
	/** Adds the page for people. */
	page: (app: FastifyInstance) => void;
}

/** The faults that strike before the vendor's code sees the request. */
const isBefore = (fault: StruckFault): boolean => {
	switch (fault.kind) {
		case 'errorBefore':
		case 'rateLimit':
		case 'pace':
		case 'quota':
		case 'reset':
			return true;
		case 'hang':
		case 'html':
		case 'status':
			return !fault.processed;
		default:
			return false;
	}
};

const noAnswer = Symbol('no answer');

const htmlPage =
	'<!DOCTYPE html>\n<html><head><title>Just a moment...</title></head><body><h1>Please wait</h1></body></html>\n';

/** One server for all dialects: it records the requests, and lets the faults strike. */
export function createServer(parts: ServerParts): FastifyInstance {
	const { dialects, clock, faults, requests } = parts;
	const app = fastify({
		logger: false,
		forceCloseConnections: true,
		bodyLimit: 64 * 1024 * 1024,
		routerOptions: { maxParamLength: 500 },
	});
	const dialectOf = (path: string) =>
		dialects.find(({ mount }) => path === mount || path.startsWith(`${mount}/`)) ?? null;
	const errorBody = (dialect: Dialect | null, status: number, text: string): unknown =>
		dialect ? dialect.errorBody(status, text) : { error: text };

	app.decorateRequest('recorded');
	app.decorateRequest('dialect');
	app.decorateRequest('appliedFaults');

	// As lenient as the vendors' frameworks: an empty body with a JSON content type is no error.
	app.removeAllContentTypeParsers();
	app.addContentTypeParser(
		'*',
		{ parseAs: 'buffer' },
		async (request: FastifyRequest, body: Buffer) => {
			const type = request.headers['content-type'] ?? '';
			return await readBody(body, type).catch(() => {
				const name = /\bjson\b/i.test(type) ? 'JSON' : 'form data';
				throw Object.assign(new Error(`Invalid ${name}`), { statusCode: 400 });
			});
		},
	);

	app.addHook('onRequest', (request, _reply, done) => {
		const [path] = request.url.split('?');
		const dialect = dialectOf(path);
		request.dialect = dialect;
		request.appliedFaults = [];
		request.recorded = {
			gateway: dialect?.id ?? null,
			method: request.method,
			path: dialect ? path.slice(dialect.host.length) : path,
			query: { ...(request.query as Json) },
			headers: { ...request.headers },
			body: undefined,
			at: clock.now().toISOString(),
			status: null,
		};
		if (path !== '/' && !path.startsWith('/_sandbox')) requests.push(request.recorded);
		done();
	});

	app.addHook('preValidation', (request, reply, done) => {
		const { dialect, recorded } = request;
		recorded.body = structuredClone(request.body);
		if (!dialect) return done();
		request.appliedFaults = faults.forRequest(dialect.id, recorded.method, recorded.path);
		if (request.appliedFaults.length > 0) {
			recorded.fault = request.appliedFaults.map(({ kind }) => kind).join(', ');
		}
		const fault = request.appliedFaults.find(isBefore);
		if (!fault) return done();
		strikeBefore(fault, dialect, reply);
	});

	app.addHook('onSend', (request, reply, payload, done) => {
		const { appliedFaults = [], recorded } = request;
		const delays = appliedFaults.map((fault) => (fault.kind === 'delay' ? fault.ms : 0));
		const isGateway = Boolean(request.dialect);
		const delay = delays.reduce((sum, ms) => sum + ms, isGateway ? parts.answerDelayMs : 0);
		const answer = () => {
			const fault = appliedFaults.find((each) => each.kind !== 'delay' && !isBefore(each));
			const changed = fault ? strikeAfter(fault, request.dialect, reply, payload) : payload;
			// Without `done` the server writes nothing: the connection is broken, or hangs.
			if (changed === noAnswer) return;
			recorded.status = reply.statusCode;
			done(null, changed);
		};
		if (delay > 0) clock.afterReal(delay, answer);
		else answer();
	});

	app.setErrorHandler((error: FastifyError, request, reply) => {
		const status = error.statusCode ?? 500;
		const text = status < 500 ? error.message : 'Internal server error';
		return reply.code(status).send(errorBody(request.dialect, status, text));
	});
	app.setNotFoundHandler((request, reply) =>
		reply.code(404).send(errorBody(request.dialect, 404, 'Not found')),
	);

	for (const dialect of dialects) {
		app.register(async (scope) => dialect.routes(scope), { prefix: dialect.mount });
	}
	app.register(async (scope) => parts.control(scope), { prefix: '/_sandbox' });
	app.register(async (scope) => parts.page(scope));
	return app;
}

function strikeBefore(fault: StruckFault, dialect: Dialect, reply: FastifyReply): void {
	switch (fault.kind) {
		case 'errorBefore': {
			const status = fault.status ?? 500;
			const text = status < 500 ? STATUS_CODES[status] : undefined;
			void reply.code(status).send(dialect.errorBody(status, text ?? 'Internal server error'));
			return;
		}
		case 'rateLimit':
			refuseRate(dialect, reply, fault.hints ?? 'body', fault.retryAfter ?? 1);
			return;
		case 'pace': {
			const seconds = Math.max(1, Math.ceil((fault.waitMs ?? 0) / 1000));
			refuseRate(dialect, reply, fault.hints ?? dialect.rateHints, seconds);
			return;
		}
		case 'quota': {
			const answer = dialect.quotaAnswer?.(reply.request.recorded.path);
			const { status = 429, body = dialect.errorBody(429, 'Quota exceeded') } = answer ?? {};
			void reply.code(status).send(body);
			return;
		}
		case 'reset':
			reply.raw.socket?.resetAndDestroy();
			return;
		case 'html':
			void reply.code(200).type('text/html; charset=utf-8').send(htmlPage);
			return;
		case 'status':
			void reply
				.code(fault.status)
				.headers(fault.headers ?? {})
				.send(fault.body ?? '');
			return;
		default: // 'hang': nothing, until somebody closes
	}
}

/** A 429 that says where it is told how many seconds to wait. */
function refuseRate(dialect: Dialect, reply: FastifyReply, hints: RateHints, retryAfter: number) {
	const reset = Math.ceil(Date.now() / 1000) + retryAfter;
	if (hints === 'header') reply.header('Retry-After', retryAfter);
	if (hints === 'reset') {
		reply.headers({ 'X-RateLimit-Remaining': 0, 'X-RateLimit-Reset': reset });
	}
	const hint = ` Please wait ${retryAfter} seconds before trying again.`;
	const text = `Rate limit exceeded.${hints === 'body' ? hint : ''}`;
	void reply
		.code(429)
		.send(dialect.errorBody(429, text, hints === 'body' ? retryAfter : undefined));
}

/** Gives the changed answer; `noAnswer` when none is to be written. */
function strikeAfter(
	fault: StruckFault,
	dialect: Dialect | null,
	reply: FastifyReply,
	payload: unknown,
): unknown {
	const asJson = (status: number, body: unknown) => {
		reply.code(status).type('application/json; charset=utf-8');
		return JSON.stringify(body);
	};
	switch (fault.kind) {
		case 'errorAfter': {
			const status = fault.status ?? 500;
			return asJson(status, dialect?.errorBody(status, 'Internal server error') ?? {});
		}
		case 'html':
			reply.code(200).type('text/html; charset=utf-8');
			return htmlPage;
		case 'status':
			reply.headers(fault.headers ?? {});
			if (typeof fault.body === 'string') {
				reply.code(fault.status).type('text/plain; charset=utf-8');
				return fault.body;
			}
			return asJson(fault.status, fault.body ?? {});
		case 'truncateBody': {
			const bytes = Buffer.from(typeof payload === 'string' ? payload : '');
			reply.raw.writeHead(reply.statusCode, {
				'content-type': 'application/json; charset=utf-8',
				'content-length': bytes.length,
			});
			const half = bytes.subarray(0, Math.floor(bytes.length / 2));
			reply.raw.write(half, () => reply.raw.destroy());
			return noAnswer;
		}
		case 'dropResponse':
			reply.raw.destroy();
			return noAnswer;
		default: // 'hang'
			return noAnswer;
	}
}
