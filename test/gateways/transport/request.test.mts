import { chatWhatsApp } from '../../../gateways/chatWhatsApp';
import { redact } from '../../../gateways/transport/errors';
import { toNetworkFailure } from '../../../gateways/transport/request';
import { credential } from './surroundings.mts';

/** What a code says decides whether a create may be repeated: each has its meaning of its own. */
it.each([
	['unreachable', 'ECONNREFUSED'],
	['unreachable', 'ENOTFOUND'],
	['unreachable', 'EAI_AGAIN'],
	['unreachable', 'EHOSTUNREACH'],
	['unreachable', 'ENETUNREACH'],
	['unreachable', 'ERR_INVALID_URL'],
	['unreachable', 'CERT_HAS_EXPIRED'],
	['unreachable', 'DEPTH_ZERO_SELF_SIGNED_CERT'],
	['unreachable', 'SELF_SIGNED_CERT_IN_CHAIN'],
	['unreachable', 'UNABLE_TO_VERIFY_LEAF_SIGNATURE'],
	['unreachable', 'ERR_TLS_CERT_ALTNAME_INVALID'],
	['timedOut', 'ETIMEDOUT'],
	['timedOut', 'ECONNABORTED'],
	['timedOut', 'ESOCKETTIMEDOUT'],
	['aborted', 'ERR_CANCELED'],
	['broken', 'ECONNRESET'],
	['broken', ''],
	['broken', null],
])('%s: %s', (reason, code) => {
	expect(toNetworkFailure(code)).toMatchObject({ reason, code });
});

describe('words of a gateway', () => {
	const who = { gateway: chatWhatsApp, credential };

	it('are kept whole up to 300 letters, and cut behind them', () => {
		const longest = 'long words '.repeat(30).slice(0, 300);
		expect(redact(who, longest)).toBe(longest);
		expect(redact(who, `${longest}!`)).toBe(`${longest}…`);
	});
});
