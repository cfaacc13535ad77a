import { startSandbox, type Sandbox } from '../../sandbox/index.mts';
import { expectSameShape } from '../../test/sandbox/shape.mts';
import button from './fixtures/received-button.webhook.json';
import reply from './fixtures/received-reply.webhook.json';
import text from './fixtures/received-text.webhook.json';
import { startCallback, type Callback } from './testCallback.mts';

let sandbox: Sandbox;
let callback: Callback;

beforeAll(async () => {
	callback = await startCallback();
	sandbox = await startSandbox({ clockFactor: 1000 });
});
afterAll(async () => {
	await sandbox.close();
	await callback.close();
});

it('an incoming message has the form of the samples, and goes where statuses go', async () => {
	const from = '16505551234';
	sandbox.receive('whatsAppCloud', { from, text: 'to nobody' });
	sandbox.setWebhook('whatsAppCloud', { url: callback.url });
	const written = [
		{ from, text: 'Does it come in another color?' },
		{ from, text: 'Tuesday is fine', replyTo: 'wamid.A' },
		{ from, text: 'Cancel', replyTo: 'wamid.A', buttonId: 'cancel-button' },
		{ from, text: 'Hi all', group: 'Y2FwaV9n' },
	];
	const ids = [];
	for (const message of written) {
		ids.push(sandbox.receive('whatsAppCloud', message));
		await sandbox.idle();
	}
	const bodies = callback.received.map(({ body }) => body as typeof text);
	for (const [index, sample] of [text, reply, button].entries()) {
		expectSameShape(bodies[index], sample);
	}
	const told = bodies.map(({ entry }) => entry[0].changes[0].value.messages[0]);
	expect(told.map(({ id }) => id)).toEqual(ids);
	expect(told[3]).toMatchObject({ from, group_id: 'Y2FwaV9n' });
});
