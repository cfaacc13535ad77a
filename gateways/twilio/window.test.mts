import { startSandbox, type Sandbox } from '../../sandbox/index.mts';
import { toStatusEventItem } from '../../messages/statusEventItem';
import type { AccountColumn } from '../../stores/table/accounts';
import {
	credentialFor,
	errorOf,
	hurry,
	inSeconds,
	outputOf,
	type Json,
} from '../../test/nodes/fakeContext.mts';
import { startReceiver, type Receiver } from '../../test/sandbox/receiver.mts';
import { accountsTable } from '../../test/stores/table/fakes.mts';
import { MemoryTable } from '../../test/stores/table/memoryTable.mts';
import { twilio } from '.';

/** Free text on WhatsApp, more than 24 hours after the recipient's last message: the node, on the sandbox. */
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

const TO = '+15558675310';
const APPROVED = `HX${'51'.repeat(16)}`;
const CARD_OF_PENDING_APPROVAL = `HX${'52'.repeat(16)}`;
const LIST_PICKER = `HX${'54'.repeat(16)}`;
let sandbox: Sandbox;
let receiver: Receiver;

beforeAll(async () => {
	receiver = await startReceiver();
});
beforeEach(async () => {
	receiver.clear();
	mockMessages = new MemoryTable();
	mockAccounts = accountsTable();
	sandbox = await startSandbox({ clockFactor: 600 });
	sandbox.setWebhook('twilio', { url: receiver.url });
	hurry();
});
afterEach(async () => {
	jest.restoreAllMocks();
	await sandbox.close();
});
afterAll(async () => await receiver.close());

const credential = (channel: string) =>
	credentialFor(sandbox, { webhookSecret: '', twilioChannel: channel }, 'twilio');
const run = async (parameters: Json, items?: Json[], channel = 'whatsapp') =>
	await outputOf(parameters, { credential: credential(channel), items });
const refused = async (parameters: Json, channel: string) => {
	const { message, description } = await errorOf(parameters, { credential: credential(channel) });
	return `${message} ${description ?? ''}`;
};

const text: Json = {
	operation: 'schedule',
	recipient: TO,
	text: 'See you at ten',
	storeIn: 'dataTable',
	sendAt: inSeconds(-60),
	options: { ifTimePassed: 'sendEarliest' },
};
const chosen = (sid: string, variables: Json, names: [string, string]): Json => ({
	[names[0]]: { __rl: true, mode: 'name', value: sid },
	[names[1]]: { mappingMode: 'defineBelow', value: variables, matchingColumns: [], schema: [] },
});
const instead = (sid: string, variables: Json): Json => ({
	...text,
	ifWindowClosed: 'sendTemplate',
	...chosen(sid, variables, ['replacementTemplate', 'replacementVariables']),
});
const asTemplate = (sid: string, variables: Json): Json => ({
	...text,
	messageType: 'template',
	...chosen(sid, variables, ['template', 'templateVariables']),
});
const REMINDER = instead(APPROVED, { '1': 'Anna', '2': '10:30' });

const row = () => mockMessages.row(1);
const sendDue = async () => {
	mockMessages.edit(1, { send_at: inSeconds(-120), next_attempt_at: inSeconds(-5) });
	return await run({ operation: 'sendDue' });
};
/** What the gateway has reported since, recorded one by one. */
const recordAll = async () => {
	await sandbox.idle();
	const reported = receiver.bodies();
	receiver.clear();
	for (const body of reported) {
		const [event] = twilio.parseWebhook(body, { receivedAt: new Date().toISOString() });
		await run({ operation: 'recordStatus' }, [toStatusEventItem(event, 'UTC') as unknown as Json]);
	}
	return reported.map(({ MessageStatus, ErrorCode }) => ErrorCode ?? MessageStatus);
};
const sent = () => sandbox.messages('twilio').map(({ type }) => type);
const close = () => sandbox.dialect('twilio').windows.close(TO);

it('a text that Twilio fails with 63016 goes out as the template, once', async () => {
	close();
	const [item] = await run(REMINDER);
	expect(item.warnings).toEqual([]);
	// Twilio takes it: only a status says that it came too late.
	expect(await sendDue()).toMatchObject([{ status: 'queued', type: 'text' }]);
	expect(await recordAll()).toEqual(['queued', '63016']);
	expect(row()).toMatchObject({
		status: 'scheduled',
		failure: expect.stringContaining('more than 24 hours old'),
	});
	expect(await sendDue()).toMatchObject([{ status: 'queued', type: 'template' }]);
	expect(await recordAll()).toEqual(['queued', 'sent', 'delivered', 'read']);
	expect(row()).toMatchObject({ status: 'read', failure: null });
	expect(await sendDue()).toEqual([]);
	expect(sent()).toEqual(['text', 'template']);
	const [, template] = sandbox.messages('twilio');
	expect(template.body).toMatchObject({ ContentSid: APPROVED, To: `whatsapp:${TO}` });
});

it('without a template it fails, with the reason', async () => {
	close();
	const [item] = await run(text);
	expect(item.warnings).toEqual([
		'Twilio delivers this text message only if the recipient writes to you within the 24 hours before it is sent. Schedule a template, or set "If the 24-Hour Window Is Closed".',
	]);
	await sendDue();
	await recordAll();
	expect(row()).toMatchObject({
		status: 'failed',
		failure: expect.stringContaining('more than 24 hours old'),
	});
});

it('to somebody who has written since, the text arrives', async () => {
	close();
	await run(REMINDER);
	sandbox.receive('twilio', { from: TO, text: 'Hi', name: 'Anna' });
	await sendDue();
	expect(await recordAll()).toEqual(['queued', 'sent', 'delivered', 'read']);
	expect(sent()).toEqual(['text']);
});

it('a text whose answer was lost is found as failed, and goes out as the template', async () => {
	close();
	await run(REMINDER);
	sandbox.faults.add({ kind: 'dropResponse', gateway: 'twilio', times: 1 });
	expect(await sendDue()).toMatchObject([{ status: 'unconfirmed' }]);
	await sandbox.idle();
	expect(await sendDue()).toMatchObject([{ status: 'queued', type: 'template' }]);
	expect(sent()).toEqual(['text', 'template']);
});

it('by SMS there is no such window', async () => {
	expect(await refused(REMINDER, 'sms')).toContain(
		'this node does not learn of a closed window from Twilio with this credential Choose "Fail".',
	);
	const [item] = await run(text, undefined, 'sms');
	expect(item.warnings).toEqual([]);
});

it('a text that Twilio schedules itself has no replacement, which its warning says', async () => {
	const [item] = await run({ ...text, storeIn: 'gateway', sendAt: inSeconds(3_600) });
	expect(item).toMatchObject({ storedIn: 'gateway', status: 'scheduled' });
	expect(item.warnings).toEqual([
		expect.stringMatching(
			/Schedule a template, or set "Store Messages In" to "n8n Data Table" and then "If the 24-Hour Window Is Closed"\.$/,
		),
	]);
});

describe('a template without an approval', () => {
	const VARIABLES = { '1': 'Anna' };

	it('goes out within the window if its type needs none, with a warning', async () => {
		const [item] = await run(asTemplate(LIST_PICKER, VARIABLES));
		expect(item.warnings).toEqual([
			'Twilio delivers the template "choose_a_time" only if the recipient writes to you within the 24 hours before it is sent, since it was not approved (unsubmitted).',
		]);
		await sendDue();
		expect(await recordAll()).toEqual(['queued', 'sent', 'delivered', 'read']);
	});

	it('fails outside of it', async () => {
		close();
		await run(asTemplate(LIST_PICKER, VARIABLES));
		await sendDue();
		expect(await recordAll()).toEqual(['queued', '63016']);
		expect(row()).toMatchObject({ status: 'failed' });
	});

	it('is nothing to send instead, and none that waits for its approval', async () => {
		expect(await refused(instead(LIST_PICKER, VARIABLES), 'whatsapp')).toContain(
			'but Twilio delivers it within the 24-hour window only (unsubmitted)',
		);
		const pending = asTemplate(CARD_OF_PENDING_APPROVAL, { name: 'Anna', picture: 'a.png' });
		expect(await refused(pending, 'whatsapp')).toContain('it is not approved yet at Twilio');
	});
});
