/**
 * `npm run bench -- [normalise|items|load|readWebhook|schedule|webhooks …] [--rounds n] [--quick] [--write]
 * [--tarball file] [--env NAME=value]`: measures the package side by side with what a user would
 * pick instead. Without a name, all of them. `--quick` takes small counts, to see that it runs;
 * `--tarball` measures another build, for a before and after; `--env` gives n8n a setting.
 */
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';

import pc from 'picocolors';

import { buildPackage } from '../harness/package.mts';
import { settingsOf } from '../harness/settings.mts';
import { items } from './items.mts';
import { load } from './load.mts';
import { normalise } from './normalise.mts';
import { readWebhook } from './readWebhook.mts';
import { writeReport, type Report } from './report.mts';
import { schedule } from './schedule.mts';
import { webhooks } from './webhooks.mts';

/** What every benchmark is told. */
export interface BenchOptions {
	readonly tarball: string;
	readonly rounds: number | undefined;
	readonly quick: boolean;
	/** More settings of n8n. */
	readonly env: Readonly<Record<string, string>>;
	/** Tells how far it is. */
	readonly say: (line: string) => void;
}

const benches: Record<string, (options: BenchOptions) => Promise<Report>> = {
	normalise,
	items,
	load,
	readWebhook,
	schedule,
	webhooks,
};

const { values, positionals } = parseArgs({
	allowPositionals: true,
	options: {
		rounds: { type: 'string' },
		quick: { type: 'boolean', default: false },
		write: { type: 'boolean', default: false },
		tarball: { type: 'string' },
		env: { type: 'string', multiple: true, default: [] },
	},
});
const names = positionals.length > 0 ? positionals : Object.keys(benches);
const unknown = names.filter((name) => !Object.hasOwn(benches, name));
if (unknown.length > 0) {
	console.error(
		`There is no ${unknown.join(', ')}; choose from ${Object.keys(benches).join(', ')}.`,
	);
	process.exit(2);
}

const options: BenchOptions = {
	tarball: values.tarball === undefined ? await buildPackage() : resolve(values.tarball),
	rounds: values.rounds === undefined ? undefined : Number(values.rounds),
	quick: values.quick,
	env: settingsOf(values.env),
	say: (line) => console.error(pc.dim(line)),
};
for (const name of names) {
	const report = await benches[name](options);
	console.log(`\n## ${name}\n\n${report.sections.join('\n\n')}`);
	if (values.write) writeReport(report);
}
process.exit();
