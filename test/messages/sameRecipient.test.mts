import fc from 'fast-check';
import { sameRecipientForms, sameRecipientKey } from '../../messages/sameRecipient';
import { personOf } from '../../stores/dispatcher/recentSends';
import { runs } from '../proof.mts';

it.each([
	['Mexico', '+5215512345678', '+525512345678'],
	['Argentina', '+5491123456789', '+541123456789'],
	['Brazil', '+5531987654321', '+553187654321'],
	['Brazil, where ids keep the digit', '+5511987654321', '+551187654321'],
])('%s: %s and %s are the same person', (_, long, short) => {
	expect(sameRecipientForms(long)).toEqual([long, short]);
	expect(sameRecipientForms(short)).toEqual([short, long]);
	expect(sameRecipientKey(long)).toBe(short);
	expect(sameRecipientKey(short)).toBe(short);
});

it.each([
	['another country', '+14155238886'],
	['a Brazilian landline', '+553132654321'],
	['a longer Mexican number', '+52155123456789'],
	['a hidden id', '5215512345678@lid'],
	['a group', '120363043968066561@g.us'],
	['nothing', ''],
])('%s has one form: %s', (_, person) => {
	expect(sameRecipientForms(person)).toEqual([person]);
	expect(sameRecipientKey(person)).toBe(person);
});

it('gives every form of a number the same forms and the same key', () => {
	const number = fc.stringMatching(/^\+(?:521?|549?|55)\d{10,11}$/);
	fc.assert(
		fc.property(fc.oneof(number, fc.string()), (person) => {
			const forms = sameRecipientForms(person);
			expect(forms[0]).toBe(person);
			for (const form of forms) {
				expect([...sameRecipientForms(form)].sort()).toEqual([...forms].sort());
				expect(sameRecipientKey(form)).toBe(sameRecipientKey(person));
			}
		}),
		runs(1_000),
	);
});

it('is one person of whom messages are counted', () => {
	const forms = ['+52 1 55 1234 5678', '525512345678@s.whatsapp.net'];
	expect(forms.map((recipient) => personOf({ recipient }))).toEqual([
		'+525512345678',
		'+525512345678',
	]);
});
