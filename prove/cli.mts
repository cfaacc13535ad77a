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
 *   npm run prove scan
 *   npm run prove queue -- [--messages 2000] [--webhooks 2000] [--seed 1]
 */
import { parseArgs } from 'node:util';
import pc from 'picocolors';
import { proveDays } from './days.mts';
import { proveMessages } from './messagesCommand.mts';
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
	days: proveDays,
	scan: proveScan,
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
