import { startSandbox, type Fault, type Sandbox } from '../../sandbox/index.mts';
import {
	byId,
	credentialFor,
	hurry,
	inSeconds,
	outputOf,
	runByEngine,
	type Json,
	type Setting,
} from './fakeContext.mts';

/**
 * Retry On Fail, by n8n's own engine: it runs the whole node again, with all items. Whatever failed
 * between, each message is there exactly once.
 */
let sandbox: Sandbox;
let setting: Setting;

beforeEach(async () => {
	sandbox = await startSandbox({ rateLimits: false, clockFactor: 60 });
	setting = {
		credential: credentialFor(sandbox),
		items: people(10),
		node: { retryOnFail: true, maxTries: 3 },
	};
	hurry();
});
afterEach(async () => {
	jest.restoreAllMocks();
	await sandbox.close();
});

function people(count: number): Json[] {
	return Array.from({ length: count }, (_, index) => ({
		to: `9199880667${String(index).padStart(2, '0')}`,
	}));
}
const toEach: Json = {
	recipient: '=+{{ $json.to }}',
	text: 'Hello',
	sendAt: '={{ $now.plus({ hours: 2 }) }}',
	options: { maxParallel: 1 },
};
const messages = () => sandbox.messages('chatWhatsApp');
const creates = () => sandbox.requests().filter(({ method }) => method === 'POST');

/** Puts faults in force right before a certain create goes out. */
const before = (create: number, ...faults: Fault[]): Pick<Setting, 'onRequest'> => {
	let posts = 0;
	return {
		onRequest: ({ method }) => {
			if (method !== 'POST' || ++posts !== create) return;
			for (const fault of faults) sandbox.faults.add(fault);
		},
	};
};

const expectEachOnce = (items: Json[], count = 10) => {
	expect(
		messages()
			.map(({ to }) => to)
			.sort(),
	).toEqual(people(count).map(({ to }) => to));
	expect(new Set(items.map(({ scheduleId }) => scheduleId)).size).toBe(count);
	expect(items.map(({ recipientAddress }) => recipientAddress)).toEqual(
		people(count).map(({ to }) => to),
	);
	for (const { scheduleId, scheduledAt } of items) {
		const held = messages().find((message) => message.scheduleId === scheduleId);
		expect(held).toMatchObject({ scheduledAt, status: 'pending' });
	}
};

/** Looking for the message does not work either: five tries of the list. */
const blind: Fault = { kind: 'errorBefore', method: 'GET', times: 5 };

it.each<[string, Fault[], number]>([
	[
		'a refusal that is over the next time',
		[{ kind: 'errorBefore', status: 400, method: 'POST', times: 1 }],
		11,
	],
	[
		'an answer that was lost, and looking did not work',
		[{ kind: 'dropResponse', method: 'POST', times: 1 }, blind],
		10,
	],
	[
		'an error after the message was taken, and looking did not work',
		[{ kind: 'errorAfter', method: 'POST', times: 1 }, blind],
		10,
	],
	[
		'a page instead of an answer, and looking did not work',
		[{ kind: 'html', processed: true, method: 'POST', times: 1 }, blind],
		10,
	],
])('schedules each message once: %s', async (_, faults, expectedCreates) => {
	const { run, items, context, error } = await runByEngine(toEach, {
		...setting,
		...before(7, ...faults),
	});
	expect(error).toBeUndefined();
	expect(run.status).toBe('success');
	expectEachOnce(items);
	expect(creates()).toHaveLength(expectedCreates);
	expect(context).toEqual({ messageScheduler: {} });
});

it('schedules each message once when the gateway did not take one, and looking did not work', async () => {
	const faults: Fault[] = [{ kind: 'errorBefore', method: 'POST', times: 1 }, blind];
	const { run, items } = await runByEngine(toEach, { ...setting, ...before(7, ...faults) });
	expect(run.status).toBe('success');
	expectEachOnce(items);
	expect(creates()).toHaveLength(11);
});

it('needs no second try where looking tells', async () => {
	const { items } = await runByEngine(toEach, {
		...setting,
		...before(7, { kind: 'dropResponse', method: 'POST', times: 1 }),
	});
	expectEachOnce(items);
	expect(creates()).toHaveLength(10);
});

it('also with several requests at once', async () => {
	const faults: Fault[] = [
		{ kind: 'dropResponse', method: 'POST', times: 2 },
		{ kind: 'errorBefore', status: 400, method: 'POST', times: 1 },
		blind,
	];
	const { run, items } = await runByEngine(
		{ ...toEach, options: { maxParallel: 5 } },
		{ ...setting, node: { retryOnFail: true, maxTries: 5 }, ...before(4, ...faults) },
	);
	expect(run.status).toBe('success');
	expectEachOnce(items);
});

it('keeps two equal items two messages over the tries', async () => {
	const sendAt = inSeconds(3600);
	const { items } = await runByEngine(
		{ ...toEach, recipient: '+919988066700', sendAt },
		{
			...setting,
			items: [{}, {}, {}],
			...before(2, { kind: 'dropResponse', method: 'POST', times: 1 }, blind),
		},
	);
	expect(new Set(items.map(({ scheduleId }) => scheduleId)).size).toBe(3);
	expect(messages()).toHaveLength(3);
});

it('keeps what is done when all tries fail, and names the item', async () => {
	const { run, error, context } = await runByEngine(toEach, {
		...setting,
		...before(3, { kind: 'errorBefore', status: 400, method: 'POST' }),
	});
	expect(run.status).toBe('error');
	expect(error?.message).toMatch(/^Item 3 of \d+ \(\+\d+\): ChatWhatsApp rejected/);
	expect(messages()).toHaveLength(2);
	// Two good ones, and the third three times.
	expect(creates()).toHaveLength(5);
	const ledger = (context.messageScheduler as Json)[0] as { entries: Record<string, Json> };
	expect(ledger.entries[0]).toMatchObject({ output: [{ status: 'scheduled' }] });
	expect(ledger.entries[1]).toMatchObject({ output: [{ status: 'scheduled' }] });
	expect(ledger.entries[2]).not.toHaveProperty('output');
	expect(JSON.parse(JSON.stringify(context))).toEqual(context);
	expect(JSON.stringify(context)).not.toContain(String(setting.credential.chatWhatsAppApiKey));
});

it('counts relative times from the first try', async () => {
	const { items } = await runByEngine(
		{ ...toEach, sendAt: 'in 2 hours' },
		{ ...setting, ...before(2, { kind: 'errorBefore', status: 400, method: 'POST', times: 1 }) },
	);
	expect(new Set(items.map(({ scheduledAt }) => scheduledAt)).size).toBe(1);
});

it('comes to the same spacing and jitter on each try', async () => {
	const parameters = {
		...toEach,
		sendAt: inSeconds(7200),
		options: { maxParallel: 1, spacing: 90, jitter: 30 },
	};
	const disturbed = await runByEngine(parameters, {
		...setting,
		...before(5, { kind: 'errorBefore', status: 400, method: 'POST', times: 1 }),
	});
	const smooth = await runByEngine(parameters, setting);
	const times = ({ items }: { items: Json[] }) =>
		items.map(({ scheduledAt }) => Date.parse(String(scheduledAt)));
	expect(times(disturbed)).toEqual(times(smooth));
	const gaps = times(smooth)
		.slice(1)
		.map((time, index) => time - times(smooth)[index]);
	expect(Math.min(...gaps)).toBeGreaterThanOrEqual(60_000);
	expect(new Set(gaps).size).toBeGreaterThan(1);
	expect(messages()).toHaveLength(20);
});

describe('with Continue', () => {
	// The engine tries again when the first item is one of an error.
	const node = { ...{ retryOnFail: true, maxTries: 3 }, onError: 'continueRegularOutput' as const };

	it('a first item that goes well the next time repeats none of the others', async () => {
		const { items, context } = await runByEngine(toEach, {
			...setting,
			node,
			...before(1, { kind: 'errorBefore', status: 400, method: 'POST', times: 1 }),
		});
		expectEachOnce(items);
		expect(creates()).toHaveLength(11);
		expect(context).toEqual({ messageScheduler: {} });
	});

	it('a first item that stays wrong repeats none of the others', async () => {
		const items = [{ to: 'nobody' }, ...people(3)];
		const ran = await runByEngine(toEach, { ...setting, items, node });
		expect(ran.run.status).toBe('success');
		expect(ran.items[0]).toEqual({ to: 'nobody', error: expect.stringMatching(/"Recipient"/) });
		expect(messages().map(({ to }) => to)).toEqual(people(3).map(({ to }) => to));
		expect(creates()).toHaveLength(3);
	});
});

describe('Send', () => {
	const send = { resource: 'message', operation: 'send', ...toEach };

	it('never sends again what may have gone out, and says so', async () => {
		const { run, error } = await runByEngine(send, {
			...setting,
			items: people(1),
			...before(1, { kind: 'dropResponse', method: 'POST', times: 1 }),
		});
		expect(run.status).toBe('error');
		expect(error?.message).toMatch(/The message was not sent again/);
		expect(error?.description).toMatch(/Check with the recipient or at the gateway/);
		expect(creates()).toHaveLength(1);
		expect(messages()).toHaveLength(1);
	});

	it.each<[string, Fault]>([
		['was refused', { kind: 'errorBefore', status: 400, method: 'POST', times: 1 }],
		['came at a busy moment', { kind: 'rateLimit', retryAfter: 0, method: 'POST', times: 1 }],
	])('sends again what %s, and nothing else', async (_, fault) => {
		const { run } = await runByEngine(send, { ...setting, items: people(4), ...before(3, fault) });
		expect(run.status).toBe('success');
		expect(messages().map(({ to }) => to)).toEqual(people(4).map(({ to }) => to));
	});

	it('sends again what never left, since nobody listened', async () => {
		const credential = { ...setting.credential, chatWhatsAppUrl: 'http://127.0.0.1:9' };
		const { error } = await runByEngine(send, { ...setting, credential, items: people(1) });
		expect(error?.message).toMatch(/^ChatWhatsApp cannot be reached/);
	});
});

it('takes a move up again that was cut off after the cancel', async () => {
	const [{ scheduleId }] = await outputOf(
		{ ...toEach, sendAt: inSeconds(3600) },
		{ ...setting, items: people(1) },
	);
	const sendAt = inSeconds(7200);
	const { run, items } = await runByEngine(
		{ operation: 'reschedule', ...byId(scheduleId), sendAt },
		{
			...setting,
			items: [{}],
			...before(1, { kind: 'dropResponse', method: 'POST', times: 1 }, blind),
		},
	);
	expect(run.status).toBe('success');
	expect(items).toMatchObject([{ status: 'scheduled', scheduledAt: sendAt }]);
	const pending = messages().filter(({ status }) => status === 'pending');
	expect(pending).toMatchObject([{ scheduleId: items[0].scheduleId, scheduledAt: sendAt }]);
});

it('does not cancel twice what an earlier try has cancelled', async () => {
	const scheduled = await outputOf(toEach, { ...setting, items: people(3) });
	let deletes = 0;
	const { run, items } = await runByEngine(
		{ operation: 'cancel', ...byId('={{ $json.id }}'), options: { maxParallel: 1 } },
		{
			...setting,
			items: scheduled.map(({ scheduleId }) => ({ id: scheduleId })),
			onRequest: ({ method }) => {
				if (method !== 'DELETE' || ++deletes !== 2) return;
				sandbox.faults.add({ kind: 'errorBefore', status: 403, method: 'DELETE', times: 1 });
			},
		},
	);
	expect(run.status).toBe('success');
	expect(items.map(({ status }) => status)).toEqual(['cancelled', 'cancelled', 'cancelled']);
	expect(deletes).toBe(4);
});
