import { cage, CLOSED, parrot, template } from '../gateways/parrot.mts';
import { toStatusEventItem } from '../../messages/statusEventItem';
import type { AccountColumn } from '../../stores/table/accounts';
import { accountsTable } from '../stores/table/fakes.mts';
import { MemoryTable } from '../stores/table/memoryTable.mts';
import { errorOf, hurry, inSeconds, outputOf, type Json } from './fakeContext.mts';
import { differences, schemaOf } from './schema.mts';

let mockMessages: MemoryTable;
let mockAccounts: MemoryTable<AccountColumn>;

// The tables are n8n's; what reaches them has tests of its own, on a real n8n.
jest.mock('../../nodes/shared/dataTable', () => ({
	...jest.requireActual<object>('../../nodes/shared/dataTable'),
	openTable: async () => Object.assign(mockMessages, { name: 'scheduled_messages', listId: null }),
	openTableOf: async () => mockAccounts,
	findTableOf: async () => mockAccounts,
	tableById: () => mockMessages,
}));

const credential = {
	gateway: 'parrot',
	parrotUrl: 'https://parrot.example',
	parrotKey: 'nut-0815',
};
const ANA = { 'body.1': 'Ana', 'body.2': 'ten' };
const REMINDER = { name: 'reminder', language: 'en_US', variables: ANA };
const TO = '+919988066776';

beforeEach(() => {
	cage.reset();
	mockMessages = new MemoryTable();
	mockAccounts = accountsTable();
	hurry();
});
afterEach(() => jest.restoreAllMocks());

const rows = () => [...mockMessages.rows.values()];
const mapped = (value: Json): Json => ({
	mappingMode: 'defineBelow',
	value,
	matchingColumns: [],
	schema: [],
});
const text = (options: Json = {}, changes: Json = {}): Json => ({
	operation: 'schedule',
	recipient: TO,
	messageType: 'text',
	text: 'See you at ten',
	storeIn: 'dataTable',
	sendAt: inSeconds(-60),
	options: { ifTimePassed: 'sendEarliest', ...options },
	...changes,
});
const INSTEAD: Json = {
	replacementTemplate: { __rl: true, mode: 'list', value: 'reminder|en_US' },
	replacementVariables: mapped(ANA),
};
const withTemplate = (changes: Json = {}) =>
	text({}, { ifWindowClosed: 'sendTemplate', ...INSTEAD, ...changes });
const run = async (parameters: Json, items?: Json[]) =>
	await outputOf(parameters, { credential, items });
const sendDue = async () => await run({ operation: 'sendDue' });
/** Makes all rows due: times are in whole seconds. */
const makeDue = () =>
	void rows().forEach((row) =>
		Object.assign(row, {
			send_at: inSeconds(-120),
			...(row.status === 'scheduled' ? { next_attempt_at: inSeconds(-5) } : {}),
		}),
	);
const recorded = async (status: Json): Promise<Json> => {
	const body = { statuses: [status] };
	const [event] = parrot.parseWebhook(body, { receivedAt: new Date().toISOString() });
	const item = toStatusEventItem(event, 'UTC') as unknown as Json;
	const [output] = await run({ operation: 'recordStatus' }, [item]);
	return output;
};

it('a text for later warns that it may come too late', async () => {
	const [item] = await run(text());
	expect(item.warnings).toEqual([
		'Parrot delivers this text message only if the recipient writes to you within the 24 hours before it is sent. Schedule a template, or set "If the 24-Hour Window Is Closed".',
	]);
	expect(differences(item, schemaOf('scheduledMessage', 'schedule'))).toEqual([]);
});

it('a text with a template for that does not, and is a text until then', async () => {
	const [item] = await run(withTemplate());
	expect(item).toMatchObject({ type: 'text', text: 'See you at ten', warnings: [] });
	makeDue();
	expect(await sendDue()).toMatchObject([{ status: 'sent', type: 'text' }]);
	expect(cage.sent).toMatchObject([{ type: 'text', idempotencyKey: item.scheduleId }]);
});

it('a rejected text that a person cancelled meanwhile becomes no template', async () => {
	cage.closed.add(TO);
	await run(withTemplate());
	makeDue();
	mockMessages.before = (access) => {
		const [row] = rows();
		// The request is under way: the row has its mark, and what comes next writes the rejection.
		if (access === 'update' && row.status === 'sending')
			mockMessages.edit(1, { status: 'cancelled' });
	};
	await sendDue();
	mockMessages.before = () => undefined;
	expect(rows()).toMatchObject([{ status: 'cancelled', replaced_at: null }]);
	await sendDue();
	expect(cage.sent).toEqual([]);
});

it('a rejected text becomes the template, which is sent once, in the same run', async () => {
	cage.closed.add(TO);
	const [{ scheduleId }] = await run(withTemplate());
	makeDue();
	const output = await sendDue();
	expect(output).toMatchObject([{ status: 'sent', type: 'template', template: REMINDER }]);
	expect(cage.sent).toMatchObject([{ type: 'template', template: REMINDER }]);
	const [{ idempotencyKey }] = cage.sent;
	expect(idempotencyKey).toMatch(
		/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/,
	);
	expect(idempotencyKey).not.toBe(scheduleId);
	// A person still sees what it was to be.
	expect(rows()).toMatchObject([{ text: 'See you at ten', failure: null }]);
	expect(await sendDue()).toEqual([]);
	expect(cage.sent).toHaveLength(1);
});

it('a rejected text without a template fails with the reason', async () => {
	cage.closed.add(TO);
	await run(text({}, { ifWindowClosed: 'fail' }));
	makeDue();
	expect(await sendDue()).toMatchObject([
		{ status: 'failed', failure: expect.stringContaining('the window is closed') },
	]);
	expect(cage.sent).toEqual([]);
});

describe('a closed window that a webhook reports', () => {
	const failure = (id: string) => ({ id, code: CLOSED, to: TO });

	it('puts the template in the place of the text, once however often it is reported', async () => {
		await run(withTemplate());
		makeDue();
		await sendDue();
		expect(await recorded(failure('squawk-1'))).toMatchObject({ recorded: true });
		expect(rows()).toMatchObject([{ status: 'scheduled', message_id: null }]);
		expect(await recorded(failure('squawk-1'))).toMatchObject({ recorded: false });
		makeDue();
		expect(await sendDue()).toMatchObject([{ status: 'sent', type: 'template' }]);
		expect(await recorded(failure('squawk-1'))).toMatchObject({ recorded: false });
		makeDue();
		expect(await sendDue()).toEqual([]);
		expect(cage.sent.map(({ type }) => type)).toEqual(['text', 'template']);
		expect(await recorded({ id: 'squawk-2' })).toMatchObject({ recorded: true });
		expect(rows()).toMatchObject([{ status: 'delivered', message_id: 'squawk-2' }]);
	});

	it('changes nothing of what has arrived, of a template, and of a failure of another kind', async () => {
		await run(withTemplate());
		makeDue();
		await sendDue();
		await recorded({ id: 'squawk-1' });
		expect(await recorded(failure('squawk-1'))).toMatchObject({ recorded: false });
		await run(withTemplate({ text: 'Another' }));
		makeDue();
		await sendDue();
		await recorded({ ...failure('squawk-2'), code: '131026' });
		expect(rows().map(({ status }) => status)).toEqual(['delivered', 'failed']);
		makeDue();
		expect(await sendDue()).toEqual([]);
		expect(cage.sent).toHaveLength(2);
	});

	it('does not settle a template of unknown outcome as the text before it', async () => {
		const [{ scheduleId }] = await run(withTemplate());
		makeDue();
		await sendDue();
		await recorded(failure('squawk-1'));
		makeDue();
		const { send } = parrot;
		try {
			Object.assign(parrot, {
				send: async () => {
					throw new Error('the answer was lost');
				},
			});
			expect(await sendDue()).toMatchObject([{ status: 'unconfirmed', type: 'template' }]);
		} finally {
			Object.assign(parrot, { send });
		}
		const ofText = { id: 'squawk-1', to: TO, reference: scheduleId as string };
		expect(await recorded(ofText)).toMatchObject({ recorded: false });
		expect(rows()).toMatchObject([{ status: 'unconfirmed' }]);
	});
});

describe('a template that the gateway delivers within the window only', () => {
	beforeEach(() => {
		cage.templates = [
			template({ status: 'windowOnly', gatewayStatus: 'unsubmitted', title: 'Reminder' }),
		];
	});
	const itself: Json = {
		messageType: 'template',
		template: { __rl: true, mode: 'name', value: 'reminder' },
		templateLanguage: 'en_US',
		templateVariables: mapped(ANA),
	};

	it.each([
		['scheduled', text({}, itself)],
		['sent', { resource: 'message', operation: 'send', recipient: TO, ...itself }],
	])('is %s, with a warning', async (_, parameters) => {
		const [item] = await run(parameters);
		expect(item).toMatchObject({
			type: 'template',
			warnings: [
				'Parrot delivers the template "Reminder" only if the recipient writes to you within the 24 hours before it is sent, since it was not approved (unsubmitted).',
			],
		});
	});

	it('is no replacement', async () => {
		const { message } = await errorOf(withTemplate(), { credential });
		expect(message).toContain(
			'"Replacement Template" is "reminder (en_US)", but Parrot delivers it within the 24-hour window only (unsubmitted)',
		);
		expect(rows()).toEqual([]);
	});
});

it.each<[string, Json, string]>([
	[
		'nothing to send instead',
		{ replacementTemplate: { __rl: true, mode: 'list', value: '' } },
		'"Replacement Template" is empty.',
	],
	[
		'an unknown template',
		{ replacementTemplate: { __rl: true, mode: 'name', value: 'invoice' } },
		'"Replacement Template" is "invoice", which Parrot does not have',
	],
	[
		'too few variables',
		{ replacementVariables: mapped({ 'body.1': 'Ana' }) },
		'"Replacement Variables" has no value for "body.2"',
	],
])('scheduling is refused with %s', async (_, changes, sentence) => {
	const { message } = await errorOf(withTemplate(changes), { credential });
	expect(message).toContain(sentence);
	expect(rows()).toEqual([]);
});

it('a gateway without such a window takes no template for it, and warns of nothing', async () => {
	const { capabilities } = parrot;
	try {
		Object.assign(parrot, { capabilities: { ...capabilities, windowClosedCode: undefined } });
		expect((await errorOf(withTemplate(), { credential })).message).toContain(
			'"If the 24-Hour Window Is Closed" is "sendTemplate", but this node does not learn of a closed window from Parrot with this credential',
		);
		expect((await run(text()))[0].warnings).toEqual([]);
	} finally {
		Object.assign(parrot, { capabilities });
	}
});
