/** A generator of numbers in [0, 1): mulberry32, small, and the same for the same seed everywhere. */
export function seededRandom(seed: number): () => number {
	let state = seed >>> 0;
	return () => {
		state = (state + 0x6d2b79f5) >>> 0;
		let mixed = Math.imul(state ^ (state >>> 15), state | 1);
		mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
		return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
	};
}

/** Ids in the vendors' forms, the same for the same seed. */
export class Ids {
	readonly #random: () => number;

	constructor(seed: number) {
		this.#random = seededRandom(seed);
	}

	/** Lower-case letters and digits. */
	token(length: number): string {
		return this.#pick('abcdefghijklmnopqrstuvwxyz0123456789', length);
	}

	/** Letters of both cases and digits. */
	mixed(length: number): string {
		return this.#pick('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789', length);
	}

	hex(length: number): string {
		return this.#pick('0123456789abcdef', length);
	}

	/** WhatsApp's own ids, as web clients make them: `3EB0ABC123456789`. */
	whatsApp(length = 16): string {
		return `3EB0${this.hex(length - 4).toUpperCase()}`;
	}

	uuid(): string {
		const variant = this.#pick('89ab', 1);
		return [this.hex(8), this.hex(4), `4${this.hex(3)}`, variant + this.hex(3), this.hex(12)].join(
			'-',
		);
	}

	/** A UUID as Laravel orders them: its first 48 bits count units of 10 µs since 1970. */
	orderedUuid(at: Date): string {
		const time = (at.getTime() * 100).toString(16).padStart(12, '0');
		return [time.slice(0, 8), time.slice(8), this.uuid().slice(14)].join('-');
	}

	/** A number in [0, 1). */
	fraction(): number {
		return this.#random();
	}

	#pick(alphabet: string, length: number): string {
		let text = '';
		for (let i = 0; i < length; i++) text += alphabet[Math.floor(this.#random() * alphabet.length)];
		return text;
	}
}
