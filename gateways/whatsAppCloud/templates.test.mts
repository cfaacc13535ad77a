import fc from 'fast-check';
import { whatsAppCloud } from '.';
import { fakeGateway, ok } from '../../test/gateways/fakeGateway.mts';
import sample from './fixtures/template.json';
import page from './fixtures/templates-page.json';
import { templateContent } from './templateContent';
import { toTemplate } from './templates';
import { credential, metaError, WABA } from './testValues.mts';

const library = whatsAppCloud.templates!;

/** Pages as Meta gives them: `next` is absent on the last one. */
function account(...pages: unknown[][]) {
	return fakeGateway(whatsAppCloud, credential, ({ query }) => {
		const index = Number(query.after ?? 0);
		const isLast = index === pages.length - 1;
		return ok({
			data: pages[index],
			paging: {
				cursors: { before: String(index), after: String(index + 1) },
				...(isLast ? {} : { next: `https://graph.facebook.com/v25.0/x?after=${index + 1}` }),
			},
		});
	});
}

describe('the list', () => {
	it('asks the account for a page, and says where the next begins', async () => {
		const { connection, requests } = account(page.data, [sample]);
		const first = await library.list(connection, {});
		expect(requests).toMatchObject([
			{ method: 'GET', url: `/${WABA}/message_templates`, query: { limit: 50 } },
		]);
		expect(requests[0].query).not.toHaveProperty('after');
		expect(first.cursor).toBe('1');
		expect(first.templates.map(({ name, status }) => [name, status])).toEqual([
			['reservation_confirmation', 'approved'],
			['coupon_expiration_reminder_number_vars', 'approved'],
			['coupon_expiration_reminder_named_vars', 'approved'],
			['address_update', 'pending'],
			['reservation_confirmation_short_banner', 'rejected'],
		]);
		const second = await library.list(connection, { cursor: '1' });
		expect(second).toMatchObject({ cursor: null, templates: [{ name: sample.name }] });
	});

	it('searches names and words over all pages', async () => {
		const other = { ...sample, name: 'other', components: [] };
		const { connection, requests } = account([other], [other], [sample]);
		const found = await library.list(connection, { search: ' EXCLUSIVE coupon ' });
		expect(found.templates.map(({ name }) => name)).toEqual([sample.name]);
		expect(requests).toHaveLength(3);
		const none = await library.list(connection, { search: 'nothing like this' });
		expect(none).toEqual({ templates: [], cursor: null });
	});

	it('needs the account’s ID, and says so', async () => {
		const { connection } = fakeGateway(
			whatsAppCloud,
			{ ...credential, whatsAppCloudWabaId: '' },
			() => ok(page),
		);
		await expect(library.list(connection, {})).rejects.toThrow(
			'"WhatsApp Business Account ID" is empty',
		);
	});

	it('is not taken from anything else', async () => {
		const { connection } = fakeGateway(whatsAppCloud, credential, () => ok({}));
		await expect(library.list(connection, {})).rejects.toMatchObject({
			kind: 'unexpectedResponse',
		});
		const refused = fakeGateway(whatsAppCloud, credential, () => ({
			status: 403,
			headers: {},
			body: metaError(10),
		}));
		await expect(library.list(refused.connection, {})).rejects.toMatchObject({
			kind: 'unsupported',
			details: { hint: expect.stringContaining('whatsapp_business_management') },
		});
	});
});

describe('one template', () => {
	const german = { ...sample, language: 'de' };

	it.each<[string, string | null, unknown]>([
		[sample.name, 'en', { language: 'en' }],
		[sample.name, 'de', { language: 'de' }],
		[sample.name, null, { language: 'en' }],
		[sample.name, 'en_US', null],
		['coupon', 'en', null],
	])('%s in %s', async (name, language, expected) => {
		const { connection, requests } = account([sample], [german]);
		const found = await library.find(connection, { name, language });
		if (expected === null) expect(found).toBeNull();
		else expect(found).toMatchObject(expected as object);
		expect(requests[0].query).toMatchObject({ name });
	});
});

describe('what a template is made of', () => {
	it('the vendor’s sample: header and body with numbers, static buttons', () => {
		expect(toTemplate(sample)).toEqual({
			name: 'coupon_expiration_reminder_number_vars',
			language: 'en',
			title: null,
			category: 'MARKETING',
			status: 'approved',
			gatewayStatus: 'APPROVED',
			text: `Act fast, {{1}}!\n${sample.components[1].text}\nLucky Shrub Succulents\n[See deals]\n[Unsubscribe]`,
			variables: [
				{
					id: 'header.text.1',
					label: 'Header {{1}}: Act fast, {{1}}!',
					kind: 'text',
					example: 'Pablo',
				},
				{
					id: 'body.1',
					label: '{{1}}: …exclusive coupon code, {{1}}, *expires in only…',
					kind: 'text',
					example: 'SUMMER20',
				},
				{
					id: 'body.2',
					label: "{{2}}: …{{1}}, *expires in only {{2}} days!* Don't miss…",
					kind: 'text',
					example: '10',
				},
				{
					id: 'button.1.payload',
					label: 'Button "Unsubscribe": payload, which comes back when it is pressed',
					kind: 'payload',
					example: null,
					optional: true,
				},
			],
			unsupported: null,
		});
	});

	const variables = (...components: object[]) =>
		toTemplate({ components }).variables.map(({ id, kind, example }) => [id, kind, example]);

	it.each<[string, object, unknown[]]>([
		[
			'numbers in another order, one twice',
			{ type: 'BODY', text: '{{2}} {{1}} {{2}} {{10}}' },
			[
				['body.1', 'text', null],
				['body.2', 'text', null],
				['body.10', 'text', null],
			],
		],
		[
			'names, with samples',
			{
				type: 'BODY',
				text: '{{ day }} {{first_name}}',
				example: { body_text_named_params: [{ param_name: 'first_name', example: 'Ana' }] },
			},
			[
				['body.day', 'text', null],
				['body.first_name', 'text', 'Ana'],
			],
		],
		[
			'an image in the header',
			{ type: 'HEADER', format: 'IMAGE', example: { header_handle: ['https://a.example/1'] } },
			[['header.image', 'mediaUrl', 'https://a.example/1']],
		],
		['a document', { type: 'HEADER', format: 'DOCUMENT' }, [['header.document', 'mediaUrl', null]]],
		['a footer', { type: 'FOOTER', text: 'no {{1}} here' }, []],
		[
			'buttons',
			{
				type: 'BUTTONS',
				buttons: [
					{ type: 'PHONE_NUMBER', text: 'Call', phone_number: '+1' },
					{
						type: 'URL',
						text: 'See',
						url: 'https://a.example/{{1}}',
						example: ['https://a.example/7'],
					},
					{ type: 'QUICK_REPLY', text: 'Stop' },
				],
			},
			[
				['button.1.url', 'text', 'https://a.example/7'],
				['button.2.payload', 'payload', null],
			],
		],
	])('%s', (_, component, expected) => {
		expect(variables(component)).toEqual(expected);
	});

	it.each<[object, string]>([
		[{ type: 'HEADER', format: 'LOCATION' }, 'it has a header of the format LOCATION'],
		[{ type: 'CAROUSEL', cards: [] }, 'it has a part of the type CAROUSEL'],
		[{ type: 'LIMITED_TIME_OFFER' }, 'it has a part of the type LIMITED_TIME_OFFER'],
		[{ type: 'BUTTONS', buttons: [{ type: 'FLOW' }] }, 'it has a button of the type FLOW'],
		[
			{ type: 'BUTTONS', buttons: [{ type: 'COPY_CODE' }] },
			'it has a button of the type COPY_CODE',
		],
		[{ type: 'BUTTONS', buttons: [null] }, 'it has a button of the type UNKNOWN'],
		[{}, 'it has a part of the type unknown'],
	])('%j is not supported', (component, reason) => {
		expect(toTemplate({ components: [component] }).unsupported).toBe(reason);
	});

	it.each([
		['APPROVED', 'approved'],
		['Reinstated', 'approved'],
		['PENDING', 'pending'],
		['REJECTED', 'rejected'],
		['PENDING_DELETION', 'disabled'],
		['DELETED', 'disabled'],
		['ARCHIVED', 'disabled'],
		['PAUSED', 'paused'],
		['DISABLED', 'disabled'],
		['IN_APPEAL', 'pending'],
		['LIMIT_EXCEEDED', 'unknown'],
		['constructor', 'unknown'],
		[undefined, 'unknown'],
	])('the status %s is %s', (status, expected) => {
		expect(toTemplate({ status })).toMatchObject({
			status: expected,
			gatewayStatus: status ?? null,
		});
	});

	it('may be anything', () => {
		const entry = fc.record({
			components: fc.array(
				fc.record(
					{
						type: fc.constantFrom<unknown>('HEADER', 'BODY', 'BUTTONS', 7),
						format: fc.constantFrom<unknown>('TEXT', 'IMAGE', null),
						text: fc.oneof(fc.string(), fc.jsonValue()),
						buttons: fc.jsonValue(),
						example: fc.jsonValue(),
					},
					{ requiredKeys: [] },
				),
			),
		});
		fc.assert(fc.property(entry, (each) => void toTemplate(each as never)));
	});
});

/** What is listed can be sent: the ids alone say where each value belongs. */
it('places a value for each variable where the template has its gap', () => {
	const name = fc.stringMatching(/^[a-z][a-z_]{0,8}$/);
	const gaps = fc.oneof(
		fc.nat({ max: 9 }).map((count) => Array.from({ length: count }, (_, index) => `${index + 1}`)),
		fc.uniqueArray(name, { maxLength: 5 }),
	);
	const header = fc.constantFrom(
		null,
		{ type: 'HEADER', format: 'TEXT', text: 'For {{1}}' },
		{ type: 'HEADER', format: 'TEXT', text: 'For {{image}}' },
		{ type: 'HEADER', format: 'VIDEO' },
	);
	const buttons = fc.array(
		fc.constantFrom(
			{ type: 'QUICK_REPLY', text: 'A' },
			{ type: 'URL', text: 'B', url: 'https://a.example/{{1}}' },
			{ type: 'URL', text: 'C', url: 'https://a.example' },
		),
		{ maxLength: 4 },
	);
	fc.assert(
		fc.property(header, gaps, buttons, (head, keys, pressed) => {
			const text = keys.map((key) => `{{${key}}}`).join(' and ');
			const components = [
				...(head === null ? [] : [head]),
				{ type: 'BODY', text },
				{ type: 'BUTTONS', buttons: pressed },
			];
			const listed = toTemplate({ name: 'x', language: 'en', components });
			const values = Object.fromEntries(
				listed.variables.map(({ id, kind }) => [
					id,
					kind === 'mediaUrl' ? 'https://a.example/f' : `value of ${id}`,
				]),
			);
			const sent = templateContent({ name: 'x', language: 'en', variables: values });
			const parts = (sent.components ?? []) as Array<{
				type: string;
				sub_type?: string;
				index?: string;
				parameters: Array<Record<string, unknown>>;
			}>;
			const ofType = (type: string) => parts.filter((part) => part.type === type);
			const texts = ofType('body').flatMap(({ parameters }) => parameters);
			expect(texts.map(({ text: each }) => each)).toEqual(
				keys.map((key) => `value of body.${key}`),
			);
			expect(
				texts.every(({ parameter_name: each }, i) => each === undefined || each === keys[i]),
			).toBe(true);
			expect(ofType('header')).toHaveLength(head === null ? 0 : 1);
			const expected = pressed.flatMap(
				({ type, url = '' }: { type: string; url?: string }, index) =>
					type === 'QUICK_REPLY' || url.includes('{{') ? [String(index)] : [],
			);
			expect(ofType('button').map(({ index }) => index)).toEqual(expected);
		}),
	);
});
