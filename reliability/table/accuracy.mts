import { median } from '../../bench/measure.mts';
import { readExample } from '../../harness/examples.mts';
import type { N8n } from '../../harness/n8n.mts';
import { startSandbox, type Sandbox } from '../../sandbox/index.mts';
import { seededRandom } from '../../sandbox/random.mts';
import { printTable, seconds } from '../figures.mts';
import { addCredential, FROM_ITEM, GATEWAY, item, operate, raise, wait } from './harness.mts';

/** How long messages are spread over for each dispatcher. */
const DISPATCHERS = [
	{
		name: 'every ten seconds',
		interval: { field: 'seconds', secondsInterval: 10 },
		spanMs: 60_000,
	},
	{ name: 'every minute', interval: { field: 'minutes', minutesInterval: 1 }, spanMs: 150_000 },
];

/** How long after its time a message reaches the gateway, with the dispatcher of the examples. */
export async function checkAccuracy(options: {
	readonly messages?: string;
	readonly seed?: string;
}): Promise<boolean> {
	const messages = Number(options.messages ?? 40);
	const seed = Number(options.seed ?? 1);
	const sandbox = await startSandbox({ rateLimits: false });
	const n8n = await raise();
	try {
		await addCredential(n8n, sandbox);
		const rows: unknown[][] = [];
		let isProved = true;
		for (const [index, { name, interval, spanMs }] of DISPATCHERS.entries()) {
			const late = await measure(n8n, sandbox, {
				interval,
				spanMs,
				messages,
				random: seededRandom(seed + index),
			});
			const early = late.filter((ms) => ms < 0).length;
			isProved &&= late.length === messages && early === 0;
			rows.push([
				name,
				messages,
				late.length,
				early,
				seconds(median(late)),
				seconds(Math.max(...late)),
			]);
		}
		printTable(['dispatcher', 'messages', 'arrived', 'early', 'median late', 'worst'], rows);
		return isProved;
	} finally {
		await n8n.stop();
		await sandbox.close();
	}
}

interface Measurement {
	readonly interval: object;
	readonly spanMs: number;
	readonly messages: number;
	readonly random: () => number;
}

async function measure(
	n8n: N8n,
	sandbox: Sandbox,
	{ interval, spanMs, messages, random }: Measurement,
): Promise<number[]> {
	const example = readExample('send-due-messages.json');
	const trigger = example.nodes.find(({ type }) => type.endsWith('scheduleTrigger'))!;
	trigger.parameters = { rule: { interval: [interval] } };
	const dispatcher = await n8n.createWorkflow(example);
	await n8n.activate(dispatcher);
	const from = Date.now() + 8_000;
	const times = Array.from({ length: messages }, () => Math.round(from + random() * spanMs));
	const before = sandbox.requests(GATEWAY).length;
	await operate(
		n8n,
		'schedule',
		FROM_ITEM,
		times.map((at) => item(String(at), at)),
	);
	// A minute's dispatcher comes for the last one up to a minute later.
	const until = from + spanMs + 65_000;
	const arrived = () => sandbox.requests(GATEWAY).slice(before);
	while (arrived().length < messages && Date.now() < until) await wait(500);
	await n8n.deactivate(dispatcher);
	return arrived().map(({ at, body }) => Date.parse(at) - Number((body as { body: string }).body));
}
