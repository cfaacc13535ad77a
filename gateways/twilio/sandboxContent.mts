import type { Json } from '../../sandbox/types.mts';

const approval = (name: string, category: string, contentType: string, status: string): Json => ({
	name,
	category,
	content_type: contentType,
	status,
	rejection_reason: '',
	allow_category_change: true,
});

/** The account's templates: approved, waiting for approval, and never submitted, of which the last cannot be. */
export const contentsOf = (accountSid: string): ReadonlyArray<Json & { sid: string }> => [
	{
		date_created: '2026-01-13T23:33:46Z',
		date_updated: '2026-01-13T23:33:46Z',
		sid: `HX${'51'.repeat(16)}`,
		account_sid: accountSid,
		friendly_name: 'appointment_reminder',
		language: 'en',
		variables: { '1': 'Anna', '2': '10:30' },
		types: { 'twilio/text': { body: 'Hello {{1}}, your appointment is at {{2}}.' } },
		approval_requests: approval('appointment_reminder', 'UTILITY', 'twilio/text', 'approved'),
	},
	{
		date_created: '2026-02-01T10:00:00Z',
		date_updated: '2026-02-01T10:00:00Z',
		sid: `HX${'52'.repeat(16)}`,
		account_sid: accountSid,
		friendly_name: 'spring_offer',
		language: 'en',
		variables: { name: 'Anna' },
		types: {
			'twilio/media': { body: 'For you, {{name}}', media: ['https://example.com/{{picture}}'] },
		},
		approval_requests: approval('spring_offer', 'MARKETING', 'twilio/media', 'pending'),
	},
	{
		date_created: '2026-02-02T10:00:00Z',
		date_updated: '2026-02-02T10:00:00Z',
		sid: `HX${'53'.repeat(16)}`,
		account_sid: accountSid,
		friendly_name: 'sms_greeting',
		language: 'en',
		variables: {},
		types: { 'twilio/text': { body: 'Hello' } },
		approval_requests: approval('', '', '', 'unsubmitted'),
	},
	{
		date_created: '2026-02-03T10:00:00Z',
		date_updated: '2026-02-03T10:00:00Z',
		sid: `HX${'54'.repeat(16)}`,
		account_sid: accountSid,
		friendly_name: 'choose_a_time',
		language: 'en',
		variables: { '1': 'Anna' },
		types: {
			'twilio/list-picker': {
				body: 'When does it suit you, {{1}}?',
				button: 'Times',
				items: [{ item: 'Monday', id: 'monday', description: 'at ten' }],
			},
		},
		approval_requests: approval('', '', '', 'unsubmitted'),
	},
];

/** A Messaging Service, as `GET /v1/Services/{MG}` shows it. */
export interface Service {
	sid: string;
	statusCallback: string | null;
	/** Where incoming messages go, unless the number's own webhook is used. */
	inboundRequestUrl: string;
	usesNumber: boolean;
}

export const serviceRecord = (
	{ sid, statusCallback, inboundRequestUrl, usesNumber }: Service,
	accountSid: string,
): Json => ({
	account_sid: accountSid,
	sid,
	date_created: '2026-01-01T20:12:31Z',
	date_updated: '2026-01-01T20:12:33Z',
	friendly_name: 'Sandbox service',
	inbound_request_url: inboundRequestUrl,
	inbound_method: 'POST',
	fallback_url: null,
	fallback_method: 'POST',
	status_callback: statusCallback,
	sticky_sender: true,
	mms_converter: true,
	smart_encoding: false,
	fallback_to_long_code: true,
	area_code_geomatch: true,
	validity_period: 600,
	scan_message_content: 'inherit',
	synchronous_validation: true,
	usecase: 'notifications',
	us_app_to_person_registered: false,
	use_inbound_webhook_on_number: usesNumber,
	links: {},
	url: `https://messaging.twilio.com/v1/Services/${sid}`,
});
