import contents from './fixtures/contents.json';
import sent from './fixtures/sent.json';
import scheduled from './fixtures/scheduled.json';
import { twilio } from './index';
import { answering, credential, formOf, message } from './testValues.mts';

const library = twilio.templates!;
const SID = 'HX5fcd48a417c1cb59da349ad6d5da4607';
const onWhatsApp = { ...credential, twilioChannel: 'whatsapp' };
const page = (list: object[], next: string | null = null) => ({
	contents: list,
	meta: { next_page_url: next },
});

it('lists the sample, at the host of templates', async () => {
	const { connection, requests } = answering([contents], onWhatsApp);
	const { templates, cursor } = await library.list(connection, {});
	expect(requests[0].url).toBe('https://content.twilio.com/v1/ContentAndApprovals');
	expect(cursor).toBeNull();
	expect(templates).toMatchObject([
		{
			// A text or a place: neither needs an approval within the window.
			status: 'windowOnly',
			gatewayStatus: 'unsubmitted',
			variables: [{ id: 'name', example: 'foo' }],
		},
		{
			name: SID,
			language: 'en',
			title: 'Media Test',
			category: 'TRANSACTIONAL',
			status: 'approved',
			gatewayStatus: 'approved',
			text: expect.stringMatching(/^\{\{1\}\}, Congratulations \{\{2\}\}!/),
			variables: [
				{
					id: '1',
					label: '{{1}}: {{1}}, Congratulations…',
					kind: 'text',
					example: 'name',
				},
				{ id: '2', kind: 'text', example: 'typedocument' },
			],
			unsupported: null,
		},
	]);
});

it('by SMS no template needs an approval', async () => {
	const { connection } = answering([contents]);
	const { templates } = await library.list(connection, {});
	expect(templates.map(({ status }) => status)).toEqual(['approved', 'approved']);
});

it.each([
	['approved', 'approved'],
	['received', 'pending'],
	['pending', 'pending'],
	['rejected', 'rejected'],
	['paused', 'paused'],
	['disabled', 'disabled'],
	['something new', 'unknown'],
	['constructor', 'unknown'],
])('an approval that is %s is %s', async (word, status) => {
	const content = { sid: SID, approval_requests: { status: word } };
	const { connection } = answering([page([content])], onWhatsApp);
	const { templates } = await library.list(connection, {});
	expect(templates).toMatchObject([{ status, gatewayStatus: word, text: '', variables: [] }]);
});

describe('on WhatsApp, a template that was never submitted', () => {
	const button = { title: 'Yes', id: 'yes' };
	const quickReply = (count: number) => ({ body: 'Well?', actions: Array(count).fill(button) });

	it.each<[string, object, string]>([
		['text', { 'twilio/text': { body: 'Hi' } }, 'windowOnly'],
		['a list', { 'twilio/list-picker': { body: 'When?', items: [] } }, 'windowOnly'],
		['a place', { 'twilio/location': { latitude: 1, longitude: 2 } }, 'windowOnly'],
		[
			'a text, for channels without the media',
			{ 'twilio/text': { body: 'Hi' }, 'twilio/media': { media: [] } },
			'windowOnly',
		],
		['three buttons', { 'twilio/quick-reply': quickReply(3) }, 'windowOnly'],
		['four buttons', { 'twilio/quick-reply': quickReply(4) }, 'pending'],
		['a card', { 'twilio/card': { title: 'Hi' } }, 'pending'],
		['a link', { 'twilio/call-to-action': { body: 'See' } }, 'pending'],
		['text and a card', { 'twilio/text': { body: 'Hi' }, 'twilio/card': {} }, 'pending'],
		['a type that is new', { 'twilio/constructor': {} }, 'pending'],
		['nothing', {}, 'pending'],
	])('with %s', async (_, types, status) => {
		const content = { sid: SID, types, approval_requests: { status: 'unsubmitted' } };
		const { connection } = answering([page([content])], onWhatsApp);
		expect((await library.list(connection, {})).templates).toMatchObject([{ status }]);
	});

	it('needs its approval once it was submitted', async () => {
		const types = { 'twilio/text': { body: 'Hi' } };
		const content = { sid: SID, types, approval_requests: { status: 'rejected' } };
		const { connection } = answering([page([content])], onWhatsApp);
		expect((await library.list(connection, {})).templates).toMatchObject([{ status: 'rejected' }]);
	});
});

it('finds gaps without a sample, and files', async () => {
	const types = {
		'twilio/card': { title: 'Hi {{1}}', media: ['{{picture}}', 'https://a.example/{{2}}'] },
	};
	const { connection } = answering([page([{ sid: SID, types, variables: { '1': 'Ana' } }])]);
	const { templates } = await library.list(connection, {});
	expect(templates[0].variables).toEqual([
		{ id: '1', label: '{{1}}: Hi {{1}}', kind: 'text', example: 'Ana' },
		{ id: 'picture', label: 'picture', kind: 'mediaUrl', example: null },
		{ id: '2', label: '2', kind: 'text', example: null },
	]);
});

it('searches by name and words, and goes on by the query of the next page alone', async () => {
	const { connection, requests } = answering([contents]);
	const found = async (search: string) =>
		(await library.list(connection, { search })).templates.map(({ title }) => title);
	expect(await found('media t')).toEqual(['Media Test']);
	expect(await found('CONGRATULATIONS')).toEqual(['Media Test']);
	expect(await found('nothing')).toEqual([]);
	const next = 'https://evil.example/v1/ContentAndApprovals?PageSize=50&Page=1&PageToken=PA1';
	const paged = answering([page([], next), contents]);
	const { cursor } = await library.list(paged.connection, {});
	await library.list(paged.connection, { cursor: cursor! });
	expect(paged.requests[1]).toMatchObject({
		url: requests[0].url,
		query: { PageSize: '50', Page: '1', PageToken: 'PA1' },
	});
});

it('finds one by its SID, page by page, in whatever language', async () => {
	const { connection, requests } = answering([page([], '/x?PageToken=1'), contents]);
	expect(await library.find(connection, { name: SID, language: null })).toMatchObject({
		name: SID,
	});
	expect(requests).toHaveLength(2);
	const none = answering([contents]);
	expect(await library.find(none.connection, { name: 'HX1', language: 'en' })).toBeNull();
	const endless = answering([page([], '/x?PageToken=1')]);
	expect(await library.find(endless.connection, { name: 'HX1', language: null })).toBeNull();
	expect(endless.requests).toHaveLength(20);
});

it('is an error without the list', async () => {
	const { connection } = answering([{}]);
	await expect(library.list(connection, {})).rejects.toThrow('the list "contents"');
});

describe('a template message', () => {
	const variables = { '1': 'Ana', '2': '10:30 "sharp"' };
	const filled = {
		...message,
		type: 'template' as const,
		text: null,
		template: { name: SID, language: null, variables },
	};

	it('has the SID and its variables as JSON, and no text', async () => {
		const { connection, requests } = answering([sent]);
		expect(await twilio.send(connection, filled)).toMatchObject({ type: 'template', text: null });
		const form = new URLSearchParams(formOf(requests[0]));
		expect(form.get('ContentSid')).toBe(SID);
		expect(JSON.parse(form.get('ContentVariables')!)).toEqual(variables);
		expect(form.has('Body')).toBe(false);
	});

	it('without gaps has no variables; with a time it is scheduled', async () => {
		const { connection, requests } = answering([scheduled]);
		const template = { ...filled.template, variables: {} };
		const given = await twilio.scheduler!.schedule(connection, { ...filled, template });
		expect(given).toMatchObject({ type: 'template', template, status: 'scheduled' });
		const form = new URLSearchParams(formOf(requests[0]));
		expect(form.has('ContentVariables')).toBe(false);
		expect(form.get('ScheduleType')).toBe('fixed');
	});

	it('is known by its SID only', () => {
		const template = { ...filled.template, name: 'appointment_reminder' };
		expect(() => twilio.assertSendable({ ...filled, template })).toThrow(
			'"Template" is "appointment_reminder", which is not the SID of a Twilio template',
		);
	});

	it('cannot be told from other messages after a lost answer; none is none', async () => {
		const other = { ...scheduled, to: '+15558675310', status: 'sent', direction: 'outbound-api' };
		const now = Date.parse('2021-11-29T22:40:00Z');
		const found = answering([{ messages: [other], next_page_uri: null }]);
		await expect(twilio.findSent!(found.connection, filled, now)).rejects.toThrow(
			'does not tell which',
		);
		const older = Date.parse('2021-11-30T22:40:00Z');
		expect(await twilio.findSent!(found.connection, filled, older)).toEqual([]);
	});
});
