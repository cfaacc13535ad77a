/**
 * What a store in PostgreSQL costs, by a real n8n:
 *
 *   npx tsx reliability/postgres.mts [--rows 1000000] [--due 5000]
 */
import { parseArgs } from 'node:util';

import { checkPostgresCost } from './postgresCost.mts';

const { values } = parseArgs({
	options: { rows: { type: 'string' }, due: { type: 'string' } },
});
await checkPostgresCost(Number(values.rows ?? 1_000_000), Number(values.due ?? 5_000));
// The sandbox's sockets need not be waited for.
process.exit();
