import { whatsAppCloud } from '.';
import { gatewayOf } from '../registry';
import { credential, NUMBER } from './testValues.mts';

it('is known by the number’s ID', () => {
	expect(whatsAppCloud.account(credential)).toBe(NUMBER);
	expect(whatsAppCloud.account({ ...credential, whatsAppCloudPhoneNumberId: Number(NUMBER) })).toBe(
		NUMBER,
	);
});

it.each([
	['+1 555 078 3881', /"Phone Number ID" is "\+1 555 078 3881".*not the phone number/],
	['', /"Phone Number ID" is empty/],
	['../me', /"Phone Number ID" is "\.\.\/me"/],
])('refuses "%s" as the number’s ID', (whatsAppCloudPhoneNumberId, sentence) => {
	expect(() => whatsAppCloud.account({ ...credential, whatsAppCloudPhoneNumberId })).toThrow(
		sentence,
	);
});

it.each(['25', 'v25', '../v25.0', 'v25.0/'])(
	'refuses "%s" as a version',
	(whatsAppCloudVersion) => {
		expect(() => whatsAppCloud.baseUrl({ ...credential, whatsAppCloudVersion })).toThrow(
			/"API Version" is ".*such as v25\.0/,
		);
	},
);

it('enters its webhook itself, unless a verify token says that the user does', () => {
	const api = gatewayOf(credential);
	expect(api.capabilities.webhooks.registration).toBe('api');
	expect(api.registration).toBeDefined();
	const manual = gatewayOf({ ...credential, whatsAppCloudVerifyToken: 'mine' });
	expect(manual.capabilities.webhooks).toMatchObject({
		registration: 'manual',
		setupInstruction: expect.stringMatching(/"Callback URL".*"Verify Token".*"messages"/),
	});
	expect(manual.registration).toBeUndefined();
});
