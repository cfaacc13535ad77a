/**
 * The full proofs of docs/reliability.md, each bounded in count and time:
 *
 *   npm run reliability messages -- [--runs 20] [--messages 1000] [--seed 1] [--at-once 4]
 *                             [--gateway chatWhatsApp|hypersenderSms] [--operation schedule|send]
 *                             [--statuses 20] [--release 2.41.1] [--env NAME=value]
 *   npm run reliability webhooks -- [--count 10000] [--seed 1] [--env NAME=value]
 *   npm run reliability properties -- [--only sendTime] [--seed 1]
 *   npm run reliability days -- [--count 100000] [--seed 1] [--messages 60]
 *   npm run reliability mutations -- [--only Ledger]
 *   npm run reliability mutants -- [--only stores] [--sample 150] [--seed 1] [--at-once 1]
 *   npm run reliability scan
 *   npm run reliability outages -- [--only 401,503] [--messages 300] [--interval 10] [--before 60] [--seed 1]
 *                            [--kill edge,amid,drain] [--queue] [--gateway whapi]
 *   npm run reliability cells -- [--gateway waha,twilio] [--only message.send,trigger.status]
 *   npm run reliability queue -- [--messages 2000] [--webhooks 2000] [--seed 1]
 *
 * and of messages in a Data Table:
 *
 *   npm run reliability crash -- [--seed 1] [--messages 500] [--kills 20]
 *   npm run reliability dispatchers -- [--messages 5000]
 *   npm run reliability accuracy -- [--messages 40] [--seed 1]
 *   npm run reliability cost -- [--rows 100000]
 *   npm run reliability speed -- [--due 1000] [--runs 3] [--at-once 5,10,20,50] [--env NAME=value]
 *
 * and in PostgreSQL, beside a Data Table:
 *
 *   npm run reliability postgres -- [--only cost,workers,kills] [--rows 1000000] [--due 5000]
 *                             [--messages 5000] [--kills 20] [--stops 10] [--seed 1]
 *                             [--delay 50, after which the gateway answers two workers]
 */
import { parseArgs } from 'node:util';
import pc from 'picocolors';
import { checkCells } from './cells/command.mts';
import { checkDays } from './days.mts';
import { checkMessages } from './messages/command.mts';
import { checkMutants } from './mutants/command.mts';
import { checkOutages } from './outages/command.mts';
import { checkMutations } from './mutations/command.mts';
import { checkScan } from './scan.mts';
import { checkProperties } from './properties.mts';
import { checkPostgres } from './postgres/command.mts';
import { checkQueue } from './queue/command.mts';
import { checkAccuracy } from './table/accuracy.mts';
import { checkCost } from './table/cost.mts';
import { checkCrash } from './table/crash.mts';
import { checkDispatchers } from './table/dispatchers.mts';
import { checkSpeed } from './table/speed.mts';
import { checkWebhooks } from './webhooks/command.mts';

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
		kills: { type: 'string' },
		/** How often the database is stopped. */
		stops: { type: 'string' },
		rows: { type: 'string' },
		due: { type: 'string' },
		/** Milliseconds. */
		delay: { type: 'string' },
		/** Whether the outages are n8n's queue mode. */
		queue: { type: 'boolean' },
		/** A setting of n8n. */
		env: { type: 'string', multiple: true },
	},
});

export type Options = typeof values;

const commands: Record<string, (options: Options) => Promise<boolean>> = {
	messages: checkMessages,
	webhooks: checkWebhooks,
	properties: checkProperties,
	mutations: checkMutations,
	mutants: checkMutants,
	days: checkDays,
	scan: checkScan,
	outages: checkOutages,
	cells: checkCells,
	queue: checkQueue,
	crash: checkCrash,
	dispatchers: checkDispatchers,
	accuracy: checkAccuracy,
	cost: checkCost,
	speed: checkSpeed,
	postgres: checkPostgres,
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
