import { startSandbox, type Sandbox } from '../../sandbox/index.mts';
import { startReceiver, type Receiver } from '../../test/sandbox/receiver.mts';
import { shapeOf } from '../../test/sandbox/shape.mts';
import group from './fixtures/received-group.webhook.json';
import metaButton from './fixtures/received-button-meta.webhook.json';
import reply from './fixtures/received-reply.webhook.json';
import webhookSet from './fixtures/webhook-set.request.json';

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

const from = '553188561070';
const dialect = () => sandbox.dialect('evolutionApi');
type Data = Record<string, unknown>;
async function told(message: object = {}): Promise<Data[]> {
	receiver.clear();
	sandbox.receive('evolutionApi', { from, text: 'Sim, pode ser', ...message });
	await sandbox.idle();
	return receiver.bodies().map(({ data }) => data as Data);
}
/** The names of the sample are all there, whatever else of WhatsApp's own it has. */
const namesOf = (data: object) => (shapeOf(data) as Array<[string]>).map(([name]) => name).sort();

it('an incoming message has the form of the samples', async () => {
	sandbox.setWebhook('evolutionApi', { url: receiver.url });
	const [answer] = await told({ replyTo: '3EB0FCA6FD5AC08629C2B5' });
	expect(namesOf(answer)).toEqual(namesOf(reply.data));
	expect(answer).toMatchObject({
		key: { remoteJid: `${from}@s.whatsapp.net`, fromMe: false },
		message: { conversation: 'Sim, pode ser' },
		messageType: 'conversation',
		contextInfo: { stanzaId: '3EB0FCA6FD5AC08629C2B5' },
	});
	const { remoteJid } = group.data.key;
	const [inGroup] = await told({ group: remoteJid });
	expect(inGroup.key).toMatchObject({ remoteJid, participant: `${from}@s.whatsapp.net` });
	const [pressed] = await told({ text: 'Confirm', buttonId: 'b1' });
	expect(pressed).toMatchObject({ messageType: 'templateButtonReplyMessage' });
});

it('has the form of the other versions and channels', async () => {
	sandbox.setWebhook('evolutionApi', { url: receiver.url });
	dialect().setMeta(true);
	const [ofMeta] = await told({ text: 'Confirm', buttonId: 'lost', replyTo: 'wamid.A' });
	expect(namesOf(ofMeta)).toEqual(namesOf(metaButton.data));
	expect(JSON.stringify(ofMeta)).not.toContain('lost');
	dialect().setMeta(false);
	dialect().setVersion('1.8.6');
	expect(await told()).toMatchObject([
		{ message: { extendedTextMessage: { text: 'Sim, pode ser' } } },
	]);
});

it('is told only where the webhook asks for it', async () => {
	const { baseUrl, apiKey } = sandbox.accounts.evolutionApi;
	const set = async (events: string[]) =>
		await fetch(`${baseUrl}/webhook/set/my%20shop`, {
			method: 'POST',
			headers: { apikey: apiKey, 'content-type': 'application/json' },
			body: JSON.stringify({ webhook: { ...webhookSet.webhook, url: receiver.url, events } }),
		});
	await set(['MESSAGES_UPDATE']);
	expect(await told()).toEqual([]);
	await set(['MESSAGES_UPDATE', 'MESSAGES_UPSERT']);
	expect(await told()).toHaveLength(1);
});
