import { output, type WorkflowJson, type WorkflowNode } from '../../harness/client.mts';
import { readExample } from '../../harness/examples.mts';
import {
	credentialFor,
	inSeconds,
	itHolding,
	startEnvironment,
	type Environment,
} from './environment.mts';
import { startScriptedModel, type Reply, type ScriptedModel } from './scriptedModel.mts';

/** The example for n8n's AI Agent, driven by a model that follows a script. */
const EXAMPLE = 'schedule-by-ai-agent.json';

let environment: Environment;
let model: ScriptedModel;

beforeAll(async () => {
	model = await startScriptedModel();
	environment = await startEnvironment();
	const { n8n, sandbox } = environment;
	const account = credentialFor(sandbox, 'chatWhatsApp');
	await n8n.createCredential('Message Gateway account', 'messageGatewayApi', account);
	await n8n.createCredential('Model', 'openAiApi', { apiKey: 'none', url: model.url });
}, 300_000);

afterAll(async () => {
	await environment?.close();
	await model?.close();
}, 60_000);

/** What a person writes into the chat, as n8n's Chat Trigger gives it on. */
const written = (chatInput: string) => [
	{ json: { sessionId: 'a-chat', action: 'sendMessage', chatInput } },
];

/** The example, with a line in its chat, and our model for OpenAI's. */
function example(agentVersion: number, line: string): WorkflowJson {
	const workflow = readExample(EXAMPLE);
	const instead: Record<string, Partial<WorkflowNode>> = {
		Agent: { typeVersion: agentVersion },
		'OpenAI Chat Model': { credentials: { openAiApi: 'Model' } },
	};
	const nodes = workflow.nodes.map((node) => ({ ...node, ...instead[node.name] }));
	return { ...workflow, nodes, pinData: { Chat: written(line) } };
}

/** Runs the example; gives the agent's last word and what each tool call told the model. */
async function converse(
	agentVersion: number,
	script: (toolResult: string) => Reply[],
	change: (workflow: WorkflowJson) => void = () => undefined,
) {
	let told = '';
	model.turns.splice(0);
	model.script = ({ toolResult }, turn) => {
		told = toolResult ?? '';
		return script(told)[turn];
	};
	const workflow = example(agentVersion, 'Remind Ada');
	change(workflow);
	const id = await environment.n8n.createWorkflow(workflow);
	const execution = await environment.n8n.runManually(id, { trigger: 'Chat' });
	const [{ output: lastWord }] = output(execution, 'Agent');
	return { lastWord, results: model.turns.slice(1).map(({ toolResult }) => toolResult ?? '') };
}

/** The id in what a tool told the model. */
const scheduleIdIn = (toolResult: string) => /"scheduleId":"([^"]+)"/.exec(toolResult)?.[1];

const scheduled = () => environment.sandbox.messages('chatWhatsApp');

/** The newest AI Agent 2, or 3, that this n8n has. */
async function newestAgent(major: number): Promise<number> {
	const versions = (await environment.n8n.nodeTypes())
		.filter(({ name }) => name === '@n8n/n8n-nodes-langchain.agent')
		.flatMap(({ version }) => version);
	return Math.max(...versions.filter((version) => Math.floor(version) === major));
}

// 2 runs a tool by itself, 3 has n8n's engine run it.
describe.each([2, 3])('the newest AI Agent %d', (major) => {
	it('schedules, after a refusal that says what to do, lists and cancels', async () => {
		const version = await newestAgent(major);
		const before = scheduled().length;
		const message = { recipient: '+919988066776', text: `See you, says Agent ${version}` };
		const sendAt = inSeconds(3600);
		const { lastWord, results } = await converse(version, (toolResult) => [
			{ call: 'Schedule', with: { ...message, sendAt: '2020-01-01T10:00:00Z' } },
			{ call: 'Schedule', with: { ...message, recipient: 'Ada', sendAt } },
			{ call: 'Schedule', with: { ...message, sendAt } },
			{ call: 'List', with: {} },
			{ call: 'Cancel', with: { scheduleId: /sched_\w+/.exec(toolResult)?.[0] } },
			{ say: 'Ada is not reminded after all.' },
		]);
		expect(lastWord).toBe('Ada is not reminded after all.');
		const [passed, unknown, done, listed, cancelled] = results;
		expect(passed).toMatch(/Send At.* which passed .* ago\. Enter a later time/);
		expect(unknown).toMatch(/Recipient.* is .*Ada.*e\.g\. \+14155238886/);
		expect(scheduled().slice(before)).toMatchObject([{ status: 'cancelled', scheduledAt: sendAt }]);
		const { scheduleId } = scheduled()[before];
		for (const result of [done, listed, cancelled]) {
			expect(result).toContain(`"scheduleId":"${scheduleId}"`);
			// A model pays for each word.
			expect(result).not.toContain('null');
		}
		expect(cancelled).toContain('"status":"cancelled"');
	}, 120_000);

	itHolding(
		'does all that with messages that n8n holds, set up as the note says',
		async () => {
			const version = await newestAgent(major);
			const text = `From a table, says Agent ${version}`;
			const message = { recipient: '+919988066776', text, sendAt: inSeconds(3600) };
			const { results } = await converse(
				version,
				(toolResult) => [
					{ call: 'Schedule', with: message },
					{ call: 'List', with: {} },
					{ call: 'Cancel', with: { scheduleId: scheduleIdIn(toolResult) } },
					{ say: 'Done.' },
				],
				(workflow) => {
					for (const { name, parameters } of workflow.nodes) {
						if (['Schedule', 'List'].includes(name)) parameters!.storeIn = 'dataTable';
					}
				},
			);
			for (const result of results) expect(result).toContain(text);
			expect(results[2]).toContain('"status":"cancelled"');
		},
		120_000,
	);

	it('knows in its second turn what was said in the first', async () => {
		const version = await newestAgent(major);
		const workflow = example(version, 'Remind +919988066776 of the appointment');
		const id = await environment.n8n.createWorkflow(workflow);
		model.turns.splice(0);
		model.script = (_, turn) => ({ say: turn === 0 ? 'When?' : 'I schedule it for then.' });
		await environment.n8n.runManually(id, { trigger: 'Chat' });
		await environment.n8n.updateWorkflow(id, { pinData: { Chat: written('Tomorrow at nine') } });
		await environment.n8n.runManually(id, { trigger: 'Chat' });
		expect(model.turns.map(({ said }) => said.map(({ content }) => content))).toEqual([
			['Remind +919988066776 of the appointment'],
			['Remind +919988066776 of the appointment', 'When?', 'Tomorrow at nine'],
		]);
	}, 60_000);

	it('is told what each tool does, and in which form the values must be', () => {
		const tools = Object.fromEntries(model.turns[0].tools.map((tool) => [tool.name, tool]));
		expect(Object.keys(tools).sort()).toEqual(['Cancel', 'List', 'Schedule']);
		expect(tools.Schedule.description).toMatch(/^Schedule message/);
		expect(tools.Schedule.parameters.properties).toMatchObject({
			recipient: { type: 'string', description: expect.stringContaining('country code') },
			sendAt: { type: 'string', description: expect.stringContaining('ISO 8601') },
		});
	});
});
