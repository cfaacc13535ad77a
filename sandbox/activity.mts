/** `scheduled`: a message held until its time; `timer`: any other wait; `delivery`: a webhook under way. */
export type ActivityKind = 'scheduled' | 'timer' | 'delivery';

interface Waiter {
	except: readonly ActivityKind[];
	resolve: () => void;
}

/** Counts what is still to happen, so that `idle()` can tell when nothing is left. */
export class Activity {
	readonly #counts = new Map<ActivityKind, number>();
	readonly #waiters = new Set<Waiter>();

	/** Marks the beginning of something; the returned function marks its end, once. */
	begin(kind: ActivityKind): () => void {
		let open = true;
		this.#counts.set(kind, this.count(kind) + 1);
		return () => {
			if (!open) return;
			open = false;
			this.#counts.set(kind, Math.max(0, this.count(kind) - 1));
			this.#settle();
		};
	}

	count(kind: ActivityKind): number {
		return this.#counts.get(kind) ?? 0;
	}

	/** Resolves when nothing is pending, apart from the kinds to leave out. */
	idle(except: readonly ActivityKind[] = []): Promise<void> {
		return new Promise((resolve) => {
			this.#waiters.add({ except, resolve });
			this.#settle();
		});
	}

	/** Releases everybody who waits: nothing more will happen. */
	close(): void {
		this.#counts.clear();
		this.#settle();
	}

	#settle() {
		for (const waiter of this.#waiters) {
			const busy = [...this.#counts].some(
				([kind, count]) => count > 0 && !waiter.except.includes(kind),
			);
			if (busy) continue;
			this.#waiters.delete(waiter);
			waiter.resolve();
		}
	}
}
