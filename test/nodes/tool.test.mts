import { startSandbox, type Sandbox } from '../../sandbox/index.mts';
import {
	ACTION,
	credentialFor,
	errorOf,
	inSeconds,
	outputOf,
	type Json,
	type Setting,
} from './fakeContext.mts';

/**
 * The node as an AI Agent's tool: the engine then gives it the type with `Tool` behind its name. Here
 * the node alone; how n8n's agents run it, and what their model is told, is in test/e2e/agent.
 */
let sandbox: Sandbox;
let tool: Setting;

beforeAll(async () => {
	sandbox = await startSandbox({ rateLimits: false });
	tool = { credential: credentialFor(sandbox), node: { type: `${ACTION}Tool` } };
});
beforeEach(() => sandbox.clearRequests());
afterAll(async () => await sandbox.close());

const good = (changes: Json = {}): Json => ({
	recipient: '+919988066776',
	text: 'hello',
	sendAt: inSeconds(3600),
	...changes,
});

/** What a model may hand over, and what it is told to do about it. */
const refusals: Array<[string, Json, RegExp]> = [
	[
		'a number without country code',
		{ recipient: '0171234567' },
		/without a country code\. Use the international form/,
	],
	['a name', { recipient: 'John' }, /"Recipient" is "John".*Use the international form/],
	['no text', { text: '' }, /"Text" is empty\. Enter the text/],
	[
		'a time that is past',
		{ sendAt: '2020-01-01T10:00:00Z' },
		/"Send At" is 2020.* passed .* ago\. Enter a later time/,
	],
	[
		'a time that is none',
		{ sendAt: 'soonish' },
		/"Send At" is "soonish".*\. Enter a date and time such as 2026/,
	],
];

it('gives out no key that tells nothing', async () => {
	const [forModel] = await outputOf(good(), tool);
	expect(forModel).toMatchObject({ status: 'scheduled', recipient: '+919988066776' });
	expect(Object.values(forModel)).not.toContain(null);
	const [forPerson] = await outputOf(good(), { ...tool, node: {} });
	expect(Object.values(forPerson)).toContain(null);
	expect(Object.keys(forPerson)).toEqual(expect.arrayContaining(Object.keys(forModel)));
});

describe('a refusal', () => {
	it.each(refusals)(
		'of %s is given out, whole, and nothing is sent',
		async (_, wrong, sentence) => {
			const output = await outputOf(good(wrong), tool);
			expect(output).toEqual([{ error: expect.stringMatching(sentence) }]);
			expect(sandbox.requests()).toEqual([]);
		},
	);

	it.each(refusals)('of %s is thrown, whole, where it is to stop', async (_, wrong, sentence) => {
		const stopping = { ...tool, node: { ...tool.node, onError: 'stopWorkflow' as const } };
		const error = await errorOf(good(wrong), stopping);
		expect(error.message).toMatch(sentence);
		expect(error.description).toBeFalsy();
		expect(sandbox.requests()).toEqual([]);
	});

	it('by the gateway says what to do, and holds no token', async () => {
		const credential = { ...tool.credential, chatWhatsAppApiKey: 'a-wrong-key-of-some-length' };
		const [{ error }] = await outputOf(good(), { ...tool, credential });
		expect(error).toMatch(/does not accept the credential.*Check "API Key"/);
		expect(error).not.toContain('a-wrong-key');
	});
});
