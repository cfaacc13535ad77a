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

	it('that is off changes nothing', () => {
		const off = createMask(false);
		expect([off.text('+491511234567'), off.id('491511234567', '+491511234567')]).toEqual([
			'+491511234567',
			'491511234567',
		]);
	});
});
