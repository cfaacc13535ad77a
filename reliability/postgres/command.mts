import type { Options } from '../cli.mts';
import { checkPostgresCost, checkPostgresSending } from './cost.mts';
import { checkPostgresKills } from './kills.mts';
import { checkPostgresWorkers } from './workers.mts';

const PROOFS = {
	cost: checkPostgresCost,
	sending: checkPostgresSending,
	workers: checkPostgresWorkers,
	kills: checkPostgresKills,
};

/** The proofs of messages in PostgreSQL: all, or those that `--only` names. */
export async function checkPostgres(options: Options): Promise<boolean> {
	const names = options.only?.split(',') ?? ['cost', 'workers', 'kills'];
	let isProved = true;
	for (const name of names) {
		if (!(name in PROOFS)) throw new Error(`Say one of ${Object.keys(PROOFS).join(', ')}.`);
		console.log(`\n${name}`);
		isProved = (await PROOFS[name as keyof typeof PROOFS](options)) && isProved;
	}
	return isProved;
}
