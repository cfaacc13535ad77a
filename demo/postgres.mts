import type { Json, WorkflowJson } from '../harness/client.mts';
import { missingForPostgres, startPostgresServer } from '../harness/postgres.mts';

/** Tells before anything is started what of PostgreSQL this machine lacks. */
export function assertPostgres(): void {
	const missing = missingForPostgres();
	if (missing.length === 0) return;
	throw new Error(`"--store postgres" starts a PostgreSQL of its own. ${missing.join(' ')}`);
}

/** Starts an empty PostgreSQL on a free port of loopback; gives the port. */
export async function startDatabase(
	onStarted: (end: () => Promise<void>) => void,
): Promise<number> {
	const { port, close } = await startPostgresServer();
	onStarted(close);
	return port;
}

/** A minute of the examples: the database keeps real time, and nobody wants to wait that long. */
const SECONDS_A_MINUTE = 10;

/** How often *Send Due* runs, in seconds. */
const SEND_DUE_EVERY = 5;

/** The example with its messages in PostgreSQL. */
export const withPostgres = (example: WorkflowJson, place: Json): WorkflowJson => ({
	...example,
	nodes: example.nodes.map((node) => {
		if (node.type.endsWith('.scheduleTrigger')) {
			const interval = [{ field: 'seconds', secondsInterval: SEND_DUE_EVERY }];
			return { ...node, parameters: { rule: { interval } } };
		}
		const isOurs = node.type.endsWith('.messageScheduler');
		if (!isOurs || node.parameters?.resource === 'message') return node;
		return { ...node, parameters: { ...sooner(node.parameters ?? {}), ...place } };
	}),
});

const sooner = ({ sendAt, ...others }: Json): Json =>
	typeof sendAt === 'string'
		? {
				...others,
				sendAt: sendAt
					.replace(/plus\(([^,]+), 'minutes'\)/, `plus(${SECONDS_A_MINUTE} * $1, 'seconds')`)
					.replace("'yyyy-MM-dd HH:mm'", "'yyyy-MM-dd HH:mm:ss'"),
			}
		: others;
