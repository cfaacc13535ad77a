import { createHmac } from 'node:crypto';

import axios from 'axios';

import type { DialectContext } from '../../sandbox/dialect.mts';
import type { Json } from '../../sandbox/types.mts';
import type { RetryPolicy } from '../../sandbox/webhooks.mts';

/** Where a callback can stand; the most specific wins. */
export type Place = 'phone_number' | 'whatsapp_business_account' | 'application';
const order: readonly Place[] = ['phone_number', 'whatsapp_business_account', 'application'];

const maxUrlLength = 200;

/** The most updates in one webhook. */
const maxBatch = 1000;

const week = 7 * 24 * 3_600_000;

/** Only 200 counts; else at once, then less and less often for seven days. undocumented: the pauses */
const policy: RetryPolicy = {
	accepts: (status) => status === 200,
	pauseMs: (attempt) => {
		const pause = attempt === 1 ? 0 : 30_000 * 2 ** (attempt - 2);
		return pause < week / 2 ? pause : undefined;
	},
	blocking: false,
	timeoutMs: 30_000, // undocumented
};

/** Other characters than ASCII go out as escapes, which the signature is over. */
export const escaped = (body: unknown): string =>
	JSON.stringify(body).replace(
		/[\u0080-\uffff]/g,
		(character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
	);

/** The callbacks of a number, and what goes out to them: signed, and in batches where a test says so. */
export class Callbacks {
	/** Whether the app gets webhooks of the account. */
	isSubscribed = true;
	/** Sandbox milliseconds during which updates are gathered into one webhook; 0 sends each by itself. */
	batchMs = 0;
	readonly #urls = new Map<Place, string>();
	#waiting: Json[] = [];

	constructor(
		private readonly kit: DialectContext,
		private readonly appSecret: string,
	) {}

	set(place: Place, url: string): void {
		if (url === '') this.#urls.delete(place);
		else this.#urls.set(place, url);
	}

	/** As `webhook_configuration` shows them; unset ones are absent. */
	get configuration(): Json {
		return Object.fromEntries(
			order.filter((place) => this.#urls.has(place)).map((place) => [place, this.#urls.get(place)]),
		);
	}

	/** Where webhooks go. */
	get url(): string | undefined {
		const place = order.find((each) => this.#urls.has(each));
		return place && this.#urls.get(place);
	}

	/**
	 * What Meta does when an address is entered: it calls it.
	 *
	 * @returns why it is refused, or undefined
	 */
	async problemOf(url: string, token: string): Promise<string | undefined> {
		if (!URL.canParse(url) || url.length > maxUrlLength) return 'Invalid parameter';
		const challenge = String(Math.floor(this.kit.ids.fraction() * 2 ** 31));
		const params = {
			'hub.mode': 'subscribe',
			'hub.challenge': challenge,
			'hub.verify_token': token,
		};
		const answer = await axios
			.get<string>(url, {
				params,
				responseType: 'text',
				transformResponse: (text: string) => text,
				validateStatus: () => true,
				timeout: 10_000,
				proxy: false,
			})
			.catch(() => undefined);
		if (answer?.status === 200 && answer.data === challenge) return undefined;
		return `Callback verification failed with the following errors: HTTP Status Code = ${answer?.status ?? 0}`;
	}

	/** One change: a value of the field `messages`, of this number. */
	tell(event: string, change: Json, orderingKey: string): void {
		if (this.batchMs === 0) return this.post(event, this.#envelope([change]), orderingKey);
		this.#waiting.push(change);
		if (this.#waiting.length === 1) this.kit.clock.after(this.batchMs, () => this.#flush());
	}

	/** Any body, signed as the vendor signs. */
	post(event: string, body: unknown, orderingKey = ''): void {
		const url = this.url;
		if (url === undefined || !this.isSubscribed) return;
		const text = escaped(body);
		const signature = createHmac('sha256', this.appSecret).update(text).digest('hex');
		this.kit.webhooks.deliver({
			gateway: this.kit.id,
			event,
			url,
			headers: { 'x-hub-signature-256': `sha256=${signature}` },
			body,
			text,
			orderingKey,
			policy,
		});
	}

	#flush(): void {
		const changes = this.#waiting;
		this.#waiting = [];
		for (let start = 0; start < changes.length; start += maxBatch) {
			this.post('messages', this.#envelope(changes.slice(start, start + maxBatch)), 'batch');
		}
	}

	#envelope(values: readonly Json[]): Json {
		const changes = values.map((value) => ({ value, field: 'messages' }));
		return { object: 'whatsapp_business_account', entry: [{ id: wabaId, changes }] };
	}
}

/** The account's id, as the vendor's samples have it. */
export const wabaId = '102290129340398';
