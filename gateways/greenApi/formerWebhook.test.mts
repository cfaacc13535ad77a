import fc from 'fast-check';
import type { Credential } from '../gateway';
import type { RegistrationRecord } from '../webhooks';
import { greenApi } from '.';
import { sealInto, splitUrl, unseal } from './formerWebhook';
import { NetworkFailure, type Outcome } from '../transport/request';
import fresh from './fixtures/settings.json';
import { runs } from '../../test/proof.mts';
import { fakeGateway, ok } from '../../test/gateways/fakeGateway.mts';
import { credential, SECRET, TOKEN } from './testValues.mts';

const registration = greenApi.registration!;
const PRODUCTION = 'https://n8n.example/webhook/abc/webhook';
const TEST = 'https://n8n.example/webhook-test/abc/webhook';
const MOVED = 'https://moved.example/webhook/abc/webhook';

interface Owner {
	readonly url: string;
	readonly token: string;
}
const CRM: Owner = { url: 'https://user:pw@crm.example/hook?key=1', token: 'crm-secret' };

/** What happens to one `setSettings`. */
type Fate = 'taken' | 'responseLost' | 'requestLost' | 'responseLostThenOwnerEdits';

/** An instance, and n8n with two triggers' static data: production and *Listen for test event*. */
class World {
	settings: Record<string, unknown> = { ...fresh };
	owner: Owner = { url: '', token: '' };
	readonly records = new Map<string, RegistrationRecord>();
	fates: Fate[] = [];
	private edits = 0;

	constructor(public key: Credential = credential) {}

	private get connection() {
		return fakeGateway(greenApi, this.key, ({ url, body }): Outcome => {
			if (!url.includes('/setSettings')) return ok({ ...this.settings });
			const fate = this.fates.shift() ?? 'taken';
			if (fate !== 'requestLost') this.settings = { ...this.settings, ...body };
			if (fate === 'responseLostThenOwnerEdits') this.ownerEdits();
			return fate === 'taken'
				? ok({ saveSettings: true })
				: new NetworkFailure('broken', 'ECONNRESET');
		}).connection;
	}

	ownerEdits(
		owner: Owner = { url: `https://owner.example/${++this.edits}`, token: `t${this.edits}` },
	) {
		this.owner = owner;
		this.settings = { ...this.settings, webhookUrl: owner.url, webhookUrlToken: owner.token };
	}

	/** As n8n publishes: what `create` returns is saved only if it succeeded, and not even then always. */
	async publish(mode: string, url: string, { replaceExisting = true, saved = true } = {}) {
		const wanted = { url, secret: SECRET, replaceExisting };
		if (await registration.check(this.connection, wanted)) return;
		const record = this.records.get(mode) ?? null;
		const next = await registration.register(this.connection, wanted, record);
		if (saved) this.records.set(mode, structuredClone(next));
	}

	async unpublish(mode: string, url: string) {
		const record = this.records.get(mode) ?? null;
		await registration.remove(this.connection, { url }, record);
		this.records.delete(mode);
	}

	get url() {
		return String(this.settings.webhookUrl);
	}

	/** The owner's webhook, in place or in what stands in its place. Reads nothing but the settings. */
	recoverable(): boolean {
		let url = this.url;
		let token = String(this.settings.webhookUrlToken);
		for (;;) {
			if (url === this.owner.url && (url === '' || token === this.owner.token)) return true;
			const { sealed } = splitUrl(url);
			const kept = sealed === null ? null : unseal(sealed, this.key);
			// Where nothing was, nothing has to be kept.
			if (kept === null) return sealed === null && this.owner.url === '' && !url.includes('owner');
			url = String(kept.webhookUrl ?? '');
			token = String(kept.webhookUrlToken ?? '');
		}
	}
}

const inPlace = ({ settings }: World) => ({
	url: settings.webhookUrl,
	token: settings.webhookUrlToken,
});

it("is told from a URL's own query, and comes back as it was", () => {
	const former = { webhookUrl: CRM.url, webhookUrlToken: CRM.token, outgoingWebhook: 'no' };
	for (const url of [PRODUCTION, `${PRODUCTION}?a=1`, `${PRODUCTION}?former=x&b=2`]) {
		const split = splitUrl(sealInto(url, credential, former));
		expect(split.url).toBe(url);
		expect(unseal(split.sealed!, credential)).toEqual(former);
	}
});

it('shows nothing of what it keeps, nor of the token', () => {
	const url = sealInto(PRODUCTION, credential, { webhookUrl: CRM.url, webhookUrlToken: CRM.token });
	const { sealed } = splitUrl(url);
	const bytes = Buffer.from(sealed!, 'base64url').toString('latin1');
	for (const secret of ['crm.example', 'crm-secret', TOKEN.slice(0, 8)])
		expect(`${url}${bytes}`).not.toContain(secret);
});

it('cannot be read with another token, nor after it was changed', () => {
	const { sealed } = splitUrl(sealInto(PRODUCTION, credential, { webhookUrl: CRM.url }));
	expect(unseal(sealed!, { ...credential, greenApiToken: 'another' })).toBeNull();
	fc.assert(
		fc.property(fc.nat(sealed!.length - 2), fc.constantFrom('A', 'b', '_'), (at, letter) => {
			const changed = sealed!.slice(0, at) + letter + sealed!.slice(at + 1);
			if (changed !== sealed) expect(unseal(changed, credential)).toBeNull();
		}),
		runs(100),
	);
	for (const rubbish of ['', 'AAAA', 'x'.repeat(200)])
		expect(unseal(rubbish, credential)).toBeNull();
});

describe('without any record in n8n', () => {
	it('the webhook of the owner comes back after a lost response to setSettings', async () => {
		const world = new World();
		world.ownerEdits(CRM);
		world.fates = ['responseLost', 'responseLost', 'responseLost'];
		await world.publish('production', PRODUCTION).catch(() => undefined);
		world.records.clear();
		await world.publish('production', PRODUCTION, { saved: false });
		await world.unpublish('production', PRODUCTION);
		expect(inPlace(world)).toEqual(CRM);
		expect(world.settings).toEqual({ ...fresh, webhookUrl: CRM.url, webhookUrlToken: CRM.token });
	});

	it('the switches come back, too, where no webhook was', async () => {
		const world = new World();
		await world.publish('production', PRODUCTION, { saved: false });
		await world.unpublish('production', PRODUCTION);
		expect(world.settings).toEqual(fresh);
	});
});

it('a stale record restores nothing: what the URL keeps counts', async () => {
	const world = new World();
	world.ownerEdits(CRM);
	await world.publish('production', PRODUCTION);
	const stale = new Map(world.records);
	await world.unpublish('production', PRODUCTION);
	world.ownerEdits();
	const { owner } = world;
	await world.publish('production', PRODUCTION, { saved: false });
	world.records.set('production', stale.get('production')!);
	await world.unpublish('production', PRODUCTION);
	expect(inPlace(world)).toEqual(owner);
});

it('nor does it where our URL keeps nothing, such as one that a person has entered', async () => {
	const world = new World();
	world.ownerEdits(CRM);
	await world.publish('production', PRODUCTION);
	world.settings = { ...world.settings, webhookUrl: PRODUCTION };
	await world.unpublish('production', PRODUCTION);
	expect(inPlace(world)).toEqual({ url: '', token: '' });
});

it('a record of the first release, whose URL keeps nothing, is honoured and sealed', async () => {
	const world = new World();
	const previous = { webhookUrl: CRM.url, webhookUrlToken: CRM.token };
	const on = {
		outgoingWebhook: 'yes',
		outgoingMessageWebhook: 'yes',
		outgoingAPIMessageWebhook: 'yes',
	};
	world.settings = { ...fresh, ...on, webhookUrl: PRODUCTION, webhookUrlToken: 'old' };
	world.owner = CRM;
	world.records.set('production', { url: PRODUCTION, previous });
	await world.publish('production', PRODUCTION, { saved: false });
	expect(world.recoverable()).toBe(true);
	world.records.clear();
	await world.unpublish('production', PRODUCTION);
	expect(inPlace(world)).toEqual(CRM);
});

describe('the token of the instance was changed meanwhile', () => {
	const changed = async (saved: boolean) => {
		const world = new World();
		world.ownerEdits(CRM);
		await world.publish('production', PRODUCTION, { saved });
		world.key = { ...credential, greenApiToken: 'new' };
		return world;
	};

	it('n8n has its copy: it is restored by that', async () => {
		const world = await changed(true);
		await world.unpublish('production', PRODUCTION);
		expect(inPlace(world)).toEqual(CRM);
	});

	it('n8n has its copy: the next registration seals it with the new token', async () => {
		const world = await changed(true);
		world.settings = { ...world.settings, outgoingWebhook: 'no' };
		await world.publish('production', PRODUCTION, { saved: false });
		world.records.clear();
		await world.unpublish('production', PRODUCTION);
		expect(inPlace(world)).toEqual(CRM);
	});

	it('it has none: nothing is changed, and the error says what to do', async () => {
		const world = await changed(false);
		const before = world.url;
		await expect(world.unpublish('production', PRODUCTION)).rejects.toMatchObject({
			message: expect.stringContaining('cannot be restored'),
			details: { hint: expect.stringContaining('enter the earlier token in the credential') },
		});
		await world.publish('production', PRODUCTION, { saved: false });
		expect(world.url).toBe(before);
		world.key = credential;
		await world.unpublish('production', PRODUCTION);
		expect(inPlace(world)).toEqual(CRM);
	});

	it.each([
		['the same address', PRODUCTION],
		['another address', MOVED],
	])('it has none: publishing at %s makes no record of a free place', async (_, address) => {
		const world = await changed(false);
		world.settings = { ...world.settings, outgoingWebhook: 'no' };
		await world.publish('production', PRODUCTION);
		await world.publish('production', address);
		await expect(world.unpublish('production', address)).rejects.toThrow('cannot be restored');
		world.key = credential;
		await world.unpublish('production', address);
		expect(inPlace(world)).toEqual(CRM);
	});
});

describe('production and a test on the one place', () => {
	it('the test goes first: production has its webhook back, and the owner theirs after it', async () => {
		const world = new World();
		world.ownerEdits(CRM);
		await world.publish('production', PRODUCTION);
		const production = world.url;
		await world.publish('test', TEST);
		expect(splitUrl(world.url).url).toBe(TEST);
		await world.unpublish('test', TEST);
		expect(world.url).toBe(production);
		await world.unpublish('production', PRODUCTION);
		expect(inPlace(world)).toEqual(CRM);
	});

	it('production goes first: the test gives the place back to the owner', async () => {
		const world = new World();
		world.ownerEdits(CRM);
		await world.publish('production', PRODUCTION);
		await world.publish('test', TEST);
		await world.unpublish('production', PRODUCTION);
		expect(splitUrl(world.url).url).toBe(TEST);
		await world.unpublish('test', TEST);
		expect(world.settings).toEqual({ ...fresh, webhookUrl: CRM.url, webhookUrlToken: CRM.token });
	});
});

it('is removed under its former address, where that of n8n has changed', async () => {
	const world = new World();
	world.ownerEdits(CRM);
	await world.publish('production', PRODUCTION);
	await world.unpublish('production', MOVED);
	expect(inPlace(world)).toEqual(CRM);
});

it('refuses to make a URL that is too long, and changes nothing', async () => {
	const world = new World();
	world.ownerEdits({ url: `https://crm.example/${'x'.repeat(1_600)}`, token: 't' });
	const before = { ...world.settings };
	await expect(world.publish('production', PRODUCTION)).rejects.toMatchObject({
		kind: 'rejected',
		message: expect.stringContaining('longer than 2000 characters'),
	});
	expect(world.settings).toEqual(before);
});

it('does not undo what the owner did after a lost response', async () => {
	const world = new World();
	world.ownerEdits(CRM);
	world.fates = ['responseLostThenOwnerEdits'];
	await expect(
		world.publish('production', PRODUCTION, { replaceExisting: true }),
	).resolves.not.toThrow();
	const { owner } = world;
	await world.unpublish('production', PRODUCTION);
	expect(inPlace(world)).toEqual(owner);
	world.fates = ['responseLostThenOwnerEdits'];
	await world.publish('production', PRODUCTION);
	world.fates = ['responseLostThenOwnerEdits'];
	await world.unpublish('production', PRODUCTION);
	expect(inPlace(world)).toEqual(world.owner);
});

describe('wherever it is cut off', () => {
	const fates = fc.array(
		fc.constantFrom<Fate>('taken', 'responseLost', 'requestLost', 'responseLostThenOwnerEdits'),
		{ maxLength: 4 },
	);
	const step = fc.record({
		what: fc.constantFrom(
			'publish',
			'publish',
			'unpublish',
			'ownerEdits',
			'ownerClears',
			'n8nForgets',
		),
		mode: fc.constantFrom('production', 'test'),
		replaceExisting: fc.boolean(),
		saved: fc.boolean(),
		moved: fc.boolean(),
		fates,
	});

	const take = async (
		world: World,
		each: typeof step extends fc.Arbitrary<infer T> ? T : never,
	) => {
		const { what, mode, moved } = each;
		const url = mode === 'test' ? TEST : moved ? MOVED : PRODUCTION;
		world.fates = [...each.fates];
		const work =
			what === 'publish'
				? world.publish(mode, url, each)
				: what === 'unpublish'
					? world.unpublish(mode, url)
					: Promise.resolve();
		// A hook that throws is n8n's to repeat, or not.
		await work.catch(() => undefined);
		if (what === 'ownerEdits') world.ownerEdits();
		if (what === 'ownerClears') world.ownerEdits({ url: '', token: '' });
		if (what === 'n8nForgets') world.records.clear();
	};

	it("the owner's webhook is in place, or recoverable from the gateway's settings alone", async () => {
		await fc.assert(
			fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
				const world = new World();
				world.ownerEdits(CRM);
				for (const each of steps) {
					await take(world, each);
					expect(world.recoverable()).toBe(true);
				}
			}),
			runs(300),
		);
	});

	it('it is in place once both triggers are gone, whatever n8n forgot', async () => {
		const steps = fc.array(
			step.map((each) => ({ ...each, moved: false })),
			{ maxLength: 12 },
		);
		await fc.assert(
			fc.asyncProperty(steps, fc.boolean(), async (all, testFirst) => {
				const world = new World();
				world.ownerEdits(CRM);
				for (const each of all) await take(world, each);
				world.records.clear();
				world.fates = [];
				const modes: Array<[string, string]> = [
					['production', PRODUCTION],
					['test', TEST],
				];
				for (const [mode, url] of testFirst ? modes.reverse() : modes)
					await world.unpublish(mode, url);
				// A removal may have restored the other once more.
				for (const [mode, url] of modes) await world.unpublish(mode, url);
				expect(inPlace(world)).toEqual(world.owner);
			}),
			runs(300),
		);
	});
});
