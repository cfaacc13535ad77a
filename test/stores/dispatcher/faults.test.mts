import { GatewayError, type GatewayErrorDetails } from '../../../gateways/transport/gatewayError';
import { InvalidParameterError } from '../../../messages/invalidParameterError';
import { faultOf, type Fault } from '../../../stores/dispatcher/faults';

type Kind = GatewayError['kind'];

const CASES: ReadonlyArray<readonly [Kind, GatewayErrorDetails, Fault['kind']]> = [
	['unauthorized', { status: 401 }, 'account'],
	['forbidden', { status: 403 }, 'suspect'],
	['forbidden', { status: 403, fault: 'account' }, 'account'],
	['forbidden', { status: 403, fault: 'message' }, 'message'],
	['notFound', { status: 404 }, 'suspect'],
	['notFound', { status: 404, fault: 'message' }, 'message'],
	['unexpectedResponse', { status: 302 }, 'account'],
	['unexpectedResponse', { status: 200, outcomeUnknown: true }, 'ambiguous'],
	['rejected', { status: 400 }, 'message'],
	['rejected', { status: 402, fault: 'account' }, 'account'],
	['rejected', { status: 466, fault: 'account' }, 'account'],
	['rateLimited', { status: 429 }, 'rate'],
	// A 429 is the rate's, whatever else the gateway says of it.
	['rateLimited', { status: 429, fault: 'account' }, 'rate'],
	['rateLimited', { status: 400, isPerRecipient: true }, 'recipientRate'],
	['unavailable', { status: 503, outcomeUnknown: true }, 'ambiguous'],
	// What may have gone out is in doubt, whosever fault it is.
	['unavailable', { status: 503, outcomeUnknown: true, fault: 'account' }, 'ambiguous'],
	['unavailable', { status: 503 }, 'unreachable'],
	['unreachable', {}, 'unreachable'],
	['unreachable', { outcomeUnknown: true }, 'ambiguous'],
	['timedOut', { outcomeUnknown: true }, 'ambiguous'],
	['timedOut', {}, 'unreachable'],
	['cancelled', { outcomeUnknown: true }, 'interrupted'],
	['cancelled', { outcomeUnknown: false }, 'unsent'],
	['notPending', {}, 'message'],
	['unsupported', {}, 'message'],
];

it.each(CASES)('%s %j is of kind %s', (kind, details, expected) => {
	expect(faultOf(new GatewayError(kind, 'words', details))).toMatchObject({
		kind: expected,
		reason: 'words',
	});
});

it('says how long the gateway asks to wait', () => {
	const asked = { retryAfterMs: 7_000 };
	expect(faultOf(new GatewayError('rateLimited', 'x', asked))).toMatchObject(asked);
	expect(faultOf(new GatewayError('unauthorized', 'x', asked))).toMatchObject(asked);
});

it('takes a message that cannot be made for its own fault', () => {
	expect(faultOf(new InvalidParameterError('Text', '"Text" is empty.')).kind).toBe('message');
});

it('takes a slip in the code for a request that may have gone out', () => {
	expect(faultOf(new TypeError('x is undefined')).kind).toBe('ambiguous');
	expect(faultOf('a text')).toMatchObject({ kind: 'ambiguous', reason: 'a text' });
});
