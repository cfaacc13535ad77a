import type { Row } from '../table/columns';
import type { Fault } from './faults';
import { failed, retryAt, waiting } from './transitions';
import type { Turns } from './turns';

/** A suspect fails after this many rejections, each followed by another message that was sent. */
const MAX_SUSPECT_ATTEMPTS = 3;
const SUSPECT_PAUSE_MS = 60_000;

/** A rejection whose cause may be the message or the account: the next success decides. */
interface Suspect {
	readonly row: Row;
	readonly fault: Fault;
	/** When its request began, in milliseconds since 1970. */
	readonly startedAt: number;
}

/** The rejected messages of a run of which nothing is decided yet. */
export class Suspects {
	private all: Suspect[] = [];
	/** When the latest request began that the gateway accepted. */
	private acceptedFrom = -Infinity;

	constructor(
		private readonly run: {
			readonly turns: Pick<Turns, 'step'>;
			now(): number;
			/** What became of a row, for the run's output. */
			report(row: Row): void;
		},
	) {}

	/** A rejected row, and how it waits until it is decided. */
	add(suspect: Suspect): ReturnType<typeof waiting> {
		this.all.push(suspect);
		return waiting(this.run.now() + SUSPECT_PAUSE_MS, { failure: suspect.fault.reason });
	}

	/** The gateway accepted a request that began then. */
	onAccepted(startedAt: number): void {
		this.acceptedFrom = Math.max(this.acceptedFrom, startedAt);
	}

	/** Another message that started no earlier was sent: the rejected ones are invalid themselves. */
	async condemn(): Promise<void> {
		const { now, turns, report } = this.run;
		const condemned = this.all.filter(({ startedAt }) => startedAt <= this.acceptedFrom);
		this.all = this.all.filter(({ startedAt }) => startedAt > this.acceptedFrom);
		for (const { row, fault } of condemned) {
			const attempts = Number(row.attempts ?? 0) + 1;
			const values =
				attempts >= MAX_SUSPECT_ATTEMPTS
					? failed(fault.reason, attempts)
					: waiting(retryAt(attempts, now()), { attempts, failure: fault.reason });
			// It was released without a token.
			const changed = await turns.step({ id: row.id, ifStatus: 'scheduled', ifToken: '', values });
			if (changed !== null && values.status === 'failed') report(changed);
		}
	}
}
