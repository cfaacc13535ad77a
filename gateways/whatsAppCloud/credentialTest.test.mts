import { whatsAppCloud } from '.';
import { fakeGateway, ok } from '../../test/gateways/fakeGateway.mts';
import { textOf } from '../transport/gatewayError';
import type { Outcome } from '../transport/request';
import health from './fixtures/health.json';
import invalidToken from './fixtures/invalid-token.json';
import phoneNumber from './fixtures/phone-number.json';
import { credential, metaError, NUMBER } from './testValues.mts';

async function test(answer: Outcome) {
	const { connection, requests } = fakeGateway(whatsAppCloud, credential, () => answer);
	return { told: await whatsAppCloud.testCredential(connection), requests };
}

const healthy = { ...phoneNumber, status: 'CONNECTED', health_status: health.health_status };

it('tells the number, its name, quality, throughput and status, by one read', async () => {
	const { told, requests } = await test(ok(healthy));
	expect(told).toEqual({
		ready: true,
		message:
			'The number 15550783881 (Lucky Shrub) can send messages. Quality green, throughput standard, status connected.',
	});
	expect(requests).toMatchObject([{ method: 'GET', url: `/${NUMBER}` }]);
	expect(requests[0].query.fields).toContain('health_status');
});

const withHealth = (can_send_message: string, entity: object) => ({
	...healthy,
	health_status: {
		can_send_message,
		entities: [{ entity_type: 'WABA', id: '1', can_send_message, ...entity }],
	},
});

it('says why a number is blocked, and what Meta suggests', async () => {
	const errors = [
		{ error_code: 141006, error_description: 'No payment method.', possible_solution: 'Add one.' },
	];
	const { told } = await test(ok(withHealth('BLOCKED', { errors })));
	expect(told).toEqual({
		ready: false,
		message: expect.stringMatching(
			/cannot send messages\. Because of the WhatsApp Business Account: No payment method\. Add one\./,
		),
	});
});

it('says what limits a number that sends', async () => {
	const additional_info = ['The display name has not been approved yet.'];
	const { told } = await test(ok(withHealth('LIMITED', { additional_info })));
	expect(told).toMatchObject({
		ready: true,
		message: expect.stringMatching(/but with limits\. .*display name has not been approved/),
	});
});

it.each<[object, boolean, RegExp]>([
	[phoneNumber, true, /can send messages\. Quality green, throughput standard\.$/],
	[{ id: NUMBER }, true, /^The number 106540352242922 can send messages\.$/],
	[
		{ ...healthy, platform_type: 'ON_PREMISE' },
		false,
		/not registered with the Cloud API.*ON_PREMISE/,
	],
	[withHealth('RESTING', {}), true, /has the state RESTING/],
	[withHealth('constructor', {}), true, /has the state constructor/],
])('takes what is there: %j', async (body, ready, words) => {
	const { told } = await test(ok(body));
	expect(told).toEqual({ ready, message: expect.stringMatching(words) });
});

const failure = async (status: number, body: unknown) =>
	textOf(await test({ status, headers: {}, body }).catch((error: unknown) => error));

it('says that the token has expired', async () => {
	expect(await failure(401, invalidToken)).toMatch(
		/does not accept the credential: "Invalid OAuth access token".*has expired.*"Access Token"/,
	);
});

it.each([10, 200, 131005])('says which permission is missing (%d)', async (code) => {
	expect(await failure(403, metaError(code))).toMatch(
		/does not allow.*lacks the permission whatsapp_business_management/,
	);
});

it('says that the ID is wrong', async () => {
	expect(await failure(400, metaError(100, 'Object with ID', 33))).toMatch(/"Phone Number ID"/);
});

it.each([[{}], ['<html>'], [null]])('takes %j for no answer', async (body) => {
	await expect(test(ok(body))).rejects.toMatchObject({ kind: 'unexpectedResponse' });
});
