import Ajv from 'ajv';
import { fakeGateway, ok } from '../../test/gateways/fakeGateway.mts';
import type { Credential } from '../gateway';
import { NetworkFailure, type Outcome } from '../transport/request';
import type { DesiredWebhook, RegistrationRecord } from '../webhooks';
import { evolutionApi } from '.';
import schemas from './fixtures/requests.schema.json';
import row from './fixtures/webhook.json';
import { FORMER_HEADER, sealedIn, unsealFormer } from './formerWebhook';
import { credentialOf, SECRET, wanted } from './testValues.mts';
import { readSettings } from './webhookSettings';

const validate = new Ajv({ strict: false }).compile(schemas['POST webhook/set']);
const registration = evolutionApi.registration!;

export type Row = Omit<typeof row, 'headers'> & { headers: Record<string, string> | null };

/** What happens to one `webhook/set`. */
export type Fate = 'taken' | 'responseLost' | 'requestLost' | 'responseLostThenOwnerEdits';

/** Another's webhook, as the table has it. */
export const theirs: Row = {
	...row,
	url: 'https://user:pw@crm.example/hook?key=1',
	headers: { 'X-Crm': 'crm-secret' },
	events: ['MESSAGES_UPSERT', 'CALL'],
};

export const ours: Row = {
	...row,
	url: wanted.url,
	headers: { Authorization: `Bearer ${SECRET}` },
	events: ['MESSAGES_UPDATE', 'SEND_MESSAGE', 'MESSAGES_DELETE'],
	webhookBase64: false,
};

/** What a place is for: without what the table adds, and without what ours keeps in it. */
export const used = (place: Row | null) => {
	if (place === null) return null;
	const { url, enabled, events, webhookByEvents, webhookBase64 } = place;
	const headers = Object.entries(place.headers ?? {}).filter(([name]) => name !== FORMER_HEADER);
	return {
		url,
		enabled,
		events: [...events].sort(),
		webhookByEvents,
		webhookBase64,
		headers: Object.fromEntries(headers),
	};
};

/** An instance whose table changes as the server changes it (webhook.controller.ts, `set`). */
export class Instance {
	place: Row | null;
	fates: Fate[] = [];
	readonly written: unknown[] = [];
	onLost = () => {};

	constructor(
		place: Row | null,
		public credential: Credential = credentialOf(),
		private readonly version = '2.3.7',
	) {
		this.place = place;
	}

	/** For each call another object: as n8n hands out its credential for each run. */
	connection() {
		const answer = (url: string, body: Record<string, unknown> | undefined): Outcome => {
			if (url === '/') return ok({ version: this.version });
			if (url.startsWith('/webhook/find/')) return ok(this.place);
			return this.#set(body!);
		};
		const credential = { ...this.credential };
		return fakeGateway(evolutionApi, credential, ({ url, body }) => answer(url, body)).connection;
	}

	#set(body: Record<string, unknown>): Outcome {
		expect(validate(body) ? [] : validate.errors).toEqual([]);
		this.written.push(structuredClone(body));
		const fate = this.fates.shift() ?? 'taken';
		if (fate !== 'requestLost') this.set(body.webhook as never);
		if (fate === 'responseLostThenOwnerEdits') this.onLost();
		return fate === 'taken' ? ok(this.place, 201) : new NetworkFailure('broken', 'ECONNRESET');
	}

	/** Names that are absent keep what is there; turned off, it loses its events. */
	set(webhook: {
		enabled: boolean;
		url: string;
		events: string[];
		headers?: Record<string, string>;
		byEvents?: boolean;
		base64?: boolean;
	}): void {
		const before = this.place ?? { ...row, headers: null, webhookBase64: false };
		this.place = {
			...before,
			url: webhook.url,
			enabled: webhook.enabled,
			events: webhook.enabled ? webhook.events : [],
			// As Postgres keeps it: the names in another order.
			headers:
				webhook.headers === undefined
					? before.headers
					: (Object.fromEntries(Object.entries(webhook.headers).reverse()) as never),
			webhookByEvents: webhook.byEvents ?? before.webhookByEvents,
			webhookBase64: webhook.base64 ?? before.webhookBase64,
		};
	}

	async check(more: Partial<DesiredWebhook> = {}) {
		return await registration.check(this.connection(), { ...wanted, ...more });
	}

	async register(
		more: Partial<DesiredWebhook> = {},
		previous: RegistrationRecord | null = null,
	): Promise<RegistrationRecord> {
		const record = await registration.register(this.connection(), { ...wanted, ...more }, previous);
		// As n8n saves it.
		return JSON.parse(JSON.stringify(record)) as RegistrationRecord;
	}

	async remove(record: RegistrationRecord | null, url = wanted.url) {
		await registration.remove(this.connection(), { url }, record);
	}

	/** The webhook that the present one is to restore; null where none can be read. */
	kept() {
		if (this.place === null) return null;
		const { place } = this;
		const sealed = sealedIn(readSettings({ ...place, headers: place.headers ?? {} } as never));
		return sealed === null ? null : unsealFormer(sealed, this.credential).former;
	}
}
