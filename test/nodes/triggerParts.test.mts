import type { INodePropertyCollection, INodePropertyOptions } from 'n8n-workflow';
import type { Gateway } from '../../gateways/gateway';
import { createStatusEvent, type StatusEvent } from '../../messages/statusEvent';
import { properties } from '../../nodes/MessageSchedulerTrigger/fields';
import { check, register, remove } from '../../nodes/MessageSchedulerTrigger/lifecycle';
import { MessageSchedulerTrigger } from '../../nodes/MessageSchedulerTrigger/MessageSchedulerTrigger.node';
import { receive } from '../../nodes/MessageSchedulerTrigger/receive';
import { cachedCredential } from '../../nodes/MessageSchedulerTrigger/credentialCache';
import { deduplicate } from '../../nodes/MessageSchedulerTrigger/deduplicate';
import { connectToGateway } from '../../nodes/shared/connectToGateway';

/** What the trigger's parts do with a context, without n8n's core: a person's test event, too. */
jest.mock('../../nodes/shared/connectToGateway', () => ({ connectToGateway: jest.fn() }));

let nodes = 0;
afterEach(() => jest.useRealTimers());

/** As much of n8n's context as the trigger reads; each is another node. */
function contextOf({
	mode = 'trigger',
	options = {},
	statuses = ['sent'],
	webhookUrl = 'https://n8n.example/webhook/1',
	workflowId = 'workflow-1',
	nodeId = `node-${++nodes}`,
	getCredentials = async (): Promise<object> => ({}),
} = {}) {
	const staticData: Record<string, unknown> = {};
	const answers: Array<{ status: number; body: unknown }> = [];
	const response = {
		statusCode: 200,
		status: (code: number) => ({
			send: (body: unknown) => void answers.push({ status: code, body }),
		}),
		once: jest.fn(),
	};
	const context = {
		getMode: () => mode,
		getNode: () => ({ id: nodeId, credentials: { messageGatewayApi: { id: '1' } } }),
		getWorkflow: () => ({ id: workflowId }),
		getNodeParameter: (name: string) => (name === 'statuses' ? statuses : options),
		getNodeWebhookUrl: () => webhookUrl,
		getWorkflowStaticData: () => staticData,
		getCredentials: jest.fn(getCredentials),
		getResponseObject: () => response,
		logger: { error: jest.fn() },
	};
	return { context: context as never, staticData, answers, getCredentials: context.getCredentials };
}

describe('the parameters', () => {
	const field = (name: string) => properties.find((each) => each.name === name)!;

	it('offer each status by its name, those of most use by default', () => {
		const offered = field('statuses').options as INodePropertyOptions[];
		expect(offered.map(({ name, value, action }) => [name, value, action])).toEqual(
			expect.arrayContaining([
				['Delivered', 'delivered', 'On message delivered'],
				['Unknown', 'unknown', 'On message status unknown'],
			]),
		);
		expect(field('statuses').default).toEqual(['sent', 'delivered', 'read', 'failed', 'expired']);
	});

	it('are safe unless a person changes them', () => {
		const options = field('options').options as Array<
			INodePropertyCollection & { default: unknown }
		>;
		const defaults = Object.fromEntries(options.map((each) => [each.name, each.default]));
		expect(defaults).toMatchObject({
			acceptUnauthenticated: false,
			replaceExisting: false,
			skipDuplicates: true,
			skipOutOfOrder: true,
		});
	});

	it("come with the credential's test", () => {
		const { credentialTest } = new MessageSchedulerTrigger().methods;
		expect(credentialTest.messageGatewayApiTest).toBeInstanceOf(Function);
	});
});

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
});

describe('what was told', () => {
	const event = (messageId = 'ABC'): StatusEvent =>
		createStatusEvent({
			gateway: 'vendor',
			channel: 'sms',
			status: 'sent',
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
			const silent = contextOf({ mode, statuses: ['cancelled'], getCredentials });
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
