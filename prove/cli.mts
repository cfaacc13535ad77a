/**
 * The full proofs of docs/reliability.md, each bounded in count and time:
 *
 *   npm run prove messages -- [--runs 20] [--messages 1000] [--seed 1] [--at-once 4]
 *                             [--gateway chatWhatsApp|hypersenderSms] [--operation schedule|send]
 *                             [--statuses 20] [--release 2.41.1] [--env NAME=value]
 *   npm run prove webhooks -- [--count 10000] [--seed 1] [--env NAME=value]
 *   npm run prove properties -- [--only sendTime] [--seed 1]
 *   npm run prove days -- [--count 100000] [--seed 1] [--messages 60]
 *   npm run prove mutations -- [--only Ledger]
 *   npm run prove mutants -- [--only stores] [--sample 150] [--seed 1] [--at-once 1]
 *   npm run prove scan
 *   npm run prove outages -- [--only 401,503] [--messages 300] [--interval 10] [--before 60] [--seed 1]
 *                            [--kill edge,amid,drain] [--queue]
 *   npm run prove queue -- [--messages 2000] [--webhooks 2000] [--seed 1]
 */
import { parseArgs } from 'node:util';
import pc from 'picocolors';
import { proveDays } from './days.mts';
import { proveMessages } from './messagesCommand.mts';
import { proveMutants } from './mutants.mts';
import { proveOutages } from './outages/command.mts';
import { proveMutations } from './mutations.mts';
import { proveScan } from './scan.mts';
import { proveProperties } from './properties.mts';
import { proveQueue } from './queue.mts';
import { proveWebhooks } from './webhooksCommand.mts';

const { positionals, values } = parseArgs({
	allowPositionals: true,
	options: {
		runs: { type: 'string' },
		messages: { type: 'string' },
		seed: { type: 'string' },
		'at-once': { type: 'string' },
		gateway: { type: 'string' },
		operation: { type: 'string' },
		count: { type: 'string' },
		webhooks: { type: 'string' },
		statuses: { type: 'string' },
		release: { type: 'string' },
		only: { type: 'string' },
		sample: { type: 'string' },
		interval: { type: 'string' },
		before: { type: 'string' },
		/** When n8n is killed in an outage. */
		kill: { type: 'string' },
		/** Whether the outages are n8n's queue mode. */
		queue: { type: 'boolean' },
		/** A setting of n8n. */
		env: { type: 'string', multiple: true },
	},
});

export type Options = typeof values;

const commands: Record<string, (options: Options) => Promise<boolean>> = {
	messages: proveMessages,
	webhooks: proveWebhooks,
	properties: proveProperties,
	mutations: proveMutations,
	mutants: proveMutants,
	days: proveDays,
	scan: proveScan,
	outages: proveOutages,
	queue: proveQueue,
};

const [name = ''] = positionals;
const command = commands[name];
if (command === undefined) {
	console.error(`Say what is to be proved: ${Object.keys(commands).join(', ')}.`);
	process.exitCode = 2;
} else {
	const isProved = await command(values).catch((error: unknown) => {
		console.error(error instanceof Error ? error.message : error);
		return false;
	});
	console.log(isProved ? pc.green(`${name}: proved`) : pc.red(`${name}: NOT proved`));
	process.exitCode = isProved ? 0 : 1;
}
