import fc from 'fast-check';
import { accountsOf, fingerprint, isOfAccount } from '../../gateways/account';
import { chatWhatsApp } from '../../gateways/chatWhatsApp';
import type { Credential, Gateway } from '../../gateways/gateway';
import { gateways } from '../../gateways/registry';
import { whapi } from '../../gateways/whapi';

const TOKEN = 'whapiSecretToken0123456789';
const channel = (fields: Credential = {}): Credential => ({
	gateway: 'whapi',
	whapiUrl: 'https://gate.whapi.cloud',
	whapiToken: TOKEN,
	whapiChannelId: '',
	...fields,
});
const session = (
	chatWhatsAppSessionId: string,
	chatWhatsAppUrl = 'https://api.chatwhatsapp.in',
) => ({
	gateway: 'chatWhatsApp',
	chatWhatsAppUrl,
	chatWhatsAppSessionId,
	chatWhatsAppApiKey: 'wask_1',
});

describe('Whapi.Cloud', () => {
	it('takes the token for the account where there is no Channel ID, and never tells it', () => {
		const account = whapi.account(channel());
		expect(account).toMatch(/^token-[\w-]{12}$/);
		expect(account).toBe(fingerprint(TOKEN));
		expect(TOKEN).not.toContain(account.slice('token-'.length));
		expect(whapi.account(channel({ whapiChannelId: '  ' }))).toBe(account);
		expect(whapi.account(channel({ whapiToken: `${TOKEN}x` }))).not.toBe(account);
		expect(() => whapi.account(channel({ whapiToken: '' }))).toThrow('"API Token" is empty');
	});

	it('keeps serving what waits under the token after Channel ID was filled in', () => {
		const filled = channel({ whapiChannelId: 'MANTIS-M72HC' });
		expect(whapi.account(filled)).toBe('MANTIS-M72HC');
		expect(accountsOf(whapi, filled)).toEqual(['MANTIS-M72HC', whapi.account(channel())]);
		expect(accountsOf(whapi, channel())).toEqual([whapi.account(channel())]);
	});

	it('shares no key between two tokens without Channel ID', () => {
		fc.assert(
			fc.property(fc.uniqueArray(fc.string({ minLength: 1 }), { minLength: 2 }), (tokens) => {
				const trimmed = [...new Set(tokens.map((token) => token.trim()))].filter(Boolean);
				const keys = trimmed.flatMap((whapiToken) => accountsOf(whapi, channel({ whapiToken })));
				expect(new Set(keys).size).toBe(trimmed.length);
			}),
		);
	});

	it('knows its own channel in an event, and without Channel ID trusts any', () => {
		const filled = channel({ whapiChannelId: 'MANTIS-M72HC' });
		expect(isOfAccount(whapi, filled, 'MANTIS-M72HC')).toBe(true);
		expect(isOfAccount(whapi, filled, 'OTHER-0001')).toBe(false);
		expect(isOfAccount(whapi, filled, null)).toBe(true);
		expect(isOfAccount(whapi, channel(), 'MANTIS-M72HC')).toBe(true);
	});
});

describe('ChatWhatsApp', () => {
	const ID = 'e67a00be-ed45-4356-9488-049cabb9895d';

	it.each([
		['https://api.chatwhatsapp.in', ID],
		['https://API.chatwhatsapp.in:443/', ID],
		['http://localhost:3000', `${ID}@localhost:3000`],
		['http://localhost:3001/', `${ID}@localhost:3001`],
		['https://wa.example/one//', `${ID}@wa.example/one`],
		['https://wa.example/two', `${ID}@wa.example/two`],
		['https://user:secret@wa.example', `${ID}@wa.example`],
		['https://api.chatwhatsapp.in/test', `${ID}@api.chatwhatsapp.in/test`],
	])('at %s has the account %s', (url, account) => {
		expect(chatWhatsApp.account(session(ID, url))).toBe(account);
		expect(accountsOf(chatWhatsApp, session(ID, url))).toEqual([account]);
	});

	it('shares no key between two sessions or two installations, whatever their ids', () => {
		const credentials = fc.record({
			id: fc.string({ minLength: 1 }).filter((id) => id.trim() !== ''),
			host: fc.constantFrom('api.chatwhatsapp.in', 'wa.example', 'wa.example/x', 'localhost:3000'),
		});
		fc.assert(
			fc.property(credentials, credentials, (a, b) => {
				const isSame = a.id.trim() === b.id.trim() && a.host === b.host;
				const key = ({ id, host }: typeof a) => chatWhatsApp.account(session(id, `http://${host}`));
				expect(key(a) === key(b)).toBe(isSame);
			}),
			{
				examples: [
					[
						{ id: 'a@wa.example', host: 'api.chatwhatsapp.in' },
						{ id: 'a', host: 'wa.example' },
					],
				],
			},
		);
	});

	it('knows its session in an event, which does not name the installation', () => {
		const own = session(ID, 'http://localhost:3000');
		expect(isOfAccount(chatWhatsApp, own, ID)).toBe(true);
		expect(isOfAccount(chatWhatsApp, own, 'another')).toBe(false);
		expect(isOfAccount(chatWhatsApp, own, chatWhatsApp.account(own))).toBe(false);
	});
});

describe('every gateway', () => {
	const filled = (gateway: Gateway, suffix: string): Credential =>
		Object.fromEntries(
			gateway.credentialFields.map((field, index) => [
				field.name,
				// A gateway of one's own has no address to start with.
				index === 0
					? (field.default ?? 'https://gateway.example')
					: field.optional
						? ''
						: `${field.name}-${suffix}`,
			]),
		);

	it.each(gateways)('$label has a key that is not empty, no secret, and its own', (gateway) => {
		const [a, b] = ['1111', '2222'].map((suffix) => accountsOf(gateway, filled(gateway, suffix)));
		expect(a[0]).toBe(gateway.account(filled(gateway, '1111')));
		expect(a.filter((key) => key === '' || b.includes(key))).toEqual([]);
		const secrets = gateway.credentialFields.filter(({ secret }) => secret);
		for (const { name } of secrets) expect(a.join(' ')).not.toContain(`${name}-1111`);
		expect(accountsOf(gateway, filled(gateway, '1111'))).toEqual(a);
	});
});
