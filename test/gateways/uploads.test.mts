import { gateways } from '../../gateways/registry';
import type { Gateway } from '../../gateways/gateway';
import { assertFileKept, assertTakesFile } from '../../gateways/uploadChecks';
import { assertSendable } from '../../gateways/capabilityChecks';
import { DAY_MS } from '../../messages/duration';
import type { FileInfo } from '../../messages/mediaFile';
import { MESSAGE_TYPES, parseContent } from '../../messages/message';
import { parseRecipient } from '../../messages/recipient';
import { registeredOwl } from '../package/owl.mts';

const RULES = { maxBytes: 1000, mimeTypes: ['image/png', 'audio/ogg'] };
const gateway: Gateway = {
	...registeredOwl,
	capabilities: {
		...registeredOwl.capabilities,
		messageTypes: ['text', 'image', 'voice'],
		uploads: { goes: 'first', types: { image: RULES, voice: RULES }, keptMs: 2 * DAY_MS },
	},
};
const file = (changes: Partial<FileInfo> = {}): FileInfo => ({
	fileName: 'a.png',
	mimeType: 'image/png',
	bytes: 10,
	...changes,
});
const errorOf = (work: () => unknown): string => {
	try {
		work();
	} catch (error) {
		const { message, hint, details } = error as Error & {
			hint?: string;
			details?: { hint?: string };
		};
		return `${message}. ${hint ?? details?.hint ?? ''}`;
	}
	return '';
};
const refusal = (type: 'image' | 'video', info: FileInfo) =>
	errorOf(() => assertTakesFile(gateway, type, info));

describe('a file is taken', () => {
	it.each([
		['as documented', file()],
		['of the largest size', file({ bytes: 1000 })],
		['of a size that is not known yet', file({ bytes: null })],
		['whose type has parameters', file({ mimeType: 'Audio/OGG; codecs=opus' })],
	])('%s', (_, info) => expect(refusal('image', info)).toBe(''));
});

describe('a file is refused', () => {
	it.each([
		['empty', file({ bytes: 0 }), /^The file "a\.png" in "Input Binary Field" is empty/],
		['without a name', file({ bytes: 0, fileName: null }), /^The file in "Input Binary Field" is/],
		['a byte too big', file({ bytes: 1001 }), /has 1001 bytes, but Night Owl takes at most 1000/],
		['twice too big', file({ bytes: 2 * 1024 + 1 }), /has 2\.1 KB, but/],
		['of some megabytes', file({ bytes: 3.5 * 1024 ** 2 }), /has 3\.5 MB, but/],
		['much too big', file({ bytes: 5 * 1024 ** 3 }), /has 5 GB, but/],
		['beyond all units', file({ bytes: 3 * 1024 ** 4 }), /has 3072 GB, but/],
		[
			'of another type',
			file({ mimeType: 'image/gif' }),
			/type "image\/gif".*image\/png, audio\/ogg/,
		],
		['of a type that begins alike', file({ mimeType: 'image/png2' }), /does not take/],
	])('%s', (_, info, words) => expect(refusal('image', info)).toMatch(words));

	it('for another message type', () =>
		expect(refusal('video', file())).toMatch(/as video; it takes files for image, voice\./));
});

describe('a file that is uploaded now, for a message that may be sent until', () => {
	const until = (ms: number, keptMs: number | null = 2 * DAY_MS) => {
		const uploads = { ...gateway.capabilities.uploads!, keptMs };
		const keeping = { ...gateway, capabilities: { ...gateway.capabilities, uploads } };
		return errorOf(() => assertFileKept(keeping, 1000 + ms, 1000));
	};
	it.each([0, 1, 2 * DAY_MS])('%d ms later is kept', (ms) => expect(until(ms)).toBe(''));
	it('a millisecond more is refused', () =>
		expect(until(2 * DAY_MS + 1)).toMatch(/keeps an uploaded file for 2 days.*within 2 days/));
	it('nobody knows when', () => expect(until(1, null)).toMatch(/does not say how long/));
});

describe('every gateway', () => {
	const message = (type: (typeof MESSAGE_TYPES)[number]) => ({
		recipient: parseRecipient('+919988066776'),
		...parseContent({ type, mediaId: 'upload-1', fileName: 'a.pdf' }),
		reference: null,
		idempotencyKey: '3b1f9a52-7f53-4a3c-9d38-0a4c9f7c2b11',
	});

	it.each(gateways.map((one) => [one.label, one] as const))('%s', (_, one: Gateway) => {
		const { uploads, messageTypes } = one.capabilities;
		expect(one.upload !== undefined).toBe(uploads?.goes === 'first');
		for (const type of Object.keys(uploads?.types ?? {})) expect(messageTypes).toContain(type);
		const ofTemplates = Object.values(uploads?.templateVariables ?? {});
		if (ofTemplates.length > 0) {
			expect([messageTypes.includes('template'), uploads?.goes]).toEqual([true, 'first']);
		}
		// The type of a file alone says which variable it fills.
		const mimeTypes = ofTemplates.flatMap((rules) => rules.mimeTypes);
		expect(new Set(mimeTypes).size).toBe(mimeTypes.length);
		// What was uploaded to another gateway is nowhere taken for media.
		if (uploads?.goes === 'first') return;
		expect(errorOf(() => assertSendable(one, message('document')))).toMatch(
			/document|only together with the message/,
		);
	});

	it.each(
		gateways
			.filter(({ capabilities }) => capabilities.uploads?.templateVariables === undefined)
			.map((one) => [one.label, one] as const),
	)('%s takes no file in a template, by upload or before it', (_, one: Gateway) => {
		const template = { name: `HX${'51'.repeat(16)}`, language: null, variables: {} };
		const wanted = { ...message('document'), ...parseContent({ type: 'template', template }) };
		const refused = one.capabilities.messageTypes.includes('template')
			? /documents no way to send a file from n8n in a template.*enter the URL in "Variables"/
			: /documents no way to send template/;
		expect(errorOf(() => assertSendable(one, { ...wanted, file: file() }))).toMatch(refused);
		expect(errorOf(() => assertSendable(one, { ...wanted, mediaId: 'upload-1' }))).toMatch(refused);
	});
});

describe('the content of a message', () => {
	it('is an upload only where it has no URL', () => {
		const mediaUrl = 'https://example.com/a.png';
		expect(parseContent({ type: 'image', mediaId: 'u-1' })).toMatchObject({
			mediaUrl: null,
			mediaId: 'u-1',
		});
		expect(parseContent({ type: 'image', mediaId: 'u-1', mediaUrl })).not.toHaveProperty('mediaId');
		expect(parseContent({ type: 'image', hasFile: true })).toMatchObject({ mediaUrl: null });
		expect(() => parseContent({ type: 'image', mediaId: '' })).toThrow('"Media URL" is empty');
		expect(() => parseContent({ type: 'image', mediaId: {} })).toThrow('"Media ID" is an object');
	});
});
