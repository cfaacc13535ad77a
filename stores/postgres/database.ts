import { settle } from '../../messages/settle';
import { isRolledBack, isTransient } from './errors';
import { joined, type Statement } from './statement';

/**
 * Runs SQL: one text, which may hold several statements, in one transaction. Returns the `result` of
 * each of them, in their order.
 */
export type RunSql = (statement: Statement) => Promise<readonly string[]>;

/** A PostgreSQL database, reached by a few large accesses. */
export interface Database {
	/** Runs one statement; resolves to what its `result` says. */
	run(statement: Statement): Promise<unknown>;
	/** Runs several, one after the other, all or none. */
	runAll(statements: readonly Statement[]): Promise<unknown[]>;
	/** The server's clock: milliseconds since 1970. Before the first access, the process's own. */
	now(): number;
}

/** What the accesses need beside SQL. */
export interface DatabaseOptions {
	/** The process's own clock. */
	now(): number;
	sleep(ms: number): Promise<void>;
	/** From 0 to below 1. */
	random(): number;
}

/** Accesses in flight at once; what comes meanwhile is gathered. */
const MAX_ACCESSES = 3;
/** Statements in one access. */
const MAX_STATEMENTS = 500;
/** What another transaction undid is tried again so often. */
const MAX_ATTEMPTS = 5;
const FIRST_RETRY_MS = 20;
/** How many turns of the microtask queue an access waits for others that are about to come. */
const GATHER_TURNS = 10;

interface Waiting {
	readonly statements: readonly Statement[];
	readonly resolve: (results: unknown[]) => void;
	readonly reject: (error: unknown) => void;
}

/**
 * Gathers the statements of concurrent callers into one access: an access through n8n costs 30 to 40 ms,
 * a statement within it well below one.
 */
export function createDatabase(runSql: RunSql, options: DatabaseOptions): Database {
	const waiting: Waiting[] = [];
	const clock = new ServerClock(options.now);
	let accesses = 0;

	async function runAll(statements: readonly Statement[]): Promise<unknown[]> {
		if (statements.length === 0) return [];
		return await new Promise((resolve, reject) => {
			waiting.push({ statements, resolve, reject });
			if (accesses < MAX_ACCESSES) void work();
		});
	}

	async function work(): Promise<void> {
		accesses++;
		for (let turn = 0; turn < GATHER_TURNS; turn++) await Promise.resolve();
		while (waiting.length > 0) await accessFor(take(waiting));
		accesses--;
	}

	/** One access for several callers. The fault of one statement must not become that of the others. */
	async function accessFor(callers: readonly Waiting[]): Promise<void> {
		const outcome = await settle(access(callers.flatMap(({ statements }) => statements)));
		if (outcome.ok) {
			let first = 0;
			for (const { statements, resolve } of callers) {
				resolve(outcome.value.slice(first, (first += statements.length)));
			}
		} else if (callers.length > 1 && isRolledBack(outcome.error)) {
			for (const caller of callers) await accessFor([caller]);
		} else for (const { reject } of callers) reject(outcome.error);
	}

	async function access(statements: readonly Statement[]): Promise<unknown[]> {
		for (let attempt = 1; ; attempt++) {
			const sentAt = options.now();
			const outcome = await settle(runSql(joined([...statements, SERVER_TIME])));
			if (outcome.ok) {
				const results = outcome.value.map((text): unknown => JSON.parse(text));
				clock.set(Number(results.pop()), sentAt, options.now());
				return results;
			}
			if (attempt === MAX_ATTEMPTS || !isTransient(outcome.error)) throw outcome.error;
			await options.sleep(FIRST_RETRY_MS * 2 ** attempt * (0.5 + options.random()));
		}
	}

	return {
		run: async (statement) => (await runAll([statement]))[0],
		runAll,
		now: () => clock.now(),
	};
}

/** As many callers as one access takes, at least one. */
function take(waiting: Waiting[]): Waiting[] {
	const taken: Waiting[] = [];
	let count = 0;
	while (waiting.length > 0 && (count === 0 || count < MAX_STATEMENTS)) {
		const next = waiting.shift()!;
		taken.push(next);
		count += next.statements.length;
	}
	return taken;
}

const SERVER_TIME: Statement = {
	text: 'select (extract(epoch from clock_timestamp()) * 1000)::bigint::text as result',
	values: [],
};

/** An estimate of the server's clock is no worse than this share of what the access took. */
const AGEING_MS_PER_MS = 0.001;

/**
 * The database's clock, which all workers share: the process's own, moved by the difference that the
 * quickest recent access has shown.
 */
class ServerClock {
	private offsetMs = 0;
	private errorMs = Infinity;
	private setAt = 0;

	constructor(private readonly own: () => number) {}

	now(): number {
		return Math.round(this.own() + this.offsetMs);
	}

	/** The server said `serverMs` at some moment between these two of our own clock. */
	set(serverMs: number, sentAt: number, receivedAt: number): void {
		const errorMs = Math.max(1, (receivedAt - sentAt) / 2);
		// Our own clock may have been set back meanwhile.
		const aged = this.errorMs + Math.abs(receivedAt - this.setAt) * AGEING_MS_PER_MS;
		if (errorMs > aged) return;
		this.offsetMs = serverMs - (sentAt + receivedAt) / 2;
		this.errorMs = errorMs;
		this.setAt = receivedAt;
	}
}
