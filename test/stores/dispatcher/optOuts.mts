import { seededRandom } from '../../../sandbox/random.mts';
import {
	accountScope,
	DO_NOT_CONTACT_COLUMNS,
	type DoNotContactColumn,
} from '../../../stores/doNotContact/columns';
import type { SendingAccount } from '../../../stores/table/rows';
import { MemoryTable } from '../table/memoryTable.mts';
import type { VirtualTime } from './virtualTime.mts';

/** When somebody was on the list: milliseconds since 1970. */
export interface Listing {
	readonly from: number;
	/** Infinite while they are. */
	to: number;
}

/** A request to send, and when the start of its message was written last. */
export interface Asked {
	readonly id: number;
	readonly at: number;
	readonly markedAt: number;
}

/** The people of a simulated day who opt out and in, with a random source of its own. */
export class OptOuts {
	readonly list = new MemoryTable<DoNotContactColumn>(
		DO_NOT_CONTACT_COLUMNS.map(({ name }) => name),
	);
	readonly listings = new Map<string, Listing[]>();
	readonly asked: Asked[] = [];
	/** When the start of a row was last written, or about to be. */
	readonly markedAt = new Map<number, number>();
	readonly ignores: (id: number) => boolean;

	constructor(
		seed: number,
		private readonly time: VirtualTime,
		private readonly sender: SendingAccount,
	) {
		const random = seededRandom(seed ^ 0x0b70);
		const ignoring = new Set<number>();
		this.ignores = (id) => ignoring.has(id);
		this.begin = (messages) => {
			for (const { id } of messages) if (random() < 0.1) ignoring.add(id);
			// About when the messages are due, so that some come right in between.
			for (const { recipient, sendAt } of messages) {
				if (random() < 0.4) continue;
				const at = sendAt + Math.floor((random() * 2 - 1.2) * 90_000);
				const isOther = random() < 0.1;
				const delay = Math.max(0, at - time.now());
				void time.sleep(delay).then(() => this.toggle(recipient, isOther, random() < 0.5));
			}
		};
	}

	/** Lets people come and go all day. */
	readonly begin: (
		messages: ReadonlyArray<{
			readonly id: number;
			readonly recipient: string;
			readonly sendAt: number;
		}>,
	) => void;

	/** Takes effect at once, as an access of another execution that has just ended. */
	private toggle(person: string, isOther: boolean, isAll: boolean): void {
		const account = isOther ? 'nobody' : this.sender.account;
		const scope = isAll && !isOther ? 'all' : accountScope({ ...this.sender, account });
		const rows = [...this.list.rows.values()].filter((row) => row.person === person);
		const ofScope = rows.filter((row) => row.scope === scope);
		if (ofScope.length > 0) ofScope.forEach(({ id }) => this.list.rows.delete(id));
		else void this.list.insert([{ person, scope }]);
		if (isOther) return;
		const others = rows.some(
			(row) => row.scope !== scope && !String(row.scope).endsWith('/nobody'),
		);
		// Another entry holds all the same.
		if (others) return;
		const listings = this.listings.get(person) ?? [];
		this.listings.set(person, listings);
		if (ofScope.length > 0) listings.at(-1)!.to = this.time.now();
		else listings.push({ from: this.time.now(), to: Infinity });
	}
}
