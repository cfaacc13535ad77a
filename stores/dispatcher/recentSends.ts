import { settleSync } from '../../messages/settle';
import { allowedFrom, parseFrequencyCap, type FrequencyLimit } from '../../messages/frequencyCap';
import { sameRecipientForms, sameRecipientKey } from '../../messages/sameRecipient';
import { parseRecipient } from '../../messages/recipient';
import { SENDING, statusWord, textOf } from '../table/rows';
import type { Row, Values } from '../table/columns';
import type { DispatchQueue } from './queue';

/** The cap that a row obeys; null for none. @throws InvalidParameterError for what is no cap */
export const limitOf = (row: Row): FrequencyLimit | null =>
	parseFrequencyCap(textOf(row.frequency_cap)).limit;

/** Who is written to: the same person in every form of the number. */
export function personOf({ recipient }: Pick<Row, 'recipient'>): string {
	const address = textOf(recipient) ?? '';
	const read = settleSync(() => parseRecipient(address).address);
	return sameRecipientKey(read.ok ? read.value : address);
}

/** What a run knows of the messages that count toward caps, for whether one more may go out. */
export interface SendsOfRecipients {
	/**
	 * When a row may go out by its cap, in milliseconds since 1970.
	 *
	 * @returns null if that is not known yet: others to its recipient are in flight, or a person has entered cap
	 *   or recipient since
	 */
	allowedFrom(row: Row, limit: FrequencyLimit, now: number): number | null;
}

/**
 * The messages that count toward the caps of a run's recipients: those in the table, read for all rows of a
 * page together, and those of the run itself. No other run begins any: this one has the account's lease.
 */
export class RecentSends implements SendsOfRecipients {
	/** By recipient: the rows that count, with their times in milliseconds since 1970. */
	private readonly counted = new Map<string, Map<number, number>>();
	/** What the run has begun. */
	private readonly noted = new Set<number>();
	/** Of these, not decided yet: one may come back unsent. */
	private readonly inFlight = new Set<number>();
	/** Recipients of whom the table was read. */
	private readonly known = new Set<string>();

	/** @param timeoutMs a request without an answer may be accepted until then */
	constructor(
		private readonly queue: Pick<DispatchQueue, 'recent'>,
		private readonly timeoutMs: number,
	) {}

	/** Reads what counts for those of the rows that obey a cap. `now` in milliseconds since 1970. */
	async read(rows: readonly Row[], now: number): Promise<void> {
		const capped = rows.flatMap((row) => {
			const limit = settleSync(() => limitOf(row));
			return limit.ok && limit.value !== null ? [{ row, limit: limit.value }] : [];
		});
		if (capped.length === 0) return;
		const persons = new Set(capped.map(({ row }) => personOf(row)));
		const written = capped.map(({ row }) => String(row.recipient));
		const forms = [...persons].flatMap(sameRecipientForms);
		const longest = Math.max(...capped.map(({ limit }) => limit.periodMs));
		const since = new Date(now - longest - this.timeoutMs).toISOString();
		const recent = await this.queue.recent([...new Set([...forms, ...written])], since);
		for (const row of recent) {
			// Of its own messages the run knows more than the table, to which results are written later.
			const at = this.noted.has(row.id) ? null : this.countsAt(row);
			if (at !== null) this.add(row, at);
		}
		for (const person of persons) this.known.add(person);
	}

	/** What a write of this run makes of a row: it is being sent, it was sent, or it was not. */
	note(row: Row, values: Values): void {
		const written = { ...row, ...values };
		this.noted.add(row.id);
		if (statusWord(written) === SENDING) this.inFlight.add(row.id);
		else this.inFlight.delete(row.id);
		const at = this.countsAt(written);
		if (at !== null) this.add(written, at);
		else this.counted.get(personOf(row))?.delete(row.id);
	}

	allowedFrom(row: Row, limit: FrequencyLimit, now: number): number | null {
		const person = personOf(row);
		if (!this.known.has(person)) return null;
		const others = [...(this.counted.get(person) ?? [])].filter(([id]) => id !== row.id);
		const from = (rows: typeof others) =>
			allowedFrom(
				limit,
				rows.map(([, at]) => at),
				now,
			);
		const certain = from(others.filter(([id]) => !this.inFlight.has(id)));
		// What would keep it may not go out after all, and must not hold or skip it for that.
		return from(others) === certain ? certain : null;
	}

	private add(row: Row, at: number): void {
		const person = personOf(row);
		const rows = this.counted.get(person) ?? new Map<number, number>();
		this.counted.set(person, rows.set(row.id, at));
	}

	/** When a row counts; null if it does not. What is in doubt counts until its request was over for certain. */
	private countsAt(row: Row): number | null {
		const word = statusWord(row);
		if (NOT_SENT.has(word)) return null;
		const cap = settleSync(() => parseFrequencyCap(textOf(row.frequency_cap)));
		if (cap.ok && !cap.value.counts) return null;
		const startedAt = msOf(row.send_started_at);
		const isInDoubt = startedAt > 0 && (word === SENDING || word === 'unconfirmed');
		const at = Math.max(msOf(row.sent_at), startedAt + (isInDoubt ? this.timeoutMs : 0));
		return at > 0 ? at : null;
	}
}

/** Statuses of messages that certainly went to nobody. */
const NOT_SENT: ReadonlySet<string> = new Set(['scheduled', 'failed', 'expired', 'cancelled']);

/** 0 for an empty or unreadable cell. */
const msOf = (cell: Row['sent_at']): number =>
	textOf(cell) === null ? 0 : new Date(String(cell)).getTime() || 0;
