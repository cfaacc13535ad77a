import { isHashedIn, isSignedBy, type Parameters } from './signature';

/** The vectors of Twilio's SDK (github.com/twilio/twilio-node, spec/validation.spec.js). */
const TOKEN = '12345';
const URL_ = 'https://mycompany.com/myapp.php?foo=1&bar=2';
const PARAMETERS: Parameters = [
	['CallSid', 'CA1234567890ABCDE'],
	['Caller', '+14158675309'],
	['Digits', '1234'],
	['From', '+14158675309'],
	['To', '+18005551212'],
];
const BODY = '{"property": "value", "boolean": true}';
const HASH = '0a1ff7634d9ab3b95db5c9a2dfe9416e41502b283a80c7cf19632632f96e6620';
const EMPTY_HASH = '44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a';
const ADDRESSES: Parameters = [
	['MessagingBinding.Address', '+1325xxxxxxx'],
	['MessagingBinding.Address', '+1415xxxxxxx'],
];

const withHost = (host: string, scheme = 'https') => `${scheme}://${host}/myapp.php?foo=1&bar=2`;

it.each<[what: string, signature: string, url: string, parameters: Parameters]>([
	['as given', 'RSOYDt4T1cUTdK1PDd93/VVr8B8=', URL_, PARAMETERS],
	[
		'https with a port of ours, signed without',
		'RSOYDt4T1cUTdK1PDd93/VVr8B8=',
		withHost('mycompany.com:1234'),
		PARAMETERS,
	],
	['https, signed with :443', 'kvajT1Ptam85bY51eRf/AJRuM3w=', URL_, PARAMETERS],
	[
		'http with a port',
		'Zmvh+3yNM1Phv2jhDCwEM3q5ebU=',
		withHost('mycompany.com:1234', 'http'),
		PARAMETERS,
	],
	[
		'http, signed with :80',
		'0ZXoZLH/DfblKGATFgpif+LLRf4=',
		withHost('mycompany.com', 'http'),
		PARAMETERS,
	],
	[
		'with user and password',
		'CukzLTc1tT5dXEDIHm/tKBanW10=',
		withHost('user:pass@mycompany.com'),
		PARAMETERS,
	],
	['with a user', '2YRLlVAflCqxaNicjMpJcSTgzSs=', withHost('user@mycompany.com'), PARAMETERS],
	[
		'with user and password, signed with :443',
		'ZQFR1PTIZXF2MXB8ZnKCvnnA+rI=',
		withHost('user:pass@mycompany.com'),
		PARAMETERS,
	],
	[
		'special characters, signed escaped',
		'TfZzewPq8wqrGlMfyAud8+/IvJ0=',
		`${URL_}&Body=It's+amazing`,
		PARAMETERS,
	],
	[
		'special characters, signed as they are (earlier versions of the SDK)',
		'dsq4Ehbj6cs+KdTkpF5sSSplOWw=',
		`${URL_}&Body=It's+amazing`,
		PARAMETERS,
	],
	['a repeated name', '83O6e2vORAoJHUNzJjDWN1jz+BA=', URL_, ADDRESSES],
	[
		'a repeated name, in another order',
		'83O6e2vORAoJHUNzJjDWN1jz+BA=',
		URL_,
		[...ADDRESSES].reverse(),
	],
	[
		'several names and values, one of them twice',
		'IK+Dwps556ElfBT0I3Rgjkr1wJU=',
		URL_,
		[
			['Sid', 'CA123'],
			['SidAccount', 'AC123'],
			['Digits', '5678'],
			['Digits', '1234'],
			['Digits', '1234'],
		],
	],
	['the hash of a body', 'a9nBmqA0ju/hNViExpshrM61xv4=', `${URL_}&bodySHA256=${HASH}`, []],
	[
		'the hash of a body alone',
		'y77kIzt2vzLz71DgmJGsen2scGs=',
		`https://mycompany.com/myapp.php?bodySHA256=${HASH}`,
		[],
	],
	[
		'the hash of an empty object, signed with :443',
		'Ldidvp12m26NI7eqEvxnEpkd9Hc=',
		`${URL_}&bodySHA256=${EMPTY_HASH}`,
		[],
	],
	[
		'the hash of an empty object',
		'rw/jVviOgicj2+kHZULvebnA4ag=',
		`${URL_}&bodySHA256=${EMPTY_HASH}`,
		[],
	],
])('signed: %s', (_, signature, url, parameters) => {
	expect(isSignedBy(TOKEN, signature, [url], parameters)).toBe(true);
	// The fragment, which sets time-outs and retries, is not signed.
	expect(isSignedBy(TOKEN, signature, [`${url}#rc=3&rp=all`], parameters)).toBe(true);
	expect(isSignedBy(TOKEN, signature, ['https://elsewhere.example/', url], parameters)).toBe(true);

	expect(isSignedBy('12346', signature, [url], parameters)).toBe(false);
	expect(isSignedBy(TOKEN, signature, [url], [...parameters, ['Extra', '']])).toBe(false);
	expect(isSignedBy(TOKEN, signature, [`${url}&more=1`], parameters)).toBe(false);
	expect(isSignedBy(TOKEN, signature, [url.replace('.com', '.org')], parameters)).toBe(false);
	expect(isSignedBy(TOKEN, signature, [url.replace('/myapp', '/other')], parameters)).toBe(false);
});

it.each(['', 'WRONG_SIGNATURE', 'RSOYDt4T1cUTdK1PDd93/VVr8B8', 'rsoydt4t1cutdk1pdd93/vvr8b8='])(
	'%j is no signature',
	(signature) => {
		expect(isSignedBy(TOKEN, signature, [URL_], PARAMETERS)).toBe(false);
	},
);

it('no URL, no signature', () => {
	expect(isSignedBy(TOKEN, 'RSOYDt4T1cUTdK1PDd93/VVr8B8=', [], PARAMETERS)).toBe(false);
	expect(isSignedBy(TOKEN, 'RSOYDt4T1cUTdK1PDd93/VVr8B8=', ['no URL'], PARAMETERS)).toBe(false);
});

it('sorts names as the SDK does: upper case first', () => {
	// HMAC-SHA1 over the URL and "A1B2a3", by another implementation (openssl).
	const signature = 'gWOnlvO7jBKUW/kH/DU+RZ8JhLQ=';
	const parameters: Parameters = [
		['a', '3'],
		['B', '2'],
		['A', '1'],
	];
	expect(isSignedBy(TOKEN, signature, [URL_], parameters)).toBe(true);
});

it.each<[what: string, url: string, body: string, is: boolean]>([
	['as it came', `${URL_}&bodySHA256=${HASH}`, BODY, true],
	['an empty object', `${URL_}&bodySHA256=${EMPTY_HASH}`, '{}', true],
	['changed by a space', `${URL_}&bodySHA256=${HASH}`, `${BODY} `, false],
	['no hash', URL_, BODY, false],
	['another hash', `${URL_}&bodySHA256=WRONG_HASH`, BODY, false],
	['no URL', 'no URL', BODY, false],
])('the hash of a body: %s', (_, url, body, is) => {
	expect(isHashedIn(url, Buffer.from(body))).toBe(is);
});
