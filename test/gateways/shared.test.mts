/** What several gateways share, each by itself. */
import { isOptOut, isWindowClosed } from '../../gateways/capabilityChecks';
import { changeSettings } from '../../gateways/changeSettings';
import { gapLabel } from '../../gateways/gapLabel';
import type { Gateway } from '../../gateways/gateway';
import { notPending } from '../../gateways/notPending';
import { gateways } from '../../gateways/registry';
import { seal, unseal } from '../../gateways/sealedRecord';
import { CLOCK_SKEW_MS, mayComeOf, type ListedMessage } from '../../gateways/sentBefore';
import { statusUrlOf } from '../../gateways/statusUrl';
import { GatewayError } from '../../gateways/transport/gatewayError';
import { withoutFiles } from '../../gateways/withoutFiles';
import type { OutgoingMessage } from '../../messages/message';
import { parseRecipient } from '../../messages/recipient';
import type { ScheduledMessage } from '../../messages/scheduledMessage';
import { STATUS_NAMES } from '../../messages/status';

const SINCE = Date.parse('2026-02-01T12:00:00.000Z');
const iso = (ms: number) => new Date(ms).toISOString();

describe('a message in a vendor’s list', () => {
	const sent: OutgoingMessage = {
		recipient: parseRecipient('+919988066776'),
		type: 'document',
		text: null,
		mediaUrl: 'https://files.example/a.pdf',
		caption: ' The\r\nmenu ',
		fileName: 'menu.pdf',
		template: null,
		reference: null,
		idempotencyKey: 'k',
	};
	const listed: ListedMessage = {
		recipient: parseRecipient('919988066776@c.us'),
		type: 'document',
		text: null,
		caption: 'The\nmenu',
		fileName: 'menu.pdf',
		acceptedAt: iso(SINCE),
	};

	it.each<[string, Partial<ListedMessage>, boolean]>([
		['as it is', {}, true],
		['by a clock five minutes behind', { acceptedAt: iso(SINCE - CLOCK_SKEW_MS) }, true],
		['that is older', { acceptedAt: iso(SINCE - CLOCK_SKEW_MS - 1) }, false],
		['of no known time', { acceptedAt: null }, false],
		['to somebody else', { recipient: parseRecipient('+919988066777') }, false],
		['of another type', { type: 'image' }, false],
		['with a text', { text: 'Hello' }, false],
		['with an empty text', { text: ' ' }, true],
		['with another caption', { caption: 'The menu' }, false],
		['without a name', { fileName: null }, true],
		['with another name', { fileName: 'bill.pdf' }, false],
		['of a template', { template: { name: 'a', language: null, variables: {} } }, false],
	])('%s may be what was sent: %s', (_, more, expected) => {
		expect(mayComeOf(sent, { ...listed, ...more }, SINCE)).toBe(expected);
	});

	it('has a name that counts of a document only, and if it was given one', () => {
		expect(mayComeOf({ ...sent, fileName: null }, listed, SINCE)).toBe(true);
		const image = { ...sent, type: 'image' } as const;
		const other = { ...listed, type: 'image', fileName: 'x.png' } as const;
		expect(mayComeOf(image, other, SINCE)).toBe(true);
	});
});

it.each<[string | undefined, string | null, string | null]>([
	['https://n8n.example/hook', null, 'https://n8n.example/hook'],
	['https://n8n.example/hook', 'order 7&8', 'https://n8n.example/hook?reference=order+7%268'],
	['https://n8n.example/hook?a=1&reference=x', '7', 'https://n8n.example/hook?a=1&reference=7'],
	['', '7', null],
	['no url', '7', null],
	[undefined, '7', null],
])('the statuses of a message go from %j with %j to %s', (statusUrl, reference, expected) => {
	const credential = statusUrl === undefined ? {} : { statusUrl };
	expect(statusUrlOf(credential, reference)).toBe(expected);
});

describe('a change of settings', () => {
	const lost = () => new GatewayError('timedOut', 'lost', { outcomeUnknown: true });
	/** A place with a value, whose writes fail as told; `true`: it is written all the same. */
	function place(...failures: Array<[error: Error, isWritten: boolean]>) {
		let value = 'old';
		let [reads, writes] = [0, 0];
		const change = async () =>
			await changeSettings({
				fetch: async () => {
					reads++;
					return value;
				},
				plan: (now) => ({ change: now === 'new' ? null : 'new', result: `was ${now}` }),
				save: async (next: string) => {
					const failure = failures[writes++];
					if (failure === undefined || failure[1]) value = next;
					if (failure !== undefined) throw failure[0];
				},
			});
		return { change, value: () => value, counts: () => [reads, writes] };
	}

	it('is read, planned and written once', async () => {
		const { change, value, counts } = place();
		expect(await change()).toBe('was old');
		expect([value(), counts()]).toEqual(['new', [1, 1]]);
		expect(await change()).toBe('was new');
		expect(counts()).toEqual([2, 1]);
	});

	it('is read again after a lost answer, and not written twice', async () => {
		const { change, counts } = place([lost(), true]);
		expect(await change()).toBe('was new');
		expect(counts()).toEqual([2, 1]);
	});

	it('is written again where it was not written', async () => {
		const { change, value, counts } = place([lost(), false], [lost(), false]);
		expect(await change()).toBe('was old');
		expect([value(), counts()]).toEqual(['new', [3, 3]]);
	});

	it('is given up after the third lost answer, and at once after a refusal', async () => {
		const thrice = place([lost(), false], [lost(), false], [lost(), false]);
		await expect(thrice.change()).rejects.toThrow('lost');
		expect(thrice.counts()).toEqual([3, 3]);
		const refused = place([new GatewayError('rejected', 'no'), false]);
		await expect(refused.change()).rejects.toThrow('no');
		expect(refused.counts()).toEqual([1, 1]);
	});
});

describe('what becomes an event’s raw', () => {
	it('has no files, previews and secrets, and all the rest', () => {
		const body = {
			a: [{ base64: 'AAAA', kept: 1 }, 'x', null],
			jpegThumbnail: 'AAAA',
			messageSecret: { 0: 1 },
			preview: 'B',
			deep: { messageSecret: 7, b: false },
		};
		const rest = { a: [{ kept: 1 }, 'x', null], deep: { b: false } };
		expect(withoutFiles(body)).toEqual({ ...rest, preview: 'B' });
		expect(withoutFiles(body, ['preview'])).toEqual(rest);
	});

	it('is cut off where it is deeper than any webhook, in lists and in objects', () => {
		const deep = (levels: number, wrap: (inner: unknown) => unknown): unknown =>
			levels === 0 ? 'end' : wrap(deep(levels - 1, wrap));
		for (const [wrap, empty] of [
			[(inner: unknown) => [inner], []],
			[(inner: unknown) => ({ inner }), {}],
		] as const) {
			expect(withoutFiles(deep(40, wrap))).toEqual(deep(40, wrap));
			const cut = JSON.stringify(withoutFiles(deep(60, wrap)));
			expect(cut).not.toContain('end');
			const inside = (levels: number): unknown => (levels === 0 ? empty : wrap(inside(levels - 1)));
			expect(cut).toBe(JSON.stringify(inside(40)));
		}
	});

	it('keeps a key that is called as the prototype', () => {
		const body: unknown = JSON.parse('{"__proto__":{"a":1}}');
		expect(JSON.stringify(withoutFiles(body))).toBe('{"__proto__":{"a":1}}');
	});
});

it.each([
	['Hello {{1}}!', 6, '{{1}}: Hello {{1}}!'],
	['{{name}}', 0, '{{name}}: {{name}}'],
	['a\nb {{1}}\tc', 4, '{{1}}: a b {{1}} c'],
	[
		`${'x'.repeat(26)} abc{{1}}${'y'.repeat(20)}`,
		30,
		`{{1}}: ${'x'.repeat(26)} abc{{1}}${'y'.repeat(20)}`,
	],
	[
		'Your appointment with Doctor Smith is {{1}} at noon on that very day',
		38,
		'{{1}}: …with Doctor Smith is {{1}} at noon on that…',
	],
])('the label of a gap in %j at %d', (text, at, label) => expect(gapLabel(text, at)).toBe(label));

describe('a message that can no longer be changed', () => {
	const message: ScheduledMessage = {
		scheduleId: 'id-1',
		gateway: 'fake',
		storedIn: 'gateway',
		account: 'a',
		recipient: parseRecipient('+919988066776'),
		type: 'text',
		text: 'Your table is ready for you now, Ana',
		mediaUrl: null,
		caption: null,
		fileName: null,
		template: null,
		scheduledAt: null,
		status: 'sent',
		gatewayStatus: 'SENT',
		createdAt: null,
		messageId: null,
		reference: null,
		failure: null,
		raw: null,
	};
	const words = (more: Partial<ScheduledMessage>, verb = 'cancelled') =>
		notPending('Night Owl', { ...message, ...more }, verb).message;

	it('says what became of it, by its status', () => {
		const states: Record<string, string> = {
			cancelled: 'it is already cancelled',
			failed: 'it could not be sent',
			deleted: 'it was deleted',
			expired: 'it expired',
			unconfirmed: 'it may have been sent already: the outcome is unknown',
			unknown: 'its status is unknown',
		};
		for (const status of STATUS_NAMES) {
			const state = states[status] ?? 'it is already being sent or was sent';
			expect(words({ status, gatewayStatus: null })).toBe(
				`The scheduled message "id-1" can no longer be cancelled: ${state}`,
			);
		}
	});

	it('is named as people know it, where n8n stores it', () => {
		expect(words({}, 'rescheduled')).toMatch(
			/^The scheduled message "id-1".* \(Night Owl: "SENT"\)$/,
		);
		const stored = { storedIn: 'n8n' } as const;
		expect(words(stored)).toMatch(
			/^The message "Your table is ready for you no…" to \+919988066776 \("id-1"\) can.* \(in the table: "SENT"\)$/,
		);
		expect(words({ ...stored, text: null, caption: 'Menu' })).toContain('message "Menu" to');
		expect(words({ ...stored, text: null })).toContain('message "text" to');
		expect(words({ ...stored, recipient: null })).toContain('no…" ("id-1")');
		const group = parseRecipient('120363039326117111@g.us');
		expect(words({ ...stored, recipient: group })).toContain('to 120363039326117111@g.us (');
	});

	it('says how to leave it out of a cancellation', () => {
		const hint = (verb: string) => notPending('x', message, verb).details.hint;
		expect(hint('cancelled')).toContain('"Return Unchanged"');
		expect(hint('rescheduled')).not.toContain('"Return Unchanged"');
		expect(notPending('x', message, 'cancelled').kind).toBe('notPending');
	});
});

describe('a sealed record', () => {
	it('is read with the same secret only, and never twice the same', () => {
		const record = { url: 'https://a.example', former: { x: [1] } };
		const sealed = seal(record, 'key');
		expect(sealed).toMatch(/^[\w-]+$/);
		expect(seal(record, 'key')).not.toBe(sealed);
		expect(unseal(sealed, 'key')).toEqual(record);
		expect(unseal(sealed, 'another key')).toBeNull();
		expect(unseal(`${sealed.slice(0, -3)}AAA`, 'key')).toBeNull();
	});

	it.each(['', 'AAAA', 'A'.repeat(37), 'A'.repeat(38), '{}'])('is not %j', (text) =>
		expect(unseal(text, 'key')).toBeNull(),
	);
});

describe('a code of the gateway', () => {
	it.each<[string | undefined, string | null | undefined, boolean]>([
		['131047', '131047', true],
		['131047', '131048', false],
		['131047', null, false],
		[undefined, undefined, false],
		[undefined, '131047', false],
	])('%j closes the window with %j: %s', (windowClosedCode, code, expected) =>
		expect(
			isWindowClosed({ capabilities: { windowClosedCode } } as Pick<Gateway, 'capabilities'>, code),
		).toBe(expected),
	);

	it.each<[string[] | undefined, string | null | undefined, boolean]>([
		[['21610'], '21610', true],
		[['21610'], '21611', false],
		[['21610'], null, false],
		[undefined, '21610', false],
		[undefined, undefined, false],
	])('%j opts out with %j: %s', (optedOutCodes, code, expected) =>
		expect(isOptOut({ optedOutCodes }, code)).toBe(expected),
	);
});

describe('the fields of a credential', () => {
	it.each(gateways.map((gateway) => [gateway.label, gateway] as const))('%s', (_, gateway) => {
		for (const field of gateway.credentialFields) {
			const { name, label, description, hint, placeholder, options } = field;
			expect(name).toMatch(new RegExp(`^${gateway.id}[A-Z]\\w+$`));
			expect([name, label.trim()]).toEqual([name, expect.stringMatching(/^\w.+/)]);
			expect([name, description]).toEqual([name, expect.stringMatching(/^\w.{15,}/)]);
			if (hint !== undefined) expect(hint).toMatch(/^\w.{10,}/);
			if (placeholder !== undefined) expect(placeholder).toMatch(/^e\.g\. ./);
			for (const option of options ?? []) expect(option.name && option.value).toBeTruthy();
			if (options !== undefined) expect(options.map(({ value }) => value)).toContain(field.default);
		}
		const [url] = gateway.credentialFields;
		if (url.default !== undefined) expect(URL.canParse(url.default)).toBe(true);
	});
});
