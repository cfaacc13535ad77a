import fc from 'fast-check';
import { parseBoardQuery } from '../../board';
import { linkTo, LISTED_STATUSES, type BoardQuery } from '../../board/query';
import { STATUS_NAMES } from '../../messages/status';

it.each([
	[undefined, { view: 'overview' }],
	['', { view: 'overview' }],
	[{}, { view: 'overview' }],
	[{ utm_source: 'x', view: ' ' }, { view: 'overview' }],
	['{"view":"search"}', { view: 'search' }],
	[{ recipient: ' +1415 ' }, { view: 'search', recipient: '+1415' }],
	[
		{ status: 'failed', group: ['a', 'b'] },
		{ view: 'search', status: 'failed', group: 'a' },
	],
	[
		{ reference: 1042, before: '7' },
		{ view: 'search', reference: '1042', before: '7' },
	],
	[{ id: 'x' }, { view: 'message', id: 'x' }],
	[{ view: 'message' }, { view: 'message', id: '' }],
	// What a page of somebody else may send.
	[JSON.parse('{"__proto__":{"id":"x"},"constructor":"y"}'), { view: 'overview' }],
	[{ recipient: { a: 1 }, id: true }, { view: 'overview' }],
])('%j asks for %j', (given, query) => expect(parseBoardQuery(given)).toEqual(query));

it.each([
	['not JSON', /"Query" is "not JSON".*\$json\.query/],
	[[1], /"Query" is a list/],
	[7, /"Query" is "7"/],
])('%j is refused', (given, words) => expect(() => parseBoardQuery(given)).toThrow(words));

it.each([
	[{ view: 'all' }, /"view" in the address is "all".*overview, search, message/],
	[
		{ status: 'gone', before: '7' },
		/"status" in the address is "gone".*: scheduled, sent, delivered, read, failed, /,
	],
])('%j becomes the note of a search', (given, words) =>
	expect(parseBoardQuery(given)).toEqual({
		view: 'search',
		note: expect.stringMatching(words) as string,
	}),
);

it('lists every status once', () =>
	expect([...LISTED_STATUSES].sort()).toEqual([...STATUS_NAMES].sort()));

it('a link leads to what it was made for', () => {
	const text = fc.string({ minLength: 1 }).filter((one) => one.trim() === one);
	const optional = (value: fc.Arbitrary<string>) => fc.option(value, { nil: undefined });
	const queries: fc.Arbitrary<BoardQuery> = fc.oneof(
		fc.constant({ view: 'overview' as const }),
		fc.record({ view: fc.constant('message' as const), id: text }),
		fc.record({
			view: fc.constant('search' as const),
			recipient: optional(text),
			reference: optional(text),
			group: optional(text),
			status: fc.option(fc.constantFrom(...STATUS_NAMES), { nil: undefined }),
			before: optional(text),
		}),
	);
	fc.assert(
		fc.property(queries, (query) => {
			const link = linkTo(query);
			expect(link).toMatch(/^\?[\w%.*+=&-]*$/);
			const given = Object.fromEntries(new URLSearchParams(link));
			expect(parseBoardQuery(given)).toEqual(
				Object.fromEntries(Object.entries(query).filter(([, value]) => value !== undefined)),
			);
		}),
	);
});
