import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A tool as a model is told of it. */
export interface OfferedTool {
	readonly name: string;
	readonly description: string;
	/** JSON Schema of its arguments. */
	readonly parameters: {
		readonly properties: Readonly<Record<string, { type?: unknown; description?: string }>>;
	};
}

/** One turn of a conversation, as a model sees it. */
export interface Turn {
	readonly tools: readonly OfferedTool[];
	/** What the last tool call gave, as text; null in the first turn. */
	readonly toolResult: string | null;
	/** What was said so far: by the user and by the model itself. */
	readonly said: ReadonlyArray<{ readonly role: string; readonly content: string }>;
}

/** What a model answers: calls of tools, or its last word. */
export type Reply = { readonly call: string; readonly with: object } | { readonly say: string };

/** A model that answers by a script. */
export interface ScriptedModel {
	/** The base address for n8n's OpenAI credential. */
	readonly url: string;
	/** All turns so far, in their order. */
	readonly turns: Turn[];
	/** Called for each turn, with its number from 0. */
	script: (turn: Turn, index: number) => Reply;
	close(): Promise<void>;
}

interface ChatRequest {
	readonly tools?: ReadonlyArray<{ readonly function: OfferedTool }>;
	readonly messages: ReadonlyArray<{ readonly role: string; readonly content: string }>;
}

/**
 * Serves OpenAI's chat completions on loopback, as far as n8n's OpenAI Chat Model asks for them
 * (https://platform.openai.com/docs/api-reference/chat): an agent drives the node by them, with no
 * model that would answer otherwise tomorrow.
 */
export async function startScriptedModel(): Promise<ScriptedModel> {
	const turns: Turn[] = [];
	const server = createServer((request, response) => {
		void (async () => {
			const body = (await json(request)) as ChatRequest;
			const last = body.messages.at(-1);
			const turn: Turn = {
				tools: (body.tools ?? []).map((tool) => tool.function),
				toolResult: last?.role === 'tool' ? last.content : null,
				said: body.messages.filter(
					({ role, content }) => ['user', 'assistant'].includes(role) && content,
				),
			};
			turns.push(turn);
			const reply = model.script(turn, turns.length - 1);
			response.setHeader('content-type', 'application/json');
			response.end(JSON.stringify(completion(reply, turns.length)));
		})();
	});
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	const { port } = server.address() as AddressInfo;
	const model: ScriptedModel = {
		url: `http://127.0.0.1:${port}/v1`,
		turns,
		script: () => ({ say: 'Nothing to do.' }),
		close: async () => {
			server.closeAllConnections();
			await new Promise((resolve) => server.close(resolve));
		},
	};
	return model;
}

function completion(reply: Reply, turn: number) {
	const message =
		'say' in reply
			? { role: 'assistant', content: reply.say }
			: {
					role: 'assistant',
					content: null,
					tool_calls: [
						{
							id: `call_${turn}`,
							type: 'function',
							function: { name: reply.call, arguments: JSON.stringify(reply.with) },
						},
					],
				};
	return {
		id: `completion_${turn}`,
		object: 'chat.completion',
		created: 1_760_000_000,
		model: 'scripted',
		choices: [{ index: 0, message, finish_reason: 'say' in reply ? 'stop' : 'tool_calls' }],
		usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 },
	};
}

async function json(request: IncomingMessage): Promise<unknown> {
	const chunks: Buffer[] = [];
	for await (const chunk of request) chunks.push(chunk as Buffer);
	return JSON.parse(Buffer.concat(chunks).toString('utf8')) as unknown;
}
