import fc from 'fast-check';
import { escape, html, Html } from '../../board/html';
import { createMask } from '../../board/mask';

/** What a browser reads where the escaped text stands. */
const read = (text: string) =>
	text.replace(
		/&(amp|lt|gt|quot|#39|#96);/g,
		(_, name: string) => ({ amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'", '#96': '`' })[name]!,
	);

const text = fc.oneof(
	fc.string({ unit: 'binary' }),
	fc.string({ unit: fc.constantFrom(...'<>&"\'`=/; \n\u0000\u0085\uD800\uDC00aé你🙂') }),
);

describe('escape', () => {
	it('leaves no sign that ends a text or an attribute, and every text as it is', () => {
		fc.assert(
			fc.property(text, (given) => {
				const escaped = escape(given);
				expect(escaped).not.toMatch(/[<>"'`]/);
				expect(escaped.replace(/&(amp|lt|gt|quot|#39|#96);/g, '')).not.toContain('&');
				const shown = given.replace(/(?![\t\n\r])\p{Cc}|\p{Cs}/gu, '\uFFFD');
				expect(read(escaped)).toBe(shown);
			}),
			{ numRuns: 500 },
		);
	});

	it('is done to each part of a template but HTML, in lists, too', () => {
		fc.assert(
			fc.property(text, text, (one, other) => {
				const made = html`<p title="${one}">${[other, html`<b>${one}</b>`]}</p>`;
				expect(made.text).toBe(
					`<p title="${escape(one)}">${escape(other)}<b>${escape(one)}</b></p>`,
				);
			}),
		);
	});

	it('writes nothing for what is not there', () => {
		expect(html`<p>${null}${undefined}${false}${[]}${0}${new Html('<hr>')}</p>`.text).toBe(
			'<p>0<hr></p>',
		);
	});
});

describe('a mask', () => {
	const mask = createMask(true);

	it.each([
		['+491511234567', '+49151123••••'],
		['491511234567@c.us', '49151123••••@c.us'],
		['+1 (202) 555-0101', '+1 (202) 555-••••'],
		['Number 4915112345678 is not valid', 'Number 491511234•••• is not valid'],
		['(415) 523-8886', '(415) 523-••••'],
		['+1 (415) 523 - 8886', '+1 (415) 523 - ••••'],
		['415-523-8886', '415-523-••••'],
		['0151 2345 6789.', '0151 2345 ••••.'],
		['0049 151 1234567', '0049 151 123••••'],
		['+49 151 - 234 - 5678', '+49 151 - 234 - ••••'],
		['+٩١ ٩٩٨٨٠ ٦٦٧٧٦', '+٩١ ٩٩٨٨٠ ٦••••'],
		['From 01.02.2026 10:30 to 03.02.2026', 'From 01.02.2026 10:30 to 03.02.2026'],
		['On 2026-11-22 at 10:30, 1042 €', 'On 2026-11-22 at 10:30, 1042 €'],
		['2026-11-22T08:24:00.000Z', '2026-11-22T08:24:00.000Z'],
	])('makes of %s %s', (given, shown) => expect(mask.text(given)).toBe(shown));

	it('hides the last four digits of every number, wherever it stands', () => {
		fc.assert(
			fc.property(
				fc.string(),
				fc.stringMatching(/^[1-9]\d{7,14}$/),
				fc.string({ unit: fc.constantFrom('a', ' ', '<', '@') }),
				(before, digits, behind) => {
					fc.pre(!/[\d+]/.test(before));
					const shown = mask.text(`${before}+${digits}${behind}`);
					expect(shown).toBe(`${before}+${digits.slice(0, -4)}••••${behind}`);
				},
			),
		);
	});

	it('leaves a reference, unless it is the recipient', () => {
		expect(mask.id('order-20260001', '+491511234567')).toBe('order-20260001');
		expect(mask.id('for 491511234567', '+491511234567')).toBe('for 49151123••••');
	});

	it.each([
		['order 0151 1234567', 'order 0151 123••••'],
		['4915-11-23-45-67', '4915-11-23-••-••'],
		['vip_1511234567', 'vip_151123••••'],
		['order-1234568', 'order-1234568'],
		['12 people, 34567', '12 people, 34567'],
	])('makes of the id %s of +491511234567 %s', (given, shown) =>
		expect(mask.id(given, '+491511234567')).toBe(shown),
	);

	it('leaves the last seven digits of the recipient in no form, in no id, text or reason', () => {
		const between = fc.string({ unit: fc.constantFrom(...' ()-./\u00a0\u2011'), maxLength: 3 });
		const zero = fc.constantFrom('0', '٠', '०', '\u{1D7CE}').map((sign) => sign.codePointAt(0)!);
		fc.assert(
			fc.property(
				fc.stringMatching(/^[1-9]\d{7,14}$/),
				fc.nat(4),
				fc.constantFrom('', '0', '00', '+', '(', '(0', 'id_'),
				fc.array(between, { minLength: 15, maxLength: 15 }),
				zero,
				(digits, cut, begin, gaps, zeroCode) => {
					const kept = digits.slice(Math.min(cut, digits.length - 7));
					const written = [...kept]
						.map((digit, index) => String.fromCodePoint(zeroCode + Number(digit)) + gaps[index])
						.join('');
					for (const shown of [
						mask.text(`Call ${begin}${written}!`, `+${digits}`),
						mask.id(`${begin}${written}`, `${digits}@c.us`),
					]) {
						expect(shown.match(/•/g)!.length).toBeGreaterThanOrEqual(4);
						const left = shown.match(/\p{Nd}/gu) ?? [];
						expect(left.length).toBeLessThanOrEqual(
							[...begin].filter((s) => s === '0').length + kept.length - 4,
						);
					}
				},
			),
			{ numRuns: 500 },
		);
	});

	it('that is off changes nothing', () => {
		const off = createMask(false);
		expect([off.text('+491511234567'), off.id('491511234567', '+491511234567')]).toEqual([
			'+491511234567',
			'491511234567',
		]);
	});
});
