import fc from 'fast-check';
import { runs } from '../../test/proof.mts';
import type { RegistrationRecord } from '../webhooks';
import { sealedIn, unsealFormer } from './formerWebhook';
import { Instance, theirs, used, type Fate, type Row } from './testInstance.mts';
import { credentialOf, KEY } from './testValues.mts';
import { readSettings, type WebhookSettings } from './webhookSettings';

const PRODUCTION = 'https://n8n.example/webhook/abc/webhook';
const TEST = 'https://n8n.example/webhook-test/abc/webhook';
const MOVED = 'https://moved.example/webhook/abc/webhook';

const settingsOf = (row: Row): WebhookSettings =>
	readSettings({
		...row,
		headers: row.headers ?? {},
		byEvents: row.webhookByEvents,
		base64: row.webhookBase64,
	} as never);

/** An instance, and n8n with two triggers' static data: production and *Listen for test event*. */
class World {
	readonly instance = new Instance(null);
	owner: Row | null = null;
	readonly records = new Map<string, RegistrationRecord>();
	#edits = 0;

	constructor() {
		this.instance.onLost = () => this.ownerEdits();
	}

	/** Writes all names, as the owner's own tool does. */
	ownerEdits(row: Row = this.#another()) {
		this.owner = row;
		const { url, headers, enabled, events, webhookByEvents, webhookBase64 } = row;
		this.instance.set({
			url,
			enabled,
			events,
			headers: headers ?? {},
			byEvents: webhookByEvents,
			base64: webhookBase64,
		});
	}

	ownerClears() {
		this.ownerEdits({
			...theirs,
			url: '',
			enabled: false,
			events: [],
			headers: {},
			webhookBase64: false,
		});
	}

	#another(): Row {
		const count = String(++this.#edits);
		return { ...theirs, url: `https://owner.example/${count}`, headers: { 'X-Owner': count } };
	}

	/** As n8n publishes: what `create` returns is saved only if it succeeded, and not even then always. */
	async publish(mode: string, url: string, { replaceExisting = true, saved = true } = {}) {
		if (await this.instance.check({ url, replaceExisting })) return;
		const record = this.records.get(mode) ?? null;
		const next = await this.instance.register({ url, replaceExisting }, record);
		if (saved) this.records.set(mode, next);
	}

	async unpublish(mode: string, url: string) {
		await this.instance.remove(this.records.get(mode) ?? null, url);
		this.records.delete(mode);
	}

	/** Whether the owner's webhook is in place, or in what stands in its place; by the table alone. */
	recoverable(): boolean {
		const { place, credential } = this.instance;
		if (place === null) return this.owner === null;
		let settings = settingsOf(place);
		for (;;) {
			if (this.owner !== null && settings.url === this.owner.url) {
				return JSON.stringify(settings.headers) === JSON.stringify(this.owner.headers);
			}
			const sealed = sealedIn(settings);
			const former = sealed === null ? null : unsealFormer(sealed, credential).former;
			// Where nothing was, nothing has to be kept.
			if (former === null) return this.owner === null || this.owner.url === '';
			settings = former;
		}
	}

	inPlace(): boolean {
		const { place } = this.instance;
		if (this.owner === null) return place === null || place.url === '';
		return JSON.stringify(used(place)) === JSON.stringify(used(this.owner));
	}
}

const world = () => {
	const made = new World();
	made.ownerEdits(theirs);
	return made;
};

it('comes back after lost answers to `webhook/set`, without any record in n8n', async () => {
	const there = world();
	there.instance.fates = ['responseLost', 'responseLost', 'responseLost'];
	await there.publish('production', PRODUCTION).catch(() => undefined);
	there.records.clear();
	await there.publish('production', PRODUCTION, { saved: false });
	await there.unpublish('production', PRODUCTION);
	expect(there.inPlace()).toBe(true);
});

it('a stale record restores nothing: what our webhook keeps counts', async () => {
	const there = world();
	await there.publish('production', PRODUCTION);
	const stale = new Map(there.records);
	await there.unpublish('production', PRODUCTION);
	there.ownerEdits();
	await there.publish('production', PRODUCTION, { saved: false });
	there.records.set('production', stale.get('production')!);
	await there.unpublish('production', PRODUCTION);
	expect(there.inPlace()).toBe(true);
});

it('is removed under its former URL, where that of n8n has changed', async () => {
	const there = world();
	await there.publish('production', PRODUCTION);
	await there.unpublish('production', MOVED);
	expect(there.inPlace()).toBe(true);
});

describe('the key of the credential was changed meanwhile', () => {
	const changed = async (saved: boolean) => {
		const there = world();
		await there.publish('production', PRODUCTION, { saved });
		there.instance.credential = credentialOf({ evolutionApiKey: 'new-key' });
		return there;
	};

	it('n8n has its copy: it is restored by that', async () => {
		const there = await changed(true);
		await there.unpublish('production', PRODUCTION);
		expect(there.inPlace()).toBe(true);
	});

	it('it has none: nothing is changed, and the error says what to do', async () => {
		const there = await changed(false);
		const before = structuredClone(there.instance.place);
		await expect(there.unpublish('production', PRODUCTION)).rejects.toMatchObject({
			message: expect.stringContaining('cannot be restored'),
			details: { hint: expect.stringContaining('enter the earlier key in the credential') },
		});
		await there.publish('production', PRODUCTION, { saved: false });
		expect(there.instance.place).toEqual(before);
		there.instance.credential = credentialOf({ evolutionApiKey: KEY });
		await there.unpublish('production', PRODUCTION);
		expect(there.inPlace()).toBe(true);
	});

	it.each([
		['the same URL', PRODUCTION],
		['another URL', MOVED],
	])('it has none: publishing at %s makes no record of a free place', async (_, url) => {
		const there = await changed(false);
		there.instance.place = { ...there.instance.place!, webhookBase64: true };
		await there.publish('production', PRODUCTION);
		await there.publish('production', url);
		await expect(there.unpublish('production', url)).rejects.toThrow('cannot be restored');
		there.instance.credential = credentialOf({ evolutionApiKey: KEY });
		await there.unpublish('production', url);
		expect(there.inPlace()).toBe(true);
	});
});

describe('production and a test in the one place', () => {
	it('the test goes first: production has its webhook back, and the owner theirs after it', async () => {
		const there = world();
		await there.publish('production', PRODUCTION);
		const production = used(there.instance.place);
		await there.publish('test', TEST);
		expect(there.instance.place!.url).toBe(TEST);
		await there.unpublish('test', TEST);
		expect(used(there.instance.place)).toEqual(production);
		await there.unpublish('production', PRODUCTION);
		expect(there.inPlace()).toBe(true);
	});

	it('production goes first: the test gives the place back to the owner', async () => {
		const there = world();
		await there.publish('production', PRODUCTION);
		await there.publish('test', TEST);
		await there.unpublish('production', PRODUCTION);
		expect(there.instance.place!.url).toBe(TEST);
		await there.unpublish('test', TEST);
		expect(there.inPlace()).toBe(true);
	});
});

it('does not undo what the owner did after a lost answer', async () => {
	const there = world();
	there.instance.fates = ['responseLostThenOwnerEdits'];
	await there.publish('production', PRODUCTION);
	await there.unpublish('production', PRODUCTION);
	expect(there.inPlace()).toBe(true);
	await there.publish('production', PRODUCTION);
	there.instance.fates = ['responseLostThenOwnerEdits'];
	await there.unpublish('production', PRODUCTION);
	expect(there.inPlace()).toBe(true);
});

describe('wherever it is cut off', () => {
	const fates = fc.array(
		fc.constantFrom<Fate>('taken', 'responseLost', 'requestLost', 'responseLostThenOwnerEdits'),
		{ maxLength: 4 },
	);
	const step = fc.record({
		what: fc.constantFrom('publish', 'publish', 'unpublish', 'ownerEdits', 'ownerClears', 'forget'),
		mode: fc.constantFrom('production', 'test'),
		replaceExisting: fc.boolean(),
		saved: fc.boolean(),
		moved: fc.boolean(),
		fates,
	});

	const take = async (
		there: World,
		each: typeof step extends fc.Arbitrary<infer T> ? T : never,
	) => {
		const { what, mode, moved } = each;
		const url = mode === 'test' ? TEST : moved ? MOVED : PRODUCTION;
		there.instance.fates = [...each.fates];
		// A hook that throws is n8n's to repeat, or not.
		if (what === 'publish') await there.publish(mode, url, each).catch(() => undefined);
		if (what === 'unpublish') await there.unpublish(mode, url).catch(() => undefined);
		if (what === 'ownerEdits') there.ownerEdits();
		if (what === 'ownerClears') there.ownerClears();
		if (what === 'forget') there.records.clear();
	};

	it("the owner's webhook is in place, or recoverable from the instance alone", async () => {
		await fc.assert(
			fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
				const there = world();
				for (const each of steps) {
					await take(there, each);
					expect(there.recoverable()).toBe(true);
				}
			}),
			runs(200),
		);
	}, 60_000);

	it('it is in place once both triggers are gone, whatever n8n forgot', async () => {
		const steps = fc.array(
			step.map((each) => ({ ...each, moved: false })),
			{ maxLength: 12 },
		);
		await fc.assert(
			fc.asyncProperty(steps, fc.boolean(), async (all, testFirst) => {
				const there = world();
				for (const each of all) await take(there, each);
				there.records.clear();
				there.instance.fates = [];
				const modes: Array<[string, string]> = [
					['production', PRODUCTION],
					['test', TEST],
				];
				for (const [mode, url] of testFirst ? modes.reverse() : modes) {
					await there.unpublish(mode, url);
				}
				// A removal may have restored the other once more.
				for (const [mode, url] of modes) await there.unpublish(mode, url);
				expect(there.inPlace()).toBe(true);
			}),
			runs(200),
		);
	}, 60_000);
});
