import { hypersenderSms } from '../hypersenderSms';
import { errorText } from './parseError';
import notOnWhatsApp from '../hypersenderWhatsApp/fixtures/not-on-whatsapp.json';

it.each<[unknown, string | null]>([
	[
		notOnWhatsApp,
		'The given data was invalid. The number you want to send the message to is not on whatsapp.',
	],
	[{ message: 'Unauthenticated.' }, 'Unauthenticated.'],
	[
		{
			message: 'The content field is required. (and 1 more error)',
			errors: { content: ['The content field is required.'], to: ['The to field is required.'] },
		},
		'The content field is required. The to field is required.',
	],
	[{ errors: { to: ['Bad.'] } }, 'Bad.'],
	[{ errors: { a: ['1', '2'], b: ['3', '4'] } }, '1 2 3'],
	[{ errors: { to: [null, 3, '', {}] } }, null],
	[{ message: '', errors: [] }, null],
	[{ message: {} }, null],
	[{}, null],
	[[], null],
	['<html>', null],
	[null, null],
])('%j', (body, expected) => expect(errorText(body)).toBe(expected));

it('gives no code and no pause, since none is documented', () => {
	const explain = (body: unknown) => hypersenderSms.parseError({ status: 429, headers: {}, body });
	expect(explain({ message: 'Too Many Attempts.' })).toEqual({ text: 'Too Many Attempts.' });
	expect(explain('')).toBeNull();
});
