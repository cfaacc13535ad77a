import { setTimeout as sleep } from 'node:timers/promises';

import { output, type Execution, type Json } from '../harness/client.mts';
import type { Board } from './board.mts';
import type { GatewayToShow } from './gateways.mts';
import type { ExampleName, Environment } from './environment.mts';

const ACTION = 'n8n-nodes-message-scheduler.messageScheduler';

/** How often n8n is asked for new executions of the trigger. */
const pollMs = 150;

/** What the main job tells of itself. */
export type Say = (line: string) => void;

/** Schedules, lists, moves and cancels; or sends, where the gateway has no scheduler. */
export async function runScenario(
	environment: Environment,
	{ gateway, store }: GatewayToShow,
	board: Board,
	say: Say,
) {
	const { scheduling } = gateway.capabilities;
	if (store === 'postgres') {
		say('Messages wait in PostgreSQL; a minute of the examples is ten seconds here.');
	}
	if (scheduling === null && store === 'gateway') {
		say(`${gateway.label} has no scheduler of its own, so this shows Send and its statuses.`);
	} else {
		await runExample(environment, 'schedule-a-message', board);
		const { nodes } = await runExample(environment, 'list-reschedule-cancel', board);
		const count = (name: string) => nodes[name]?.[0]?.outputs[0]?.length ?? 0;
		say(
			`Get Many found ${count('List Pending')} pending messages, and after moving one and cancelling one ${count('List Again')}.`,
		);
	}
	await runExample(environment, 'send-a-message', board);
}

/** Runs a workflow as its button in the editor does, and puts what its nodes gave on the board. */
async function runExample(
	{ n8n, workflows }: Environment,
	name: ExampleName,
	board: Board,
): Promise<Execution> {
	const id = workflows[name];
	const [{ nodes }, execution] = await Promise.all([
		n8n.workflow(id),
		n8n.runManually(id, { timeoutMs: 60_000 }),
	]);
	if (execution.status !== 'success') {
		const { message, description } = execution.error ?? {};
		const words = [message, description].filter(Boolean).join(' ');
		throw new Error(`The example ${name} ended with "${execution.status}": ${words}`);
	}
	for (const node of nodes.filter(({ type }) => type === ACTION)) {
		for (const item of output(execution, node.name)) {
			putOn(board, String(node.parameters?.operation ?? 'schedule'), item);
		}
	}
	return execution;
}

function putOn(board: Board, operation: string, item: Json) {
	if (operation === 'schedule' || operation === 'send') board.add(item);
	if (operation === 'reschedule') board.move(item);
	if (operation === 'cancel') board.tell(item);
}

/** Puts the trigger's events on the board as they come, and what *Send Due* has sent, until the signal ends it. */
export async function followEvents(
	{ n8n, workflows, sendDue }: Environment,
	board: Board,
	signal: AbortSignal,
) {
	const sources = [
		{ id: workflows['follow-statuses'], node: 'Message Status' },
		...(sendDue === null ? [] : [{ id: sendDue, node: 'Send Due' }]),
	];
	const seen = new Set<string>();
	while (!signal.aborted) {
		for (const { id, node } of sources) {
			const all = await n8n.executions(id);
			const ended = all.filter((each) => each.stoppedAt && !seen.has(each.id));
			for (const { id: executionId } of ended.reverse()) {
				seen.add(executionId);
				const execution = await n8n.execution(executionId);
				for (const event of output(execution, node)) board.tell(event);
			}
		}
		await sleep(pollMs, undefined, { signal }).catch(() => undefined);
	}
}
