import { baseUrlField, optionalField, requiredField } from '../../gateways/credential';
import type { CredentialField } from '../../gateways/gateway';
import { gatewayById, gatewayIds, gatewayOf, gateways } from '../../gateways/registry';
import { InvalidParameterError } from '../../messages/invalidParameterError';

const field: CredentialField = { name: 'url', label: 'Base URL', description: 'x' };

it.each<[unknown, string]>([
	['abc', 'abc'],
	[' abc\n', 'abc'],
	[77, '77'],
	[undefined, ''],
	[null, ''],
	[{}, ''],
	[['abc'], ''],
	[true, ''],
])('a field with %j is "%s"', (value, expected) => {
	expect(optionalField({ url: value }, 'url')).toBe(expected);
});

it('names a field that must be there', () => {
	expect(requiredField({ url: ' x ' }, field)).toBe('x');
	for (const value of ['', '  ', undefined, null, {}]) {
		const read = () => requiredField({ url: value }, field);
		expect(read).toThrow(InvalidParameterError);
		expect(read).toThrow('"Base URL" is empty. Enter it in the Message Gateway API credential.');
	}
});

it.each<[string, string]>([
	['https://example.com', 'https://example.com'],
	['https://example.com/', 'https://example.com'],
	['http://localhost:3000/api///', 'http://localhost:3000/api'],
	[' HTTPS://example.com/v1 ', 'HTTPS://example.com/v1'],
])('takes the address %j', (value, expected) => {
	expect(baseUrlField({ url: value }, field)).toBe(expected);
});

it.each(['example.com', 'ftp://example.com', 'https://', 'http://[', 'javascript:alert(1)', '/x'])(
	'refuses the address %j',
	(value) => {
		const read = () => baseUrlField({ url: value }, field);
		expect(read).toThrow(expect.objectContaining({ parameter: 'Base URL' }));
		expect(read).toThrow('Enter a URL that begins with https:// or http://');
	},
);

describe('the registry', () => {
	it('finds each gateway by its id, and by a credential', () => {
		expect(new Set(gatewayIds).size).toBe(gateways.length);
		for (const gateway of gateways) {
			expect(gatewayById(gateway.id)).toBe(gateway);
			// What it can do may depend on the credential; it is the same gateway.
			const { id, send, parseWebhook } = gateway;
			expect(gatewayOf({ gateway: id })).toMatchObject({ id, send, parseWebhook });
		}
	});

	it.each([undefined, null, '', 'ChatWhatsApp', 'constructor', '__proto__', 0, ['chatWhatsApp']])(
		'does not know %j, and says what there is',
		(id) => {
			const read = () => gatewayById(id);
			expect(read).toThrow(expect.objectContaining({ parameter: 'Gateway' }));
			expect(read).toThrow(gatewayIds.join(', '));
		},
	);

	it('gives each gateway its own field names', () => {
		const names = gateways.flatMap(({ credentialFields }) =>
			credentialFields.map(({ name }) => name),
		);
		expect(new Set(names).size).toBe(names.length);
	});
});
