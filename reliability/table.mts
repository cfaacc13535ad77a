/**
 * The full proofs of docs/reliability.md about messages that n8n holds in a Data Table, each bounded in
 * count and time:
 *
 *   npx tsx reliability/table.mts crash       [--seed 1] [--messages 500] [--kills 20]
 *   npx tsx reliability/table.mts dispatchers [--messages 5000]
 *   npx tsx reliability/table.mts accuracy    [--messages 40]
 *   npx tsx reliability/table.mts cost        [--rows 100000]
 */
import { parseArgs } from 'node:util';
import pc from 'picocolors';

import { checkAccuracy } from './tableAccuracy.mts';
import { checkCost } from './tableCost.mts';
import { checkCrash } from './tableCrash.mts';
import { checkDispatchers } from './tableDispatchers.mts';

const { positionals, values } = parseArgs({
	allowPositionals: true,
	options: {
		seed: { type: 'string' },
		messages: { type: 'string' },
		kills: { type: 'string' },
		rows: { type: 'string' },
	},
});

const given = (name: keyof typeof values, otherwise: number) => Number(values[name] ?? otherwise);

const commands: Record<string, () => Promise<boolean>> = {
	crash: async () =>
		await checkCrash({
			seed: given('seed', 1),
			messages: given('messages', 500),
			kills: given('kills', 20),
		}),
	dispatchers: async () => await checkDispatchers(given('messages', 5_000)),
	accuracy: async () => await checkAccuracy(given('messages', 40), given('seed', 1)),
	cost: async () => await checkCost(given('rows', 100_000)),
};

const [name = ''] = positionals;
const command = commands[name];
if (command === undefined) {
	console.error(`Say what is to be proved: ${Object.keys(commands).join(', ')}.`);
	process.exitCode = 2;
} else {
	const isProved = await command().catch((error: unknown) => {
		console.error(error instanceof Error ? error.message : error);
		return false;
	});
	console.log(isProved ? pc.green(`table ${name}: proved`) : pc.red(`table ${name}: NOT proved`));
	process.exitCode = isProved ? 0 : 1;
}
