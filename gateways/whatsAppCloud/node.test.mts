import { startSandbox, type Sandbox } from '../../sandbox/index.mts';
import { credentialFor, errorOf, outputOf, type Json } from '../../test/nodes/fakeContext.mts';

/** The node with this gateway, on the sandbox: what users do wrong, and the sentence that they read. */
let sandbox: Sandbox;
const TO = '+16505551234';

beforeEach(async () => {
	sandbox = await startSandbox({ clockFactor: 600 });
});
afterEach(async () => await sandbox.close());

const setting = (changes: Json = {}) => ({
	credential: credentialFor(sandbox, { webhookSecret: '', ...changes }, 'whatsAppCloud'),
});
const text: Json = { resource: 'message', operation: 'send', recipient: TO, text: 'Hello' };
const VARIABLES = { 'body.1': 'Ana', 'body.2': 'ten', 'button.1.url': '17' };
const template = (variables: Json = VARIABLES, name = 'appointment_reminder|en'): Json => ({
	...text,
	messageType: 'template',
	template: { __rl: true, mode: 'list', value: name },
	templateVariables: {
		mappingMode: 'defineBelow',
		value: variables,
		matchingColumns: [],
		schema: [],
	},
});
const sends = () =>
	sandbox.requests('whatsAppCloud').filter(({ method }) => method === 'POST').length;

it('sends a template with its variables, outside the window, too', async () => {
	sandbox.dialect('whatsAppCloud').closeWindow(TO);
	const [item] = await outputOf(template(), setting());
	expect(item).toMatchObject({ status: 'queued', gateway: 'whatsAppCloud', recipient: TO });
	expect(sandbox.messages('whatsAppCloud')).toMatchObject([{ type: 'template' }]);
});

type Dialect = ReturnType<Sandbox['dialect']>;
type Row = [
	what: string,
	parameters: Json,
	sentence: RegExp,
	requests: number,
	prepare?: (dialect: Extract<Dialect, { closeWindow: unknown }>) => void,
	credential?: Json,
];
const media = (mediaUrl: string): Json => ({ ...text, messageType: 'image', mediaUrl });

it.each<Row>([
	[
		'no template outside the window',
		text,
		/More than 24 hours have passed.*Send a template/,
		1,
		(dialect) => dialect.closeWindow(TO),
	],
	['too few variables', template({ 'body.1': 'Ana' }), /"Variables" has no value for "body\.2"/, 0],
	['too many variables', template({ ...VARIABLES, 'body.3': 'x' }), /"Variables" has "body\.3"/, 0],
	[
		'another language',
		template(VARIABLES, 'appointment_reminder|de'),
		/"Template Language" is "de".*Enter one of: en/,
		0,
	],
	['an unknown template', template(VARIABLES, 'nobody|en'), /"Template" is "nobody \(en\)"/, 0],
	[
		'a template that is not approved',
		template({}, 'address_update|en'),
		/"address_update \(en\)", but it is not approved yet/,
		0,
	],
	[
		'a template that was paused meanwhile',
		template(),
		/it is paused/,
		0,
		(dialect) => void (dialect.templates[0].status = 'PAUSED'),
	],
	[
		'media that Meta does not take',
		media('https://example.com/a.gif'),
		/Unable to upload the media.*JPEG or PNG/,
		1,
		(dialect) => dialect.refuse(TO, 131053),
	],
	[
		'a number that is not on WhatsApp',
		text,
		/Message Undeliverable.*may not be on WhatsApp/,
		1,
		(dialect) => dialect.refuse(TO, 131026),
	],
	[
		'somebody who stopped marketing',
		template(),
		/has stopped marketing messages/,
		1,
		(dialect) => dialect.refuse(TO, 131050),
	],
	[
		'an expired token',
		text,
		/does not accept the credential.*has expired.*"Access Token"/,
		1,
		undefined,
		{ whatsAppCloudAccessToken: 'EAAexpired0123' },
	],
	[
		'a token that may not send',
		text,
		/does not allow.*whatsapp_business_messaging/,
		1,
		(dialect) => void dialect.permissions.delete('whatsapp_business_messaging'),
	],
	[
		'a phone number for its ID',
		text,
		/"Phone Number ID" is "\+1 555 078 3881"/,
		0,
		undefined,
		{ whatsAppCloudPhoneNumberId: '+1 555 078 3881' },
	],
	[
		'the ID of another number',
		text,
		/does not exist.*Check "Phone Number ID"/,
		1,
		undefined,
		{ whatsAppCloudPhoneNumberId: '106540352242999' },
	],
])('%s is refused with its sentence', async (...row) => {
	const [, parameters, sentence, requests, prepare, credential] = row;
	prepare?.(sandbox.dialect('whatsAppCloud'));
	const error = await errorOf(parameters, setting(credential));
	expect(`${error.message} ${error.description ?? ''}`).toMatch(sentence);
	expect(sends()).toBe(requests);
});

it.each<[string, Json, ((dialect: Extract<Dialect, { closeWindow: unknown }>) => void)?]>([
	['without the account’s ID', { whatsAppCloudWabaId: '' }],
	[
		'without the permission for it',
		{},
		(dialect) => void dialect.permissions.delete('whatsapp_business_management'),
	],
])('sends a template %s, which only its check needs', async (...row) => {
	const [, credential, prepare] = row;
	prepare?.(sandbox.dialect('whatsAppCloud'));
	const [item] = await outputOf(template(), setting(credential));
	expect(item).toMatchObject({
		status: 'queued',
		warnings: [expect.stringMatching(/The template was not checked/)],
	});
});
