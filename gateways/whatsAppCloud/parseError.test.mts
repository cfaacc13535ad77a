import { whatsAppCloud } from '.';
import { fakeGateway } from '../../test/gateways/fakeGateway.mts';
import { GatewayError, textOf } from '../transport/gatewayError';
import invalidParameter from './fixtures/invalid-parameter.json';
import invalidToken from './fixtures/invalid-token.json';
import rateLimited from './fixtures/rate-limited.json';
import { credential, messageTo, metaError, TOKEN } from './testValues.mts';

/** What becomes of a send that is answered so, on the real transport. */
async function refusal(status: number, body: unknown) {
	const { connection, requests } = fakeGateway(whatsAppCloud, credential, () => ({
		status,
		headers: {},
		body,
	}));
	const error: unknown = await whatsAppCloud
		.send(connection, messageTo({ type: 'text', text: 'Hi' }))
		.catch((caught: unknown) => caught);
	if (!(error instanceof GatewayError)) throw new Error(`no refusal but ${String(error)}`);
	return { error, requests };
}

type Row = [
	what: string,
	code: number,
	kind: GatewayError['kind'],
	fault: 'account' | 'message' | null,
	hint: RegExp,
	unknown?: 'outcomeUnknown',
];

/** …/support/error-codes; all with HTTP 400, which says nothing. */
it.each<Row>([
	['expired token', 190, 'unauthorized', 'account', /expired.*"Access Token"/],
	['could not authenticate', 0, 'unauthorized', 'account', /"Access Token"/],
	['permission denied', 10, 'forbidden', 'account', /whatsapp_business_messaging/],
	['permission missing', 200, 'forbidden', 'account', /whatsapp_business_management/],
	['permission missing', 299, 'forbidden', 'account', /permission/],
	['access denied', 131005, 'forbidden', 'account', /permission/],
	['capability missing', 3, 'forbidden', 'account', /permission/],
	['app limit', 4, 'rateLimited', null, /Messages per Minute/],
	['account limit', 80007, 'rateLimited', null, /Wait/],
	['throughput', 130429, 'rateLimited', null, /Wait/],
	['pair rate', 131056, 'rateLimited', null, /this recipient.*Others go on/],
	['unknown', 131000, 'unavailable', null, /whether the message arrived/, 'outcomeUnknown'],
	['possible server error', 1, 'unavailable', null, /arrived/, 'outcomeUnknown'],
	['overload', 2, 'unavailable', null, /arrived/, 'outcomeUnknown'],
	['service unavailable', 131016, 'unavailable', null, /arrived/, 'outcomeUnknown'],
	['maintenance', 131057, 'unavailable', null, /few minutes/],
	['number deleted', 33, 'rejected', 'account', /"Phone Number ID"/],
	['policy', 368, 'rejected', 'account', /restrictions/],
	['account locked', 131031, 'rejected', 'account', /restrictions/],
	['spam', 131048, 'rejected', 'account', /quality/],
	['payment', 131042, 'rejected', 'account', /payment/],
	['not registered', 133010, 'rejected', 'account', /registration/],
	['registration', 133006, 'rejected', 'account', /registration/],
	['display name', 131037, 'rejected', 'account', /display name/],
	['country', 130497, 'rejected', 'message', /country/],
	['blocked by the business', 130403, 'rejected', 'message', /Unblock/],
	['experiment', 130472, 'rejected', 'message', /experiment/],
	['missing parameter', 131008, 'rejected', 'message', /values of this item/],
	['itself', 131021, 'rejected', 'message', /the number that sends/],
	['not on WhatsApp', 131026, 'rejected', 'message', /may not be on WhatsApp/],
	['window closed', 131047, 'rejected', 'message', /Send a template.*24 hours/],
	['too much marketing', 131049, 'rejected', 'message', /24 hours/],
	['opted out of marketing', 131050, 'rejected', 'message', /stopped marketing/],
	['wrong file', 131053, 'rejected', 'message', /"Media URL" is public.*too large/],
	['variables too few or many', 132000, 'rejected', 'message', /one value for each/],
	['wrong format', 132012, 'rejected', 'message', /one value for each/],
	['wrong language', 132001, 'rejected', 'message', /"Template Language"/],
	['paused', 132015, 'rejected', 'message', /paused the template/],
	['disabled', 132016, 'rejected', 'message', /disabled the template/],
	['business limit', 80008, 'rateLimited', null, /Wait/],
	['account limit of a day', 131064, 'rejected', 'account', /lifts by itself/],
	['registration limit', 133016, 'rejected', 'account', /registration/],
	['certificate', 131045, 'rejected', 'account', /registration/],
	['first of registration', 133000, 'rejected', 'account', /registration/],
	['last of registration', 133015, 'rejected', 'account', /registration/],
	['terms', 134011, 'rejected', 'account', /terms/],
	['invalid value', 131009, 'rejected', 'message', /values of this item/],
	['unsupported type', 131051, 'rejected', 'message', /"Message Type"/],
	['media not loaded', 131052, 'rejected', 'message', /media of the message/],
	['hidden recipient', 131062, 'rejected', 'message', /phone number/],
	['marketing turned off', 131063, 'rejected', 'message', /turned off/],
	['variables and template', 132018, 'rejected', 'message', /one value for each/],
	['too long', 132005, 'rejected', 'message', /Shorten the "Variables"/],
	['rejected template', 132007, 'rejected', 'message', /WhatsApp Manager/],
	['flow blocked', 132068, 'rejected', 'message', /Flow.*blocked/],
	['flow throttled', 132069, 'rejected', 'message', /Flow.*throttled/],
	['generic user error', 135000, 'rejected', 'message', /values of this item/],
	['wrong parameters', 137000, 'rejected', 'message', /values of this item/],
	['before the permissions', 199, 'rejected', null, /values of this item/],
	['after the permissions', 300, 'rejected', null, /values of this item/],
	['invalid parameter', 100, 'rejected', 'message', /values of this item/],
	['not documented', 139999, 'rejected', null, /values of this item/],
])('%s (%d) is %s, fault %s', async (...row) => {
	const [, code, kind, fault, hint, unknown] = row;
	const { error } = await refusal(400, metaError(code));
	expect([error.kind, error.details.fault ?? null]).toEqual([kind, fault]);
	expect(error.details.code).toBe(String(code));
	expect(error.details.outcomeUnknown).toBe(unknown !== undefined);
	expect(error.details.hint).toMatch(hint);
	// Meta's words are there, after ours.
	expect(error.message).toContain(`: "(#${code}) The title: the details" (HTTP 400)`);
});

it('reads the vendor’s samples', async () => {
	expect(textOf((await refusal(400, invalidParameter)).error)).toBe(
		'WhatsApp Business Platform (Cloud API) rejected the request: "(#100) Invalid parameter: Message must be a template message." (HTTP 400). Check the values of this item.',
	);
	expect((await refusal(401, invalidToken)).error).toMatchObject({
		kind: 'unauthorized',
		details: { code: '190', fault: 'account', outcomeUnknown: false },
	});
	const limited = await refusal(400, rateLimited);
	expect(limited.error).toMatchObject({
		kind: 'rateLimited',
		message: expect.stringContaining('Cloud API message throughput has been reached.'),
	});
});

it('repeats what the vendor says was not sent, and nothing else', async () => {
	const attempts = async (code: number) => (await refusal(400, metaError(code))).requests.length;
	for (const code of [130429, 131056, 4, 131057]) expect(await attempts(code)).toBe(5);
	for (const code of [131000, 1, 2, 131016, 131047, 190, 100]) expect(await attempts(code)).toBe(1);
});

it('names the recipient’s limit as the recipient’s only', async () => {
	const pair = await refusal(400, metaError(131056));
	expect(pair.error.details).toMatchObject({ isPerRecipient: true, retryAfterMs: 6_000 });
	const all = await refusal(400, metaError(130429));
	expect(all.error.details.isPerRecipient).toBeUndefined();
});

it('has a code by which the closed window is known', async () => {
	const { error } = await refusal(400, metaError(131047));
	expect(error.details.code).toBe(whatsAppCloud.capabilities.windowClosedCode);
});

it('says of a wrong ID which one to look at', async () => {
	const { error } = await refusal(400, metaError(100, "Object with ID '1' does not exist", 33));
	expect([error.kind, error.details.fault]).toEqual(['notFound', 'account']);
	expect(error.details.hint).toMatch(/"Phone Number ID"/);
});

it.each<[number, unknown, GatewayError['kind'], boolean]>([
	[500, '<html>', 'unavailable', true],
	[502, {}, 'unavailable', true],
	[400, { error: 'x' }, 'rejected', false],
	[400, { error: { message: 'Bad' } }, 'rejected', false],
	[400, { error: { code: 'constructor', message: 'Bad' } }, 'rejected', false],
])('goes by HTTP %d where Meta gives no code: %j', async (status, body, kind, outcomeUnknown) => {
	const { error } = await refusal(status, body);
	expect(error).toMatchObject({ kind, details: { outcomeUnknown } });
});

it('lets no secret out', async () => {
	const { error } = await refusal(400, metaError(100, `no ${TOKEN} and app-secret here`));
	expect(JSON.stringify([error.message, error])).not.toContain(TOKEN);
	expect(error.message).not.toContain('app-secret');
});
