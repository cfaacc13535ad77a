import type { UploadCapabilities } from '../../../gateways/uploads';
import { assertFileKeptUntil, assertFileMoves } from '../../../stores/table/uploadedFile';
import type { Row } from '../../../stores/table/columns';
import { FakeGateway, iso, MINUTE, SENDER, START } from './fakes.mts';

const DAY = 24 * 60 * MINUTE;
const { gateway: bare } = new FakeGateway();
const uploads: UploadCapabilities = {
	goes: 'first',
	types: { image: { maxBytes: null, mimeTypes: null } },
	keptMs: 2 * DAY,
};
const gateway = { ...bare, capabilities: { ...bare.capabilities, uploads } };
const row = (more: object = {}) =>
	({
		gateway: SENDER.gateway,
		account: SENDER.account,
		media_id: 'file-1',
		media_url: null,
		createdAt: iso(START),
		valid_for_minutes: 60,
		...more,
	}) as unknown as Row;

const templateWith = (value: string) =>
	JSON.stringify({ name: 'reminder', language: 'en', variables: { body: 'x', header: value } });

describe('a file is kept', () => {
	const isKept = (of: Row, sendAt: number) => {
		try {
			assertFileKeptUntil(of, gateway, iso(sendAt));
			return true;
		} catch (error) {
			expect(error).toMatchObject({ kind: 'unsupported' });
			return false;
		}
	};
	const last = START + 2 * DAY - 60 * MINUTE;

	it('until its message may be sent for the last time', () => {
		expect([isKept(row(), last), isKept(row(), last + 1)]).toEqual([true, false]);
	});

	it.each([null, '', 0])('for a day where %j is said of that', (minutes) => {
		const without = row({ valid_for_minutes: minutes });
		expect([isKept(without, START + DAY), isKept(without, START + DAY + 1)]).toEqual([true, false]);
	});

	it('also as a part of a template', () => {
		const withFile = row({ type: 'template', template: templateWith('file-1'), media_url: 'x' });
		expect([isKept(withFile, last), isKept(withFile, last + 1)]).toEqual([true, false]);
	});

	it.each([
		['a public URL', { media_url: 'https://files.example/a.png' }],
		['no file', { media_id: null }],
		['another gateway’s file', { gateway: 'another' }],
		['no age that anybody knows', { createdAt: '' }],
		['a template in its place by now', { replaced_at: iso(START) }],
		['a template that does not have it', { type: 'template', template: templateWith('Ana') }],
		['a template without gaps', { type: 'template', template: '{"name":"a"}' }],
		['a template that nobody can read', { type: 'template', template: '{' }],
		['a template, none', { type: 'template', template: null }],
	])('whenever it is a message with %s', (_, more) => {
		expect(isKept(row(more), START + 100 * DAY)).toBe(true);
	});
});

describe('a message with a file', () => {
	const to = (more: Partial<typeof SENDER>) => ({ ...SENDER, ...more });

	it('stays with the account that has it', () => {
		expect(() => assertFileMoves(row(), SENDER)).not.toThrow();
		for (const other of [{ account: 'account-2' }, { gateway: 'another' }]) {
			expect(() => assertFileMoves(row(), to(other))).toThrow(
				'its file was uploaded to the account "account-1"',
			);
		}
	});

	it.each([
		['image', {}, 'as "media_url"'],
		['template', { template: templateWith('file-1') }, 'in "template"'],
	])('of the type %s says where a public URL goes', (type, more, where) => {
		const move = () => assertFileMoves(row({ type, ...more }), to({ account: 'account-2' }));
		expect(move).toThrow(
			expect.objectContaining({
				kind: 'unsupported',
				details: { hint: expect.stringContaining(where) },
			}),
		);
	});

	it('moves where the file has a public URL, or there is none', () => {
		for (const more of [{ media_url: 'https://files.example/a.png' }, { media_id: '' }]) {
			expect(() => assertFileMoves(row(more), to({ account: 'account-2' }))).not.toThrow();
		}
	});
});
