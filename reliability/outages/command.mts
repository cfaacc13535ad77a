import pc from 'picocolors';

import { printTable, seconds } from '../figures.mts';
import { isGatewayId, type GatewayId } from '../../sandbox/index.mts';
import { readRows } from '../../harness/tables.mts';
import { figuresOf, type Figures, type Seen } from './figures.mts';
import { broken } from './judge.mts';
import { raisePlace } from './place.mts';
import { KILL_MOMENTS, runOutage, type KillMoment, type OutageOptions } from './run.mts';
import { chosen, type Scenario } from './scenarios.mts';

export interface OutagesCommand {
	readonly only?: string;
	readonly messages?: string;
	readonly interval?: string;
	/** Messages that are sent before the fault begins; a fifth of them if not given. */
	readonly before?: string;
	readonly seed?: string;
	/** Whapi.Cloud if not given. */
	readonly gateway?: string;
	/** One of `KILL_MOMENTS`, or several with commas between: each scenario once with each. */
	readonly kill?: string;
	readonly queue?: boolean;
}

/** Faults that last, each on an n8n of its own, from the outside. */
export async function checkOutages(command: OutagesCommand): Promise<boolean> {
	const { queue: isQueue = false } = command;
	const messages = Number(command.messages ?? 300);
	const options: OutageOptions = {
		messages,
		interval: Number(command.interval ?? 10),
		before: Number(command.before ?? Math.round(messages / 5)),
		seed: Number(command.seed ?? 1),
		gateway: command.gateway === undefined ? undefined : gatewayIdOf(command.gateway),
		log: (line) => console.log(`  ${line}`),
	};
	const results: Array<{ scenario: Scenario; seen: Seen; figures: Figures }> = [];
	let isProved = true;
	const runs = chosen(command.only).flatMap((scenario) =>
		killMoments(command.kill).map((kill) => ({ scenario, kill })),
	);
	for (const { scenario, kill } of runs) {
		console.log(
			`${scenario.name}: ${scenario.what}${kill ? `, n8n killed (${kill})` : ''}${isQueue ? ', queue mode' : ''}`,
		);
		const place = await raisePlace(isQueue);
		try {
			const seen = await runOutage(place, scenario, { ...options, kill });
			const figures = figuresOf(seen);
			results.push({ scenario, seen, figures });
			const problems = broken(scenario, figures, seen);
			isProved &&= problems.length === 0;
			print([{ scenario, seen, figures }]);
			console.log(problems.length === 0 ? pc.green('  holds') : pc.red('  does NOT hold:'));
			for (const problem of problems) console.log(`    ${problem}`);
			if (problems.length > 0) {
				for (const { text, status, failure } of seen.rows) {
					if (status === 'failed') console.log(`    failed: ${String(text)}: ${String(failure)}`);
				}
				// What n8n itself remembers of the account, for whoever looks into it.
				const accounts = await readRows(place.n8n, 'scheduled_messages_accounts').catch(() => []);
				for (const account of accounts) console.log(`    ${JSON.stringify(account)}`);
			}
		} catch (error) {
			// The others can still be seen.
			isProved = false;
			console.log(pc.red(`  could not be run: ${error instanceof Error ? error.message : error}`));
		} finally {
			await place.close();
		}
	}
	print(results);
	return isProved;
}

function gatewayIdOf(name: string): GatewayId {
	if (isGatewayId(name)) return name;
	throw new Error(`There is no gateway ${name}.`);
}

/** Undefined: not killed. */
function killMoments(given: string | undefined): Array<KillMoment | undefined> {
	if (given === undefined) return [undefined];
	return given.split(',').map((name) => {
		const moment = KILL_MOMENTS.find((each) => each === name.trim());
		if (moment !== undefined) return moment;
		throw new Error(`There is no moment ${name}; choose from ${KILL_MOMENTS.join(', ')}.`);
	});
}

function print(results: ReadonlyArray<{ scenario: Scenario; seen: Seen; figures: Figures }>): void {
	printTable(
		[
			'fault',
			'killed after',
			'due',
			'sent',
			'twice',
			'lost',
			'failed',
			'in doubt (of these sent)',
			'waiting',
			'sends, health, others in the fault',
			'refused of all sends',
			'executions',
			'sending at once',
			'paused, resumed',
			'drained after',
		],
		results.map(({ scenario, seen, figures }) => [
			scenario.name,
			seen.kills.map((at) => seconds(at - seen.fault.from)).join(', ') || '–',
			figures.wanted,
			figures.sent,
			figures.twice,
			figures.lost + figures.untrue,
			figures.failed + figures.expired,
			`${figures.inDoubt} (${figures.inDoubtSent})`,
			figures.waiting,
			scenario.isSeen
				? `${figures.during.sends}, ${figures.during.health}, ${figures.during.others}`
				: '–',
			`${figures.refused} of ${figures.sends}`,
			figures.executions,
			figures.overlaps,
			`${figures.paused}, ${figures.resumed}`,
			figures.drainMs === null ? '–' : seconds(figures.drainMs),
		]),
	);
}
