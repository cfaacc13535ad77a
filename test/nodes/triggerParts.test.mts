import { EventEmitter } from 'node:events';
import type { Gateway } from '../../gateways/gateway';
import { gateways } from '../../gateways/registry';
import type { Status } from '../../messages/status';
import { createReceivedMessage } from '../../messages/receivedMessage';
import { createStatusEvent, type StatusEvent } from '../../messages/statusEvent';
import type { WebhookEvent } from '../../messages/webhookEvent';
import { check, register, remove } from '../../nodes/MessageSchedulerTrigger/lifecycle';
import { receive } from '../../nodes/MessageSchedulerTrigger/receive';
import { webhookSetUp } from '../../nodes/MessageSchedulerTrigger/webhookSetUp';
import { cachedCredential } from '../../nodes/MessageSchedulerTrigger/credentialCache';
import { deduplicate } from '../../nodes/MessageSchedulerTrigger/deduplicate';
import { leaveOutReceived } from '../../nodes/MessageSchedulerTrigger/received';
import { connectToGateway } from '../../nodes/shared/connectToGateway';

/** What the trigger's parts do with a context, without n8n's core: a person's test event, too. */
jest.mock('../../nodes/shared/connectToGateway', () => ({ connectToGateway: jest.fn() }));

let nodes = 0;
afterEach(() => jest.useRealTimers());

/** As much of n8n's context as the trigger reads; each is another node. */
function contextOf({
	mode = 'trigger',
	options = {},
	events = ['sent'],
	webhookUrl = 'https://n8n.example/webhook/1',
	workflowId = 'workflow-1',
	nodeId = `node-${++nodes}`,
	credentialId = '1',
	method = 'POST',
	getCredentials = async (): Promise<object> => ({}),
} = {}) {
	const staticData: Record<string, unknown> = {};
	const answers: Array<{ status: number; body: unknown }> = [];
	const response = Object.assign(new EventEmitter(), {
		statusCode: 200,
		writableEnded: false,
		writableFinished: false,
		status: (code: number) => ({
			send: (body: unknown) => void answers.push({ status: code, body }),
		}),
	});
	const context = {
		getMode: () => mode,
		getNode: () => ({ id: nodeId, credentials: { messageGatewayApi: { id: credentialId } } }),
		getWorkflow: () => ({ id: workflowId }),
		getNodeParameter: (name: string) => (name === 'events' ? events : options),
		getNodeWebhookUrl: () => webhookUrl,
		getWorkflowStaticData: () => staticData,
		getCredentials: jest.fn(getCredentials),
		getRequestObject: () => ({ method }),
		getResponseObject: () => response,
		logger: { error: jest.fn() },
	};
	const { getCredentials: reads } = context;
	return { context: context as never, staticData, answers, response, getCredentials: reads };
}

describe('a credential', () => {
	it('is read once for a burst, and anew after five seconds', async () => {
		jest.useFakeTimers();
		const { context, getCredentials } = contextOf();
		await cachedCredential(context);
		jest.advanceTimersByTime(4_999);
		await cachedCredential(context);
		expect(getCredentials).toHaveBeenCalledTimes(1);
		jest.advanceTimersByTime(1);
		await cachedCredential(context);
		expect(getCredentials).toHaveBeenCalledTimes(2);
	});

	it('counts at once while a person listens for a test event', async () => {
		const { context, getCredentials } = contextOf({ mode: 'manual' });
		await cachedCredential(context);
		await cachedCredential(context);
		expect(getCredentials).toHaveBeenCalledTimes(2);
	});

	it('is of one node of one workflow', async () => {
		const one = contextOf({ nodeId: 'same', getCredentials: async () => ({ of: 1 }) });
		const other = contextOf({
			nodeId: 'same',
			workflowId: 'workflow-2',
			getCredentials: async () => ({ of: 2 }),
		});
		expect(await cachedCredential(one.context)).toEqual({ of: 1 });
		expect(await cachedCredential(other.context)).toEqual({ of: 2 });
	});

	it('is another one as soon as the node has another one', async () => {
		const one = contextOf({ nodeId: 'switched', getCredentials: async () => ({ of: 1 }) });
		const other = contextOf({
			nodeId: 'switched',
			credentialId: '2',
			getCredentials: async () => ({ of: 2 }),
		});
		expect(await cachedCredential(one.context)).toEqual({ of: 1 });
		expect(await cachedCredential(other.context)).toEqual({ of: 2 });
	});

	it('is kept of a thousand triggers, not of ever more', async () => {
		const { context, getCredentials } = contextOf();
		await cachedCredential(context);
		for (let others = 0; others < 1_000; others++) await cachedCredential(contextOf().context);
		await cachedCredential(context);
		expect(getCredentials).toHaveBeenCalledTimes(2);
	});

	it('that could not be read is tried again with the next webhook', async () => {
		let times = 0;
		const { context } = contextOf({
			getCredentials: async () => {
				if (++times === 1) throw new Error('The database is busy');
				return { of: 1 };
			},
		});
		await expect(cachedCredential(context)).rejects.toThrow('The database is busy');
		expect(await cachedCredential(context)).toEqual({ of: 1 });
	});

	it('that cannot be read is answered with what it is', async () => {
		const { context, answers } = contextOf({
			getCredentials: async () => {
				throw new Error('The database is busy');
			},
		});
		expect(await receive(context)).toEqual({ noWebhookResponse: true });
		expect(answers).toEqual([{ status: 503, body: { message: 'not ready' } }]);
	});

	it('that cannot be read starts nothing for a GET, though somebody listens for a test event', async () => {
		const { context } = contextOf({
			mode: 'manual',
			method: 'GET',
			getCredentials: async () => {
				throw new Error('The database is busy');
			},
		});
		expect(await receive(context)).toEqual({ noWebhookResponse: true });
	});
});

describe('what was told', () => {
	const event = (messageId = 'ABC', status: Status = 'sent'): StatusEvent =>
		createStatusEvent({
			gateway: 'vendor',
			channel: 'sms',
			status,
			messageId,
			receivedAt: '2026-11-20T10:00:00.000Z',
			raw: {},
		});

	it('is told again to a person who listens for a test event, and noted nowhere', () => {
		const { context, staticData } = contextOf({ mode: 'manual' });
		for (let times = 0; times < 2; times++) {
			const { fresh, save } = deduplicate(context, [event()]);
			save();
			expect(fresh).toEqual([event()]);
		}
		expect(staticData).toEqual({});
	});

	it('is told of one workflow, whatever another with such a node has told', () => {
		const one = contextOf({ nodeId: 'copied' });
		const copy = contextOf({ nodeId: 'copied', workflowId: 'workflow-2' });
		expect(deduplicate(one.context, [event()]).fresh).toHaveLength(1);
		expect(deduplicate(copy.context, [event()]).fresh).toHaveLength(1);
		expect(deduplicate(one.context, [event()]).fresh).toHaveLength(0);
	});

	it('does not touch the static data where nothing is new: n8n would save it', () => {
		const first = contextOf({ nodeId: 'saved' });
		deduplicate(first.context, [event()]);
		expect(first.staticData).not.toEqual({});
		const again = contextOf({ nodeId: 'saved' });
		deduplicate(again.context, [event()]).save();
		deduplicate(again.context, []).save();
		expect(again.staticData).toEqual({});
	});

	it.each([
		[{ skipOutOfOrder: false }, ['read', 'sent']],
		[{ skipDuplicates: false }, ['read', 'read']],
		[{ skipDuplicates: false, skipOutOfOrder: false }, ['read', 'read', 'sent']],
		[{}, ['read']],
	])('is left out as the user chose: %o', (options, statuses) => {
		const { context } = contextOf({ options });
		const told = [event('A', 'read'), event('A', 'read'), event('A', 'sent')].flatMap(
			(each) => deduplicate(context, [each]).fresh,
		);
		expect(told.map((each) => each.event === 'status' && each.status)).toEqual(statuses);
	});

	it('is remembered of the thousand triggers that told something last', () => {
		const of = (nodeId: string) => deduplicate(contextOf({ nodeId }).context, [event()]).fresh;
		of('long ago');
		of('in use');
		for (let others = 0; others < 998; others++) of(`other-${others}`);
		expect(of('in use')).toEqual([]);
		of('one more');
		expect(of('in use')).toEqual([]);
		expect(of('long ago')).toEqual([event()]);
	});

	describe('and was not answered with a success', () => {
		const deliver = (nodeId: string) => {
			const { context, response } = contextOf({ nodeId });
			return { response, fresh: deduplicate(context, [event()]).fresh };
		};
		const isTakenBack = (nodeId: string) => deliver(nodeId).fresh.length === 1;
		beforeEach(() => void jest.useFakeTimers());

		it.each([
			[200, false],
			[399, false],
			[400, true],
			[500, true],
		])('comes again: %s, %s', async (statusCode, comesAgain) => {
			const nodeId = `answered-${statusCode}`;
			const { response } = deliver(nodeId);
			Object.assign(response, { statusCode, writableEnded: true });
			response.emit('close');
			await jest.advanceTimersByTimeAsync(0);
			expect(isTakenBack(nodeId)).toBe(comesAgain);
		});

		it.each(['writableEnded', 'writableFinished'] as const)(
			'comes again when n8n answers after the gateway hung up: %s',
			async (mark) => {
				const nodeId = `hung-up-${mark}`;
				const { response } = deliver(nodeId);
				response.emit('close');
				// What the answer will be, nobody knows yet: the response object says 200 from the start.
				await jest.advanceTimersByTimeAsync(50_000);
				Object.assign(response, { statusCode: 500, [mark]: true });
				await jest.advanceTimersByTimeAsync(1_000);
				expect(isTakenBack(nodeId)).toBe(true);
			},
		);

		it('is told when n8n has not answered after a minute', async () => {
			const { response } = deliver('never-answered');
			response.emit('close');
			await jest.advanceTimersByTimeAsync(61_000);
			expect(jest.getTimerCount()).toBe(0);
			Object.assign(response, { statusCode: 500, writableEnded: true });
			expect(isTakenBack('never-answered')).toBe(false);
		});
	});
});

describe('messages that others wrote', () => {
	/** Its webhooks are lists of received ids. */
	const gateway = { receivedIds: (body: unknown) => body as string[] } as unknown as Gateway;
	const event = (messageId: string | null): StatusEvent =>
		createStatusEvent({
			gateway: 'vendor',
			channel: 'whatsapp',
			status: 'read',
			messageId,
			receivedAt: '2026-11-20T10:00:00.000Z',
			raw: {},
		});
	const idsOf = (events: WebhookEvent[]) => events.map(({ messageId }) => messageId);
	const told = (options: Parameters<typeof contextOf>[0], received: string[], ids = ['ours']) =>
		idsOf(leaveOutReceived(contextOf(options).context, gateway, received, ids.map(event)));

	it('have no statuses that start a workflow; ours have', () => {
		const options = { nodeId: 'reads' };
		expect(told(options, ['theirs'], ['theirs', 'ours'])).toEqual(['ours']);
		expect(told(options, [], ['theirs', 'ours'])).toEqual(['ours']);
		// Another workflow with such a node has not heard of it.
		expect(told({ ...options, workflowId: 'workflow-2' }, [], ['theirs'])).toEqual(['theirs']);
	});

	it('start one themselves: only their statuses do not', () => {
		const options = { nodeId: 'reads-and-hears' };
		const message = createReceivedMessage({
			gateway: 'vendor',
			channel: 'whatsapp',
			type: 'text',
			messageId: 'theirs',
			receivedAt: '2026-11-20T10:00:00.000Z',
			raw: {},
		});
		const events = [message, event('theirs')];
		const { context } = contextOf(options);
		expect(leaveOutReceived(context, gateway, ['theirs'], events)).toEqual([message]);
	});

	it('are not known where the gateway tells of no such messages, or of no id', () => {
		const { context } = contextOf({ nodeId: 'reads-no-ids' });
		const without = { ...gateway, receivedIds: undefined };
		const events = [event('ours'), event(null)];
		expect(leaveOutReceived(context, without, ['ours'], events)).toEqual(events);
		expect(idsOf(leaveOutReceived(context, gateway, ['theirs'], events))).toEqual(['ours', null]);
	});

	it('are remembered, the last 5,000 of them', () => {
		const options = { nodeId: 'reads-many' };
		const ids = Array.from({ length: 5_001 }, (_, index) => `theirs-${index}`);
		told(options, ids.slice(0, 5_000));
		expect(told(options, [], [ids[0], ids[4_999]])).toEqual([]);
		told(options, [ids[5_000]]);
		expect(told(options, [], [ids[0], ids[1], ids[5_000]])).toEqual([ids[0]]);
	});

	it('are remembered of the thousand triggers that were called last', () => {
		const reads = (nodeId: string, received: string[] = []) =>
			told({ nodeId }, received, ['theirs']).length > 0;
		reads('called long ago', ['theirs']);
		reads('called again', ['theirs']);
		for (let others = 0; others < 998; others++) reads(`called-${others}`);
		expect(reads('called again')).toBe(false);
		reads('called once more');
		expect(reads('called again')).toBe(false);
		expect(reads('called long ago')).toBe(true);
	});
});

describe('a registration', () => {
	const registration = {
		check: jest.fn(),
		register: jest.fn(async () => ({ kept: 'record' })),
		remove: jest.fn(async () => undefined),
	};
	const gateway = {
		label: 'Vendor',
		capabilities: { webhooks: { registration: 'automatic', statuses: ['sent'] } },
		baseUrl: () => 'https://gateway.example',
		credentialFields: [{ name: 'vendorToken', secret: true }],
		registration,
	} as unknown as Gateway;
	const getCredentials = async () => ({ vendorToken: 'token', webhookSecret: 'secret' });

	beforeEach(() => {
		jest.clearAllMocks();
		jest
			.mocked(connectToGateway)
			.mockResolvedValue({ gateway, connection: { credential: {} } } as never);
	});

	it.each(['trigger', 'manual'])(
		'is refused in mode %s for what would wait in silence, also where it stands already',
		async (mode) => {
			const silent = contextOf({ mode, events: ['cancelled'], getCredentials });
			const unreachable = contextOf({ mode, webhookUrl: 'http://localhost:5678/', getCredentials });
			for (const step of [check, register]) {
				await expect(step(silent.context)).rejects.toThrow(
					'the webhooks of Vendor report only Sent',
				);
				await expect(step(unreachable.context)).rejects.toThrow('not reachable from the internet');
			}
			expect(registration.check).not.toHaveBeenCalled();
			expect(registration.register).not.toHaveBeenCalled();
			// What was registered before can be taken back all the same.
			await remove(unreachable.context);
			expect(registration.remove).toHaveBeenCalled();
		},
	);

	it.each([
		[['sent'], false],
		[['sent', 'received'], true],
	])('asks for received messages only where they are chosen: %j', async (events, received) => {
		const { context } = contextOf({ events, getCredentials });
		const wanted = expect.objectContaining({ received });
		await check(context);
		expect(registration.check).toHaveBeenCalledWith(expect.anything(), wanted);
		await register(context);
		expect(registration.register).toHaveBeenCalledWith(expect.anything(), wanted, null);
	});

	it('is refused for an age that is no number of minutes', async () => {
		const options = { ignoreOlderThanMinutes: -1 };
		const { context } = contextOf({ options, getCredentials });
		for (const step of [check, register]) {
			await expect(step(context)).rejects.toThrow('"Ignore Older Than" is "-1"');
		}
		expect(registration.register).not.toHaveBeenCalled();
	});

	it.each([true, false])("takes another's place only when told to: %s", async (replaceExisting) => {
		const { context } = contextOf({ options: { replaceExisting }, getCredentials });
		await register(context);
		expect(registration.register).toHaveBeenCalledWith(
			expect.anything(),
			expect.objectContaining({ replaceExisting, secret: 'secret' }),
			null,
		);
	});

	it.each([
		['trigger', 'registration'],
		['manual', 'testRegistration'],
	])('keeps a record of its own in mode %s, and takes only that away', async (mode, key) => {
		const { context, staticData } = contextOf({ mode, getCredentials });
		Object.assign(staticData, {
			[key === 'registration' ? 'testRegistration' : 'registration']: 1,
		});
		const others = { ...staticData };
		await register(context);
		expect(staticData).toEqual({ ...others, [key]: { kept: 'record' } });
		await remove(context);
		expect(registration.remove).toHaveBeenCalledWith(expect.anything(), expect.anything(), {
			kept: 'record',
		});
		expect(staticData).toEqual(others);
	});
});

describe('*Webhook Set-Up*', () => {
	const shown = async (credential: object, events: unknown = ['sent']) =>
		await webhookSetUp.call({
			getCredentials: async () => credential,
			getCurrentNodeParameter: () => events,
		} as never);

	it.each(
		gateways.map(({ id, label, capabilities: { webhooks } }) => [id, label, webhooks] as const),
	)(
		'says who enters the URL at %s, and where',
		async (gateway, label, { registration, setupInstruction }) => {
			const who = { api: 'publish', manual: 'by hand', perMessage: 'in the credential' }[
				registration
			];
			const [entry, ...others] = await shown({ gateway });
			expect(others).toEqual([]);
			expect(entry).toMatchObject({ value: 'setUp', description: setupInstruction });
			expect(entry.name).toMatch(
				new RegExp(`^${label.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}: .*${who}`),
			);
		},
	);

	it.each(
		gateways.map(({ id, label, capabilities }) => [id, label, capabilities.webhooks] as const),
	)(
		'says what else Message Received takes at %s',
		async (gateway, label, { received, setupInstruction, receivedInstruction }) => {
			const [entry] = await shown({ gateway }, ['sent', 'received']);
			const more = {
				sameUrl: '',
				separateUrl: ` For Message Received, the same Production URL goes to a second place. ${receivedInstruction}`,
				none: ` ${label} documents no webhook for messages that people write.`,
			};
			expect(entry.description).toBe(`${setupInstruction}${more[received ?? 'none']}`);
		},
	);

	it.each([undefined, 'received', { received: true }])(
		'says nothing of it where the choice is %j, as an expression may leave it',
		async (events) => {
			const [{ id, capabilities }] = gateways;
			const [entry] = await shown({ gateway: id }, events);
			expect(entry.description).toBe(capabilities.webhooks.setupInstruction);
		},
	);
});
