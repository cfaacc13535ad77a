/**
 * `npm start`: the main job on a real n8n, against a gateway on this machine. `--once` ends by itself
 * and tells by its exit code whether everything arrived.
 */
import pc from 'picocolors';

import { credentialForm } from '../harness/credentialForm.mts';
import { addressesText } from './addresses.mts';
import { Board } from './board.mts';
import { gatewayToShow, WEBHOOK_SECRET, type GatewayToShow } from './gateways.mts';
import { parseOptions, usage, type DemoOptions } from './options.mts';
import { assertPostgres } from './postgres.mts';
import { followEvents, runScenario } from './scenario.mts';
import { CLOCK_FACTOR, startEnvironment, type Environment } from './environment.mts';
import { Screen } from './table.mts';
import { allArrived, problems } from './verdict.mts';

/** The longest that the messages of the demo may take from their scheduling to their last status. */
const PATIENCE_MS = { gateway: 60_000, postgres: 180_000 };

/** What a shell gives for a command that Ctrl-C ended. */
const INTERRUPTED = 130;

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** How to end what was started, the latest first. */
const ends: Array<() => Promise<void>> = [];

async function endAll() {
	for (const end of ends.splice(0).reverse()) await end();
}

/** Resolves at the first Ctrl-C (or the like); a second one ends the process at once. */
const interrupted = new Promise<void>((resolve) => {
	let asked = false;
	for (const signal of signals) {
		process.on(signal, () => {
			// The harness ends n8n when this process exits.
			if (asked) process.exit(INTERRUPTED);
			asked = true;
			resolve();
		});
	}
});

/** Runs the main job and gives what did not go as it should. */
async function play(
	environment: Environment,
	shown: GatewayToShow,
	screen: Screen,
): Promise<string[]> {
	const board = new Board((row) => screen.show(board.rows, row));
	const following = new AbortController();
	const events = followEvents(environment, board, following.signal);
	try {
		await Promise.race([
			events,
			(async () => {
				await runScenario(environment, shown, board, (line) => screen.say(`  ${line}`));
				await allArrived(board, shown, PATIENCE_MS[shown.store]);
			})(),
		]);
	} finally {
		following.abort();
		screen.finish();
	}
	return problems(environment, board, shown);
}

function addresses({ n8n, sandbox }: Environment, { id }: GatewayToShow): string {
	return addressesText({
		editor: n8n.url,
		owner: n8n.owner,
		page: `${sandbox.origin}/?gateway=${id}`,
		fields: credentialForm(sandbox, id, WEBHOOK_SECRET),
	});
}

async function show({ gateway, store, once }: DemoOptions): Promise<number> {
	const shown = gatewayToShow(gateway, store);
	if (store === 'postgres') assertPostgres();
	const screen = new Screen();
	screen.say(
		pc.bold(
			`Message Scheduler on a real n8n, by ${shown.gateway.label}${store === 'postgres' ? ', with PostgreSQL' : ''}\n`,
		),
	);
	const environment = await startEnvironment(shown, (end) => ends.push(end));
	screen.say(
		`\n  The sandbox's clock runs ${CLOCK_FACTOR} times as fast: a minute passes in a second.\n`,
	);
	const wrong = await play(environment, shown, screen);
	if (wrong.length) {
		console.log(
			pc.red(`\n  Not everything arrived:\n${wrong.map((line) => `    ${line}`).join('\n')}`),
		);
	} else {
		console.log(pc.green('\n  Everything arrived, once, and no cancelled message was sent.'));
	}
	if (!once) console.log(`\n${addresses(environment, shown)}`);
	return wrong.length ? 1 : 0;
}

async function main(): Promise<number> {
	const options = parseOptions(process.argv.slice(2));
	if (options.help) {
		console.log(usage);
		return 0;
	}
	const early = interrupted.then(() => INTERRUPTED);
	const result = await Promise.race([show(options), early]);
	if (result !== INTERRUPTED && !options.once) await interrupted;
	if (!options.once || result === INTERRUPTED) console.log('\n  Stopping n8n and the sandbox …');
	return result;
}

let code = 1;
try {
	code = await main();
} catch (error) {
	console.error(pc.red(`\n  ${error instanceof Error ? error.message : String(error)}`));
} finally {
	await endAll().catch((error: unknown) => console.error(error));
}
process.exit(code);
