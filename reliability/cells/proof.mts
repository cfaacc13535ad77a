import type { Json } from '../../harness/client.mts';
import type { Bench } from './bench.mts';

/** How a cell is run. */
export interface Proof {
	/** Has the operation do its work, and looks from outside whether it is done; throws what is wrong. */
	works(bench: Bench): Promise<void>;
	/** Only asks for it, where it is not offered. @throws Refusal */
	asks(bench: Bench): Promise<void>;
}

/** One operation of the action node. `P`: what has to be there before it. */
interface OperationProof<P> {
	prepare?(bench: Bench): Promise<P>;
	/** `prepared` is undefined where the operation is only asked for. */
	parameters?(bench: Bench, prepared: P | undefined): Json;
	items?(bench: Bench, prepared: P | undefined): Json[] | undefined;
	/** @param items what the node gave */
	judge(bench: Bench, items: Json[], prepared: P): Promise<void> | void;
	/** Whatever came of it. */
	after?(bench: Bench): Promise<void>;
}

/** The proof of an operation: it runs once, in a workflow of its own. */
export function operation<P = void>(proof: OperationProof<P>): Proof {
	const run = async (bench: Bench, prepared: P | undefined): Promise<Json[]> =>
		await bench.operate(
			bench.row.id,
			proof.parameters?.(bench, prepared),
			proof.items?.(bench, prepared),
		);
	return {
		works: async (bench) => {
			try {
				const prepared = (await proof.prepare?.(bench)) as P;
				await proof.judge(bench, await run(bench, prepared), prepared);
			} finally {
				await proof.after?.(bench);
			}
		},
		asks: async (bench) => void (await run(bench, undefined)),
	};
}

/**
 * Compares what is there with what should be, as JSON.
 *
 * @param what is looked at, for people
 * @throws Error that shows both
 */
export function expectSame(what: string, is: unknown, should: unknown): void {
	const [shown, wanted] = [JSON.stringify(is), JSON.stringify(should)];
	if (shown !== wanted) throw new Error(`${what}: ${shown} instead of ${wanted}`);
}

/** The parameter that names a message by its id; without one, an id that nothing has. */
export const byId = (message: Json | undefined): Json => ({
	scheduleId: { __rl: true, mode: 'id', value: message?.scheduleId ?? 'nobodys-message' },
});

/** The only item. */
export function only(items: readonly Json[]): Json {
	expectSame('items', items.length, 1);
	return items[0];
}
