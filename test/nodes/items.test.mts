import { setTimeout } from 'node:timers/promises';

import { startSandbox, type Sandbox } from '../../sandbox/index.mts';
import {
	byId,
	credentialFor,
	errorOf,
	execute,
	executeContext,
	hurry,
	inSeconds,
	outputOf,
	runByEngine,
	type Json,
	type Setting,
} from './fakeContext.mts';
import { MessageScheduler } from '../../nodes/MessageScheduler/MessageScheduler.node';

/** Several items: their order, what belongs to what, and what one bad item does to the others. */
let sandbox: Sandbox;
let setting: Setting;

beforeEach(async () => {
	sandbox = await startSandbox({ rateLimits: false, clockFactor: 60 });
	setting = { credential: credentialFor(sandbox) };
	hurry();
});
afterEach(async () => {
	jest.restoreAllMocks();
	await sandbox.close();
});

const number = (index: number) => `+9199880667${String(index).padStart(2, '0')}`;
const people = (count: number): Json[] =>
	Array.from({ length: count }, (_, index) => ({ to: number(index), name: `Person ${index}` }));
const toEach = () => ({
	recipient: '={{ $json.to }}',
	text: '=Hello {{ $json.name }}',
	sendAt: inSeconds(3600),
});
const messages = () => sandbox.messages('chatWhatsApp');

it('reads expressions for each item, keeps the order and pairs output with input', async () => {
	// The first answers come last.
	sandbox.faults.add({ kind: 'delay', ms: 60, times: 2 });
	const items = people(12);
	const given = structuredClone(items);
	const output = await execute(toEach(), { ...setting, items });
	expect(output.map(({ json }) => json.text)).toEqual(
		items.map(({ name }) => `Hello ${String(name)}`),
	);
	expect(output.map(({ pairedItem }) => pairedItem)).toEqual(items.map((_, item) => ({ item })));
	expect(items).toEqual(given);
	expect(messages()).toHaveLength(12);
});

it.each([1, 3])('has exactly %i requests on their way at once', async (maxParallel) => {
	// Whoever comes first waits until as many as may be on their way are, and a while for one more.
	let begun = 0;
	let allThere = () => {};
	const full = new Promise<void>((resolve) => (allThere = resolve));
	const atOnce: number[] = [];
	const onRequest = async () => {
		begun++;
		if (begun === maxParallel) allThere();
		await full;
		await setTimeout(50);
		atOnce.push(begun - sandbox.requests().filter(({ status }) => status !== null).length);
	};
	const parameters = { ...toEach(), options: { maxParallel } };
	await execute(parameters, { ...setting, items: people(10), onRequest });
	expect(atOnce).toHaveLength(10);
	expect(Math.max(...atOnce)).toBe(maxParallel);
});

it('sends nothing at all when one of the items is wrong', async () => {
	const items = people(6);
	items[4] = { to: 'nobody', name: 'x' };
	const error = await errorOf(toEach(), { ...setting, items });
	expect(error.message).toMatch(/^Item 5 of 6: "Recipient" is "nobody"/);
	expect(sandbox.requests()).toEqual([]);
});

it('begins nothing new after a refusal, and names its item', async () => {
	let posts = 0;
	const onRequest = () => {
		if (++posts === 3) sandbox.faults.add({ kind: 'errorBefore', status: 400, method: 'POST' });
	};
	const parameters = { ...toEach(), options: { maxParallel: 1 } };
	const error = await errorOf(parameters, { ...setting, items: people(6), onRequest });
	expect(error.message).toMatch(/^Item 3 of 6 \(\+919988066702\): ChatWhatsApp /);
	expect(posts).toBe(3);
	expect(messages()).toHaveLength(2);
});

describe('with Continue', () => {
	it.each([{ onError: 'continueRegularOutput' as const }, { continueOnFail: true }])(
		'(%o) the others go on, and the bad ones say why, each in its place',
		async (node) => {
			const items = people(4);
			items[1] = { to: '', name: 'x' };
			items[3] = { to: number(3), name: 'late' };
			const sendAt = `={{ $json.name === 'late' ? '${inSeconds(-60)}' : '${inSeconds(3600)}' }}`;
			const output = await execute({ ...toEach(), sendAt }, { ...setting, items, node });
			expect(output.map(({ pairedItem }) => pairedItem)).toEqual(
				[0, 1, 2, 3].map((item) => ({ item })),
			);
			expect(output[0].json).toMatchObject({ status: 'scheduled', text: 'Hello Person 0' });
			expect(output[1].json).toEqual({
				...items[1],
				error: expect.stringMatching(/^Item 2 of 4: "Recipient" is empty/),
			});
			expect(output[2].json).toMatchObject({ status: 'scheduled', text: 'Hello Person 2' });
			expect(output[3].json).toEqual({
				...items[3],
				error: expect.stringMatching(/^Item 4 of 4 \(\+919988066703\): "Send At" is .* passed/),
			});
			expect(messages()).toHaveLength(2);
		},
	);

	/** Columns of the user's own, with the names of what n8n itself puts into such items. */
	const columns = (index: number): Json => ({
		to: number(index),
		name: `Person ${index}`,
		text: 'What the customer reads',
		message: 'What was meant for the customer',
		details: null,
		description: '',
		status: 'new',
	});
	const bothWays = ['continueRegularOutput', 'continueErrorOutput'] as const;
	/** The items of an output of n8n's own engine that are of an error. */
	const badItems = async (given: Json[], node: Setting['node'], fault?: boolean) => {
		if (fault) {
			sandbox.faults.add({ kind: 'errorBefore', status: 400, method: 'POST', times: 1 });
		}
		const parameters = { ...toEach(), options: { maxParallel: 1 } };
		const { outputs } = await runByEngine(parameters, { ...setting, items: given, node });
		return outputs.flat().filter(({ json }) => json.error !== undefined);
	};

	it.each(bothWays)(
		'(%s) the columns stay as they are, and `error` says what to do',
		async (onError) => {
			const items = [columns(0), { ...columns(1), to: 'nobody' }, columns(2)];
			const bad = await badItems(items, { onError }, true);
			expect(bad.map(({ json }) => json)).toEqual([
				{
					...items[0],
					error: expect.stringMatching(
						/^Item 1 of 3 \(\+919988066700\): ChatWhatsApp rejected .*\. Check /,
					),
				},
				{
					...items[1],
					error: expect.stringMatching(/^Item 2 of 3: "Recipient" is "nobody".* Use the /),
				},
			]);
			expect(bad.map(({ pairedItem }) => pairedItem)).toEqual([{ item: 0 }, { item: 1 }]);
		},
	);

	it.each(bothWays)('(%s) a column `error` gives way, and no other', async (onError) => {
		const item = { ...columns(0), to: 'nobody', error: 'of an earlier node' };
		const [{ json }] = await badItems([item, columns(1)], { onError });
		expect(json).toEqual({ ...item, error: expect.stringMatching(/^Item 1 of 2: "Recipient"/) });
	});

	it.each(bothWays)('(%s) a wrong credential makes no item pass for done', async (onError) => {
		const items = [columns(0), columns(1)];
		const { outputs, run } = await runByEngine(toEach(), {
			credential: credentialFor(sandbox, { chatWhatsAppSessionId: ' ' }),
			items,
			node: { onError },
		});
		expect(run.status).toBe('success');
		const errors = items.map((item) => ({
			...item,
			error: expect.stringMatching(/^"Session ID" is empty\. Enter it /),
		}));
		const found = outputs.map((output) => output.map(({ json }) => json));
		expect(found).toEqual(onError === 'continueErrorOutput' ? [[], errors] : [errors]);
	});

	it('a single item is not counted', async () => {
		const [{ json }] = await badItems([{ ...columns(0), to: 'nobody' }], { onError: bothWays[0] });
		expect(json.error).toMatch(/^"Recipient" is "nobody"/);
	});

	it('(using error output) the engine parts good from bad', async () => {
		const items = people(3);
		items[1] = { to: 'nobody', name: 'x' };
		const { outputs, run } = await runByEngine(toEach(), {
			...setting,
			items,
			node: { onError: 'continueErrorOutput' },
		});
		expect(run.status).toBe('success');
		expect(outputs[0].map(({ json }) => json.text)).toEqual(['Hello Person 0', 'Hello Person 2']);
		expect(outputs[1]).toMatchObject([
			{ json: { error: expect.stringMatching(/"Recipient"/) }, pairedItem: { item: 1 } },
		]);
	});

	it('(using error output) also what the gateway refuses goes to the error output', async () => {
		sandbox.faults.add({ kind: 'errorBefore', status: 400, method: 'POST', times: 1 });
		const { outputs } = await runByEngine(
			{ ...toEach(), options: { maxParallel: 1 } },
			{ ...setting, items: people(2), node: { onError: 'continueErrorOutput' } },
		);
		expect(outputs.map((items) => items.length)).toEqual([1, 1]);
		expect(outputs[1][0].pairedItem).toMatchObject({ item: 0 });
	});
});

describe('when the execution is stopped', () => {
	const soon = (ms: number) => AbortSignal.timeout(ms);

	it('a request under way is given up', async () => {
		sandbox.faults.add({ kind: 'hang' });
		const began = Date.now();
		const error = await errorOf({ operation: 'getAll' }, { ...setting, signal: soon(80) });
		expect(error.message).toMatch(/The execution was stopped before ChatWhatsApp responded/);
		expect(Date.now() - began).toBeLessThan(20_000);
	});

	it('a pause is given up, and nothing more goes out', async () => {
		sandbox.faults.add({ kind: 'rateLimit', retryAfter: 25 });
		const began = Date.now();
		const context = executeContext(
			{ ...toEach(), options: { maxParallel: 2 } },
			{ ...setting, items: people(6), signal: soon(80) },
		);
		await expect(new MessageScheduler().execute.call(context)).rejects.toThrow();
		expect(Date.now() - began).toBeLessThan(20_000);
		expect(messages()).toEqual([]);
		expect(sandbox.requests().length).toBeLessThanOrEqual(4);
	});

	it('the engine ends as cancelled', async () => {
		sandbox.faults.add({ kind: 'hang' });
		const { saved } = await runByEngine(toEach(), {
			...setting,
			items: people(1),
			signal: soon(80),
		});
		expect(saved).toBe('canceled');
	});
});

describe('no field is called error', () => {
	const keysOf = (value: unknown): string[] =>
		typeof value !== 'object' || value === null
			? []
			: Object.entries(value).flatMap(([key, inner]) => [key, ...keysOf(inner)]);

	it.each(['sent', 'failed'])('of a message that is %s', async (status) => {
		sandbox.script('chatWhatsApp', [{ status, reason: 'Number is not on WhatsApp' }]);
		const [{ scheduleId }] = await outputOf(toEach(), { ...setting, items: people(1) });
		sandbox.fireDue();
		await sandbox.idle();
		sandbox.clearRequests();
		const { items, run } = await runByEngine(
			{ operation: 'get', ...byId(scheduleId) },
			{ ...setting, node: { retryOnFail: true } },
		);
		expect(run.status).toBe('success');
		expect(items).toMatchObject([{ status }]);
		expect(keysOf(items)).not.toContain('error');
		// The engine would take such a field for a failure, and run the node again.
		expect(sandbox.requests()).toHaveLength(1);
	});
});
