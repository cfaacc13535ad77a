import type { DoNotContactEntry } from '../../messages/doNotContact';
import { MAX_PEOPLE } from './columns';
import type { Listed } from './listed';

/** An older answer is asked for again: sending to many may take hours. */
const MAX_AGE_MS = 10_000;

/**
 * Who of a run's recipients is on the list: each look also takes those whose turn is next, so that few
 * accesses serve all, and an answer is seconds old when its message is sent.
 */
export class LookAhead {
	private readonly order: string[] = [];
	private readonly places = new Map<string, number>();
	private readonly answers = new Map<string, Answer>();
	private looking: Promise<ReadonlyMap<string, Answer>> | null = null;

	/** @param look reads the list, for at most 450 people; @param now milliseconds since 1970 */
	constructor(
		private readonly look: (people: readonly string[]) => Promise<Listed>,
		private readonly now: () => number,
	) {}

	/** Somebody who will be asked for, in the order of their turns. */
	expect(person: string): void {
		if (this.places.has(person)) return;
		this.places.set(person, this.order.push(person) - 1);
	}

	/** The entry of a person; null if there is none. @throws if the list cannot be read */
	async find(person: string): Promise<DoNotContactEntry | null> {
		this.expect(person);
		for (;;) {
			const known = this.answers.get(person);
			if (known !== undefined && this.isFresh(known)) return known.entry;
			this.looking ??= this.lookFrom(person).finally(() => (this.looking = null));
			const found = (await this.looking).get(person);
			if (found !== undefined) return found.entry;
		}
	}

	private isFresh = ({ at }: Answer): boolean => this.now() - at <= MAX_AGE_MS;

	private async lookFrom(person: string): Promise<ReadonlyMap<string, Answer>> {
		const at = this.now();
		const people: string[] = [];
		for (let place = this.places.get(person)!; place < this.order.length; place++) {
			const known = this.answers.get(this.order[place]);
			if (known === undefined || !this.isFresh(known)) people.push(this.order[place]);
			if (people.length === MAX_PEOPLE) break;
		}
		const listed = await this.look(people);
		const found = new Map<string, Answer>();
		for (const one of people) found.set(one, { entry: listed.get(one) ?? null, at });
		for (const [one, answer] of found) this.answers.set(one, answer);
		return found;
	}
}

interface Answer {
	readonly entry: DoNotContactEntry | null;
	/** When it was asked for: milliseconds since 1970. */
	readonly at: number;
}
