import type { Figures, Seen } from './figures.mts';
import { MAX_PARALLEL, type Scenario } from './scenarios.mts';

/** What the figures of a scenario break, a sentence each; empty where all bounds are kept. */
export function broken(scenario: Scenario, figures: Figures, seen: Seen): string[] {
	const { fault, kills, gateway } = seen;
	const { maxInDoubt } = scenario;
	const inDoubt = typeof maxInDoubt === 'number' ? maxInDoubt : maxInDoubt(gateway);
	const problems: string[] = [];
	const atMost = (what: string, value: number, most: number) => {
		if (value > most) problems.push(`${what}: ${value}, at most ${most}`);
	};
	for (const what of ['twice', 'lost', 'untrue', 'failed', 'expired', 'waiting'] as const) {
		atMost(what, figures[what], 0);
	}
	atMost('in doubt', figures.inDoubt, inDoubt + MAX_PARALLEL * kills.length);
	for (const execution of figures.failedExecutions) {
		problems.push(`an execution failed: ${execution}`);
	}
	atMost('items of the error output', figures.errorItems, 0);
	atMost('executions that sent at the same time', figures.overlaps, 0);
	const { sends, health, others } = figures.during;
	if (scenario.isSeen && sends + health + others === 0) {
		// Where n8n was killed, the lease may last longer than the fault.
		problems.push('nothing was requested during the fault, so that it proves nothing');
	}
	if (scenario.isSeen && scenario.shortestPauseMs !== null) {
		const pauses = Math.ceil((fault.to - fault.from) / scenario.shortestPauseMs);
		// What is under way when n8n is killed, and the probe whose failure was not written.
		const byKills = (MAX_PARALLEL + 1) * kills.length;
		atMost('sends in the outage', sends, scenario.sendsAtEdge + pauses + byKills);
	}
	// The execution that was killed may be the one that would have told.
	if (scenario.shortestPauseMs !== null && kills.length === 0) {
		if (figures.paused === 0) problems.push('no item told that the account was paused');
		// A probe that fails pauses again, without a word of going on in between.
		if (figures.resumed === 0) problems.push('no item told that the account was resumed');
		atMost('told to go on', figures.resumed, Math.max(1, figures.paused));
	}
	if (scenario.maxRefused !== null && figures.refused > scenario.maxRefused * figures.sends) {
		problems.push(
			`refused: ${figures.refused} of ${figures.sends}, at most ${scenario.maxRefused * 100} %`,
		);
	}
	return problems;
}
