import type { Credential } from '../gateway';
import { isObject, objectAt, textAt } from '../json';
import type { Delivery, VerificationResult } from '../webhooks';
import { authToken, knownAccountSid } from './credential';
import { eventsOf } from './eventStreams';
import { isHashedIn, isSignedBy } from './signature';

const no = (reason: string): VerificationResult => ({ verified: false, reason });

/**
 * Verifies `X-Twilio-Signature`: over the URL and the form as it came, byte by byte, since new parameters come
 * without notice; or over the URL with the hash of a body that is JSON (twilio.com/docs/usage/webhooks/webhooks-security).
 */
export function verifyWebhook(credential: Credential, delivery: Delivery): VerificationResult {
	const token = authToken(credential);
	if (token === '') return no('the credential has no Auth Token');
	const signature = delivery.headers['x-twilio-signature'];
	if (typeof signature !== 'string' || signature === '') return no('the webhook is not signed');
	const { rawBody } = delivery;
	if (rawBody === null) return no('the bytes of the webhook cannot be read');
	const isForm = delivery.form !== null;
	const urls = urlsOf(delivery).filter((url) => isForm || isHashedIn(url, rawBody));
	if (urls.length === 0) return no('the hash of the body is not in the signed URL');
	const parameters = isForm ? [...new URLSearchParams(Buffer.from(rawBody).toString('utf8'))] : [];
	if (!isSignedBy(token, signature, urls, parameters)) {
		return no('the signature is not that of this URL, body and Auth Token');
	}
	const own = knownAccountSid(credential);
	return accountsIn(delivery.body).every((sid) => sid === own)
		? { verified: true }
		: no('the webhook is of another account');
}

/**
 * Where Twilio may have sent it: to the URL that n8n calls its own, or, if that is not the public one, to the
 * host that the proxy was asked for. Nothing is trusted by that: without the token nobody signs any URL.
 */
function urlsOf({ url, headers }: Delivery): string[] {
	const first = (name: string) => {
		const value = headers[name];
		return typeof value === 'string' ? value.split(',')[0].trim() : '';
	};
	const own = URL.canParse(url) ? new URL(url) : null;
	const rest = own === null ? '' : url.slice(url.indexOf(own.pathname, own.protocol.length + 2));
	const hosts = [first('x-forwarded-host'), first('host')].filter((host) => host !== '');
	const protocols = [first('x-forwarded-proto'), 'https'].filter((each) => /^https?$/.test(each));
	const seen = hosts.flatMap((host) => protocols.map((each) => `${each}://${host}${rest}`));
	// n8n before 2.41 does not tell the address at which it listens for a test event.
	return [url, ...seen].flatMap((each) => [each, each.replace('/webhook/', '/webhook-test/')]);
}

/** The accounts that a body names. */
function accountsIn(body: unknown): string[] {
	const ofForm = isObject(body) ? textAt(body, 'AccountSid') : null;
	const ofEvents = eventsOf(body).map((event) => textAt(objectAt(event, 'data'), 'accountSid'));
	return [ofForm, ...ofEvents].filter((sid) => sid !== null);
}
