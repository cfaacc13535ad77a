import { startSandbox, type Sandbox } from '../../sandbox/index.mts';
import { startReceiver, type Receiver } from '../../test/sandbox/receiver.mts';
import { expectSameShape } from '../../test/sandbox/shape.mts';
import button from './fixtures/received-button.webhook.json';
import text from './fixtures/received-text.webhook.json';

let sandbox: Sandbox;
let receiver: Receiver;

beforeAll(async () => {
	receiver = await startReceiver();
});
beforeEach(async () => {
	receiver.clear();
	sandbox = await startSandbox({ clockFactor: 1000 });
});
afterEach(async () => await sandbox.close());
afterAll(async () => await receiver.close());

const from = '4915112345678';
type Event = Record<string, unknown> & { payload: Record<string, unknown> };
async function told(message: object): Promise<Event[]> {
	receiver.clear();
	sandbox.receive('waha', { from, text: 'Yes, Tuesday is fine', ...message });
	await sandbox.idle();
	return receiver.bodies() as Event[];
}

it('an incoming message has the form of the samples', async () => {
	sandbox.setWebhook('waha', { url: receiver.url, received: true });
	const [plain] = await told({});
	expectSameShape(plain.payload, text.payload);
	const [pressed] = await told({ text: 'Confirm', replyTo: 'A', buttonId: 'b1' });
	expect(Object.keys(pressed.payload)).toEqual(Object.keys(button.payload));
	expect(pressed.payload.replyTo).toMatchObject({ id: 'A' });
	const [inGroup] = await told({ group: '120363402931855007@g.us' });
	expect(inGroup.payload).toMatchObject({
		from: '120363402931855007@g.us',
		participant: `${from}@c.us`,
	});
});

it.each(['NOWEB', 'GOWS', 'WEBJS', 'WPP'] as const)('of %s has the button', async (engine) => {
	sandbox.dialect('waha').setServer({ engine });
	sandbox.setWebhook('waha', { url: receiver.url });
	const [{ payload }] = await told({ text: 'Confirm', buttonId: 'b1' });
	expect([payload.body, JSON.stringify(payload._data)]).toEqual([
		'Confirm',
		expect.stringContaining('"b1"'),
	]);
});

it('is told by each event that the webhook asks for, and otherwise not', async () => {
	const eventsWith = async (events: string[]) => {
		sandbox.dialect('waha').session.config = { webhooks: [{ url: receiver.url, events }] };
		return (await told({})).map(({ event }) => event).sort();
	};
	expect(await eventsWith(['message.ack'])).toEqual([]);
	expect(await eventsWith(['message'])).toEqual(['message']);
	expect(await eventsWith(['*'])).toEqual(['message', 'message.any']);
});
