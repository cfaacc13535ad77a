import type { NativeScheduler } from '../../../gateways/gateway';
import type { Table } from '../../../stores/table/table';

/** What a process does between two steps: others may come, for as long as this takes. */
export type Pause = () => Promise<void>;

/**
 * A process that is killed at its n-th step, if at all: from then on nothing of it happens any more.
 * Before and after each access is a step, so that it can die with the effect done and the result lost.
 */
export class Process {
	private steps = 0;

	constructor(
		private readonly pause: Pause,
		private readonly killedAt = Infinity,
	) {}

	async step(): Promise<void> {
		if (++this.steps >= this.killedAt) throw new Error('killed');
		await this.pause();
		if (this.steps >= this.killedAt) throw new Error('killed');
	}

	/** Whatever is called on the target is two steps of this process. */
	private through<T extends object>(target: T, names: ReadonlyArray<keyof T>): T {
		const view = Object.create(target) as T;
		for (const name of names) {
			const method = target[name] as unknown as (...args: unknown[]) => Promise<unknown>;
			view[name] = (async (...args: unknown[]) => {
				await this.step();
				const result = await method.apply(target, args);
				await this.step();
				return result;
			}) as never;
		}
		return view;
	}

	table<C extends string>(table: Table<C>): Table<C> {
		return this.through(table, ['insert', 'select', 'selectAny', 'update', 'remove']);
	}

	scheduler(scheduler: NativeScheduler): NativeScheduler {
		return this.through(scheduler, ['schedule', 'get', 'find', 'cancel']);
	}
}
