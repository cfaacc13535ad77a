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

	it('for a day where nothing is said of that', () => {
		const without = row({ valid_for_minutes: null });
		expect([isKept(without, START + DAY), isKept(without, START + DAY + 1)]).toEqual([true, false]);
	});

	it.each([
		['a public URL', { media_url: 'https://files.example/a.png' }],
		['no file', { media_id: null }],
		['another gateway’s file', { gateway: 'another' }],
		['no age that anybody knows', { createdAt: '' }],
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

	it('moves where the file has a public URL, or there is none', () => {
		for (const more of [{ media_url: 'https://files.example/a.png' }, { media_id: '' }]) {
			expect(() => assertFileMoves(row(more), to({ account: 'account-2' }))).not.toThrow();
		}
	});
});
