import type { Delivery } from '../webhooks';
import { greenApi } from '.';
import failed from './fixtures/outgoing-message-status.webhook.json';
import { posted } from '../../test/gateways/posted.mts';
import { credential, SECRET } from './testValues.mts';

const delivery = posted({
	headers: { authorization: `Bearer ${SECRET}` },
	query: {},
	body: failed,
});
const verify = (more: Partial<Delivery>, other: Record<string, unknown> = {}) =>
	greenApi.verifyWebhook({ ...credential, ...other }, { ...delivery, ...more }).verified;

it.each([`Bearer ${SECRET}`, SECRET, `Basic ${SECRET}`])('trusts %s', (authorization) => {
	expect(verify({ headers: { authorization } })).toBe(true);
});

it('trusts an instance whose id came as text', () => {
	expect(verify({ body: { instanceData: { idInstance: '1234' } } })).toBe(true);
});

it('trusts a secret that itself holds a blank', () => {
	expect(verify({ headers: { authorization: 'two words' } }, { webhookSecret: 'two words' })).toBe(
		true,
	);
});

it.each<[string, Partial<Delivery>]>([
	['no header', { headers: {} }],
	['an empty header', { headers: { authorization: '' } }],
	['another secret', { headers: { authorization: 'Bearer other' } }],
	['the scheme alone', { headers: { authorization: 'Bearer ' } }],
	['the beginning of the secret', { headers: { authorization: `Bearer ${SECRET.slice(0, -1)}` } }],
	['the secret and more', { headers: { authorization: `Bearer ${SECRET}x` } }],
	['the secret first', { headers: { authorization: `${SECRET} Bearer` } }],
	['the header twice', { headers: { authorization: [SECRET, SECRET] } }],
	['another instance', { body: { ...failed, instanceData: { idInstance: 12345 } } }],
	['no instance', { body: { ...failed, instanceData: undefined } }],
	[
		'an inherited instance',
		{ body: JSON.parse('{"__proto__":{"instanceData":{"idInstance":1234}}}') },
	],
	['a body that is no object', { body: [failed] }],
	['an empty body', { body: '' }],
])('does not trust %s', (_, more) => {
	expect(verify(more)).toBe(false);
});

it('trusts nothing without a secret or an instance in the credential', () => {
	expect(verify({}, { webhookSecret: '' })).toBe(false);
	expect(verify({}, { greenApiIdInstance: '' })).toBe(false);
	expect(verify({ body: {} }, { greenApiIdInstance: '' })).toBe(false);
});
