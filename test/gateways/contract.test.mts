import axios from 'axios';
import { setTimeout as sleep } from 'node:timers/promises';
import { gateways } from '../../gateways/registry';
import type { Gateway } from '../../gateways/gateway';
import type { WebhookAnswer } from '../../gateways/webhooks';
import {
	requireLookup,
	requireScheduler,
	assertSupportsType,
} from '../../gateways/capabilityChecks';
import { connect } from '../../gateways/transport/connection';
import { GatewayError } from '../../gateways/transport/gatewayError';
import { toNetworkFailure, type SendRequest } from '../../gateways/transport/request';
import { MESSAGE_TYPES, type MessageType } from '../../messages/message';
import { parseRecipient } from '../../messages/recipient';
import { STATUSES, type Status } from '../../messages/status';
import type { TemplateContent } from '../../messages/template';
import type { StatusEvent } from '../../messages/statusEvent';
import { credentialFor } from '../../harness/credential.mts';
import { definitionOf, isGatewayId, startSandbox, type Sandbox } from '../../sandbox/index.mts';
import { AssignedMessages } from '../../stores/assignedMessages';
import { KeyedMutex } from '../../stores/keyedMutex';
import { createGatewayStore } from '../../stores/gatewayStore';
import { posted } from './posted.mts';

/**
 * Every gateway × every operation against the sandbox, which answers as the vendors' documents say:
 * it works, or it is refused before any request.
 */
let sandbox: Sandbox;

beforeAll(async () => {
	sandbox = await startSandbox({ rateLimits: false, clockFactor: 600 });
});
afterAll(async () => await sandbox.close());

const SECRET = 'the-secret';

function reach(gateway: Gateway) {
	const credential = credentialFor(sandbox, gateway.id, SECRET);
	const send: SendRequest = async (unsent) => {
		const request = gateway.authenticate(credential, unsent);
		const { method, url, headers, query, body = request.encodedBody } = request;
		return await axios
			.request({ method, url, headers, params: query, data: body, validateStatus: () => true })
			.then(
				(response) => ({
					status: response.status,
					headers: response.headers as unknown as Record<string, string>,
					body: response.data as unknown,
				}),
				(error: { code?: string }) => toNetworkFailure(error.code ?? null),
			);
	};
	const clock = {
		now: () => Date.now(),
		random: () => 0.5,
		sleep: async (ms: number) => void (await sleep(ms)),
	};
	const connection = connect(gateway, credential, { send, ...clock });
	return { credential, connection, ...clock };
}

const RECIPIENT = parseRecipient('+919988066776');
const FILES: Record<string, string> = {
	image: 'photo.jpg',
	video: 'clip.mp4',
	document: 'invoice.pdf',
	audio: 'song.mp3',
	voice: 'note.ogg',
};
const messageOf = (type: MessageType, template: TemplateContent | null = null) => ({
	recipient: RECIPIENT,
	type,
	text: type === 'text' ? `hello ${Math.random()}` : null,
	mediaUrl: type in FILES ? `https://example.com/${FILES[type]}` : null,
	caption: null,
	fileName: null,
	template: type === 'template' ? template : null,
	reference: null,
	idempotencyKey: crypto.randomUUID(),
});
const attempt = { unresolved: null, begin: () => {}, clear: () => {} };

describe.each(gateways.map((gateway) => [gateway.label, gateway] as const))('%s', (_, gateway) => {
	const { messageTypes, scheduling, lookup, webhooks } = gateway.capabilities;
	if (!isGatewayId(gateway.id)) throw new Error(`sandbox/registry.mts lacks ${gateway.id}`);
	const definition = definitionOf(gateway.id);
	const { states, arrivesAs, lastStatus, withholds = [], template = null } = definition;

	it('tests its credential, and refuses a wrong key in words', async () => {
		const { connection, credential } = reach(gateway);
		await expect(gateway.testCredential(connection)).resolves.toMatchObject({ ready: true });
		const secret = gateway.credentialFields.find((field) => field.secret)!.name;
		const wrong = connect(
			gateway,
			{ ...credential, [secret]: 'a-wrong-key-0000' },
			{
				send: async (unsent) => {
					const { url, headers, query } = gateway.authenticate(
						{ ...credential, [secret]: 'a-wrong-key-0000' },
						unsent,
					);
					const response = await axios.get(url, {
						headers,
						params: query,
						validateStatus: () => true,
					});
					return { status: response.status, headers: {}, body: response.data as unknown };
				},
				now: () => Date.now(),
				random: () => 0,
				sleep: async () => {},
			},
		);
		const error = await gateway.testCredential(wrong).catch((caught: GatewayError) => caught);
		expect(error).toBeInstanceOf(GatewayError);
		expect(error).toMatchObject({ kind: expect.stringMatching(/unauthorized|forbidden/) });
		expect(JSON.stringify([(error as GatewayError).message, error])).not.toContain('a-wrong-key');
	});

	for (const state of states?.notReady ?? []) {
		it(`tells in the state ${state} that it is not ready, by one read`, async () => {
			const { connection } = reach(gateway);
			sandbox.setHealth(gateway.id as never, state);
			try {
				sandbox.clearRequests();
				await expect(gateway.testCredential(connection)).resolves.toMatchObject({ ready: false });
				expect(sandbox.requests(gateway.id as never)).toMatchObject([{ method: 'GET' }]);
				// To have asked did not change it.
				await expect(gateway.testCredential(connection)).resolves.toMatchObject({ ready: false });
			} finally {
				sandbox.setHealth(gateway.id as never, states!.ready);
			}
			await expect(gateway.testCredential(connection)).resolves.toMatchObject({ ready: true });
		});
	}

	it.each(MESSAGE_TYPES)('sends %s at once, or refuses before any request', async (type) => {
		sandbox.clearRequests();
		const { connection } = reach(gateway);
		if (!messageTypes.includes(type)) {
			expect(() => assertSupportsType(gateway, type)).toThrow(
				`${gateway.label} documents no way to send ${type}`,
			);
			return;
		}
		assertSupportsType(gateway, type);
		const message = messageOf(type, template);
		const sent = await gateway.send(connection, message);
		expect(sent).toMatchObject({ gateway: gateway.id, type, text: message.text });
		expect(sent.messageId ?? sent.queueId).toEqual(expect.any(String));
		expect(['queued', 'sent']).toContain(sent.status);
		// A queue hands it on a moment later.
		await sandbox.idle({ ignoreScheduled: true });
		const arrived = arrivesAs?.[type] ?? type;
		expect(sandbox.messages(gateway.id as never).at(-1)).toMatchObject({ type: arrived });
	});

	it.each(MESSAGE_TYPES)('schedules %s, or refuses before any request', async (type) => {
		sandbox.clearRequests();
		const { connection, sleep: pause } = reach(gateway);
		if (!scheduling?.types.includes(type)) {
			expect(() => requireScheduler(gateway, type)).toThrow(GatewayError);
			expect(sandbox.requests(gateway.id as never)).toEqual([]);
			return;
		}
		const store = createGatewayStore(gateway, connection, {
			assigned: new AssignedMessages(),
			mutex: new KeyedMutex(),
			sleep: pause,
		});
		// Whole seconds: not every gateway takes parts of one.
		const at = (hours: number) =>
			new Date(Math.ceil(Date.now() / 1000) * 1000 + hours * 3_600_000).toISOString();
		const message = { ...messageOf(type, template), scheduledAt: at(40) };
		const held = await store.schedule(message, attempt);
		expect(held).toMatchObject({
			gateway: gateway.id,
			storedIn: 'gateway',
			type,
			status: 'scheduled',
			scheduledAt: message.scheduledAt,
			recipient: { phone: RECIPIENT.phone },
		});
		expect(await store.get(held.scheduleId)).toMatchObject({
			scheduleId: held.scheduleId,
			scheduledAt: withholds.includes('scheduledAt') ? null : message.scheduledAt,
			status: 'scheduled',
			...(withholds.includes('mediaUrl') ? { mediaUrl: null } : {}),
		});
		const listed = await store.list({ status: 'scheduled' });
		expect(listed.map(({ scheduleId }) => scheduleId)).toContain(held.scheduleId);

		if (scheduling.cancelsBy === 'delete') {
			await expect(store.cancel(held.scheduleId)).rejects.toThrow(/documents no way to cancel/);
		}
		const move = {
			scheduleId: held.scheduleId,
			scheduledAt: at(44),
			idempotencyKey: crypto.randomUUID(),
			allowDeletion: true,
		};
		// What the gateway does not tell has to be given again, or nothing is cancelled.
		const isWithheld =
			(message.mediaUrl !== null && withholds.includes('mediaUrl')) ||
			(message.template !== null && withholds.includes('template'));
		if (isWithheld) {
			await expect(store.reschedule(move, attempt)).rejects.toMatchObject({ kind: 'unsupported' });
			expect(await store.get(held.scheduleId)).toMatchObject({ status: 'scheduled' });
		}
		const moved = await store.reschedule(
			{ ...move, ...(isWithheld ? { content: message } : {}) },
			attempt,
		);
		expect(Math.abs(Date.parse(moved.scheduledAt!) - Date.parse(at(44)))).toBeLessThan(2000);
		const { cancelled } = await store.cancel(moved.scheduleId, { allowDeletion: true });
		expect(cancelled).toBe(true);
		const pending = await store.list({ status: 'scheduled' });
		const left = pending.map(({ scheduleId }) => scheduleId);
		expect(left).not.toContain(held.scheduleId);
		expect(left).not.toContain(moved.scheduleId);
	});

	it('says of an unknown scheduled message that it is not there', async () => {
		if (scheduling === null) return expect(() => requireScheduler(gateway)).toThrow(/no scheduler/);
		const { connection, sleep: pause } = reach(gateway);
		const store = createGatewayStore(gateway, connection, {
			assigned: new AssignedMessages(),
			mutex: new KeyedMutex(),
			sleep: pause,
		});
		await expect(store.get('never-scheduled')).rejects.toMatchObject({ kind: 'notFound' });
	});

	it('looks up a message that it sent, or refuses before any request', async () => {
		sandbox.clearRequests();
		const { connection } = reach(gateway);
		if (lookup === null) {
			expect(() => requireLookup(gateway)).toThrow(/documents no way to look up/);
			expect(sandbox.requests(gateway.id as never)).toEqual([]);
			return;
		}
		const sent = await gateway.send(connection, messageOf('text'));
		const id = String(lookup.by === 'queueId' ? sent.queueId : sent.messageId);
		await sandbox.idle({ ignoreScheduled: true });
		const found = await requireLookup(gateway).lookup(connection, id, RECIPIENT);
		expect(found).toMatchObject({ gateway: gateway.id, recipient: { phone: RECIPIENT.phone } });
		expect(['sent', 'delivered', 'read', 'queued', 'played']).toContain(found.status);
	});

	it('finds what came of a send whose answer was lost, where the vendor has a list', async () => {
		const { connection } = reach(gateway);
		if (gateway.findSent === undefined) return;
		for (const [index, type] of messageTypes.entries()) {
			// Nobody else writes to it: an image without caption looks like any other.
			const recipient = parseRecipient(`+9199880667${80 + index}`);
			const message = { ...messageOf(type, template), recipient };
			const sinceMs = Date.now();
			expect(await gateway.findSent(connection, message, sinceMs)).toEqual([]);
			const fault = {
				kind: 'dropResponse',
				method: 'POST',
				path: /send|messages/i,
				times: 1,
			} as const;
			sandbox.faults.add({ ...fault, gateway: gateway.id as never });
			await expect(gateway.send(connection, message)).rejects.toMatchObject({
				details: { outcomeUnknown: true },
			});
			const taken = sandbox.messages(gateway.id as never).at(-1)!;
			const ids = async () =>
				(await gateway.findSent!(connection, message, sinceMs)).map(({ messageId }) => messageId);
			// At once, where there is a queue, and when it has gone out.
			if (type === 'template' && withholds.includes('template')) {
				// There is a message, and nothing says that it is that one: unknown, and not "none".
				await expect(ids()).rejects.toThrow(GatewayError);
				continue;
			}
			expect(await ids()).toEqual([taken.id]);
			await sandbox.idle({ ignoreScheduled: true });
			expect(await ids()).toEqual([taken.id]);
			const other = { ...message, recipient: parseRecipient('+919988066777') };
			expect(await gateway.findSent(connection, other, sinceMs)).toEqual([]);
		}
	});

	it('tells what it documents of a message, each status once and trusted', async () => {
		const last = lastStatus as Status;
		const { connection, credential } = reach(gateway);
		const events: StatusEvent[] = [];
		const verdicts: unknown[] = [];
		const challenge = (query: Record<string, unknown>) =>
			gateway.answerChallenge?.(
				credential,
				posted({ method: 'GET', headers: {}, query, body: undefined }),
			) ?? null;
		const receiver = await startReceiver((delivery) => {
			verdicts.push(gateway.verifyWebhook(credential, posted(delivery)));
			events.push(...gateway.parseWebhook(delivery.body, { receivedAt: new Date().toISOString() }));
		}, challenge);
		try {
			if (gateway.registration) {
				const wanted = { url: receiver.url, secret: SECRET, replaceExisting: false };
				const record = await gateway.registration.register(connection, wanted, null);
				expect(await gateway.registration.check(connection, wanted)).toBe(true);
				// GREEN-API takes up to five minutes to apply it, here half a second.
				await sandbox.idle({ ignoreScheduled: true });
				await sendAndWait();
				await gateway.registration.remove(connection, wanted, record);
				expect(await gateway.registration.check(connection, wanted)).toBe(false);
			} else {
				const url = webhooks.sendsSecretHeader ? receiver.url : `${receiver.url}?secret=${SECRET}`;
				sandbox.setWebhook(gateway.id as never, { url, secret: SECRET });
				await sendAndWait();
				sandbox.setWebhook(gateway.id as never, null);
			}
		} finally {
			await receiver.close();
		}
		expect(verdicts.length).toBeGreaterThan(0);
		expect(verdicts.every((verdict) => (verdict as { verified: boolean }).verified)).toBe(true);
		const told = new Set(events.map(({ status }) => status));
		// The account of the sandbox need not reach what another one reaches, such as `read` by SMS.
		const isReached = (status: Status) => STATUSES[status].rank <= STATUSES[last].rank;
		for (const status of (['sent', 'delivered', 'read', 'scheduled'] as const).filter(isReached)) {
			if (webhooks.statuses.includes(status)) expect(told).toContain(status);
		}
		expect([...told].filter((status) => !webhooks.statuses.includes(status))).toEqual([]);
		expect(events.every(({ gateway: id }) => id === gateway.id)).toBe(true);

		async function sendAndWait() {
			if (scheduling !== null) {
				const store = createGatewayStore(gateway, connection, {
					assigned: new AssignedMessages(),
					mutex: new KeyedMutex(),
					sleep: async () => {},
				});
				const lead = Math.max(90_000, (scheduling.minLeadMs ?? 0) + 60_000);
				const scheduledAt = new Date(Date.now() + lead).toISOString();
				await store.schedule({ ...messageOf('text'), scheduledAt }, attempt);
			} else {
				await gateway.send(connection, messageOf('text'));
			}
			await sandbox.idle();
		}
	});
});

async function startReceiver(
	take: (delivery: Parameters<typeof posted>[0]) => void,
	challenge: (query: Record<string, unknown>) => WebhookAnswer | null,
) {
	const { fastify } = await import('fastify');
	const app = fastify();
	app.removeAllContentTypeParsers();
	app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
	app.get('/hook', async (request, reply) => {
		const answer = challenge(request.query as Record<string, unknown>);
		if (answer === null) return await reply.code(401).send();
		return await reply.code(answer.status).type(answer.contentType).send(answer.body);
	});
	app.post('/hook', async (request, reply) => {
		const rawBody = request.body as Buffer;
		const isForm = request.headers['content-type']?.includes('x-www-form-urlencoded') === true;
		const form = isForm ? [...new URLSearchParams(rawBody.toString())] : null;
		take({
			url: `${origin}${request.url}`,
			headers: request.headers,
			query: request.query as Record<string, unknown>,
			body: form === null ? (JSON.parse(rawBody.toString()) as unknown) : Object.fromEntries(form),
			rawBody,
			form,
		});
		return await reply.send({ status: 'ok' });
	});
	const origin = await app.listen({ host: '127.0.0.1', port: 0 });
	return { url: `${origin}/hook`, close: async () => await app.close() };
}
