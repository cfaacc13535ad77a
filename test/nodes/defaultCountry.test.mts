import { startSandbox, type Sandbox } from '../../sandbox/index.mts';
import { DataTables } from './dataTables.mts';
import {
	credentialFor,
	errorOf,
	hurry,
	inSeconds,
	outputOf,
	type Json,
	type Setting,
} from './fakeContext.mts';
import { differences, schemaOf } from './schema.mts';

/** *Default Country*: national numbers as recipients, from the parameter to the gateway. */
let sandbox: Sandbox;
let tables: DataTables;
let setting: Setting;

beforeEach(async () => {
	sandbox = await startSandbox({ rateLimits: false, clockFactor: 60 });
	tables = new DataTables();
	setting = { credential: credentialFor(sandbox), tables };
	hurry();
});
afterEach(async () => {
	jest.restoreAllMocks();
	await sandbox.close();
});

const numbers = () => sandbox.messages('chatWhatsApp').map(({ to }) => to);
const toEach = (options: Json, more: Json = {}): Json => ({
	recipient: '={{ $json.to }}',
	text: 'See you at ten',
	sendAt: inSeconds(7_200),
	...more,
	options,
});
const to = (...recipients: unknown[]) => recipients.map((each) => ({ to: each })) as Json[];

it('schedules national numbers, leaves the others, and tells what was given', async () => {
	const items = to('0151 2345678', 1512345679, '+14155238886', '120363039326117111@g.us');
	const output = await outputOf(toEach({ defaultCountry: 'DE' }), { ...setting, items });
	expect(output.map(({ recipientAsGiven }) => recipientAsGiven)).toEqual([
		'0151 2345678',
		'1512345679',
		null,
		null,
	]);
	expect(numbers().sort()).toEqual([
		'120363039326117111@g.us',
		'14155238886',
		'491512345678',
		'491512345679',
	]);
	for (const item of output) {
		expect(differences(item, schemaOf('scheduledMessage', 'schedule'))).toEqual([]);
	}
});

it('sends to a national number', async () => {
	const parameters = {
		resource: 'message',
		operation: 'send',
		recipient: '07911 123456',
		text: 'Hi',
	};
	const send = async (options: Json) => await outputOf({ ...parameters, options }, { ...setting });
	const [item] = await send({ defaultCountry: 'GB' });
	expect(item.recipientAsGiven).toBe('07911 123456');
	expect(differences(item, schemaOf('message', 'send'))).toEqual([]);
	expect(numbers()).toEqual(['447911123456']);
});

it('takes the country of each item, in any case', async () => {
	const items = to('06 1234 5678', '(646) 555-0123').map((item, index) => ({
		...item,
		country: ['it', ' Us '][index],
	}));
	await outputOf(toEach({ defaultCountry: '={{ $json.country }}' }), { ...setting, items });
	expect(numbers().sort()).toEqual(['16465550123', '390612345678']);
});

it.each(['gateway', 'dataTable'])(
	'knows a message again however its number is written, held in: %s',
	async (storeIn) => {
		const options = { defaultCountry: 'DE', ifAlreadyScheduled: 'return' };
		const parameters = toEach(options, { storeIn });
		const ids = new Set<unknown>();
		for (const form of ['0151 2345678', '+491512345678', '0049 151 2345678', 1512345678]) {
			const [item] = await outputOf(parameters, { ...setting, items: to(form) });
			ids.add(item.scheduleId);
		}
		expect(ids.size).toBe(1);
		const filters = { recipient: '0151/2345678' };
		const read = { operation: 'getAll', storeIn, filters, options: { defaultCountry: 'DE' } };
		const found = await outputOf(read, setting);
		expect(found.map(({ scheduleId }) => scheduleId)).toEqual([...ids]);
		expect('recipientAsGiven' in found[0]).toBe(false);
	},
);

it('retries the messages of a national number only', async () => {
	const items = to('0151 2345678', '0151 2345679');
	const parameters = toEach({ defaultCountry: 'DE' }, { storeIn: 'dataTable' });
	await outputOf(parameters, { ...setting, items });
	for (const row of tables.named('scheduled_messages').rows.values())
		Object.assign(row, { status: 'failed' });
	const output = await outputOf(
		{
			operation: 'retry',
			filters: { recipient: '0151 2345679' },
			options: { defaultCountry: 'DE' },
		},
		setting,
	);
	expect(output).toHaveLength(1);
	expect(JSON.stringify(output[0].recipient)).toContain('+491512345679');
});

it.each<[string, Json]>([
	['a number that the country does not have', { to: '0151 23', country: 'DE' }],
	['a number that can be two', { to: '15123456789', country: 'DE' }],
])('refuses %s before anything is scheduled', async (_, item) => {
	const items = [{ to: '+14155238886', country: '' }, item];
	const parameters = toEach({ defaultCountry: '={{ $json.country }}' });
	const { message } = await errorOf(parameters, { ...setting, items });
	expect(message).toContain(`"Recipient" is "${String(item.to)}"`);
	expect(message).toContain('Germany (+49)');
	expect(numbers()).toEqual([]);
});

it.each(['Germany', 'XX', '49', 49, { id: 'DE' }])(
	'refuses %j as a country by name',
	async (value) => {
		const { message } = await errorOf(toEach({ defaultCountry: value as never }), {
			...setting,
			items: to('0151 2345678'),
		});
		expect(message).toContain('"Default Country" is "');
		expect(message).toContain('e.g. DE.');
	},
);

it('is off unless chosen: the refusal names the option', async () => {
	for (const options of [{}, { defaultCountry: '' }] as Json[]) {
		const error = await errorOf(toEach(options), { ...setting, items: to('0151 2345678') });
		expect(error.message).toContain('a number without a country code');
		expect(error.description).toContain('"Default Country" under Options');
	}
});
