import type { ListFilter } from '../../gateways/gateway';
import { GatewayError, type GatewayErrorDetails } from '../../gateways/transport/gatewayError';
import { InvalidParameterError } from '../../messages/invalidParameterError';
import { parseRecipient } from '../../messages/recipient';
import type { ScheduledMessage } from '../../messages/scheduledMessage';
import { STATUS_NAMES } from '../../messages/status';
import { isRefusal } from '../../stores/isRefusal';
import { filterAndSort, matches } from '../../stores/matches';

const MESSAGE: ScheduledMessage = {
	scheduleId: 'id-1',
	gateway: 'fake',
	storedIn: 'n8n',
	account: 'account-1',
	recipient: parseRecipient('+919988066776'),
	type: 'text',
	text: 'Your TABLE is ready',
	mediaUrl: null,
	caption: null,
	fileName: null,
	template: null,
	scheduledAt: '2026-02-01T12:00:00.000Z',
	sentAt: '2026-02-01T12:00:05.000Z',
	status: 'sent',
	gatewayStatus: null,
	createdAt: null,
	messageId: null,
	reference: 'order-7',
	group: 'spring',
	failure: null,
	raw: null,
};

it.each<[ListFilter, boolean]>([
	[{}, true],
	[{ status: 'sent' }, true],
	[{ status: 'scheduled' }, false],
	[{ recipient: parseRecipient('919988066776@c.us') }, true],
	[{ recipient: parseRecipient('+919988066777') }, false],
	[{ scheduledAfter: '2026-02-01T12:00:00.000Z' }, true],
	[{ scheduledAfter: '2026-02-01T12:00:00.001Z' }, false],
	[{ scheduledBefore: '2026-02-01T12:00:00.000Z' }, true],
	[{ scheduledBefore: '2026-02-01T11:59:59.999Z' }, false],
	[{ reference: 'order-7' }, true],
	[{ reference: 'order' }, false],
	[{ group: 'spring' }, true],
	[{ group: 'Spring' }, false],
	[{ notDeliveredSince: '2026-02-01T12:00:05.000Z' }, true],
	[{ notDeliveredSince: '2026-02-01T12:00:04.999Z' }, false],
	[{ text: 'table' }, true],
	[{ text: 'READY' }, true],
	[{ text: 'tables' }, false],
	[{ status: 'sent', text: 'table', group: 'autumn' }, false],
])('a message fits %j: %s', (filter, fits) => expect(matches(MESSAGE, filter)).toBe(fits));

it('is found by its caption, too', () => {
	const image = { ...MESSAGE, text: null, caption: 'The menu' };
	expect([matches(image, { text: 'MENU' }), matches(image, { text: 'null' })]).toEqual([
		true,
		false,
	]);
});

it('fits no condition on what is not known of it', () => {
	const bare = {
		...MESSAGE,
		recipient: null,
		scheduledAt: null,
		sentAt: undefined,
		reference: null,
		group: null,
	};
	const filters: ListFilter[] = [
		{ recipient: MESSAGE.recipient! },
		{ scheduledAfter: '2000-01-01T00:00:00.000Z' },
		{ scheduledBefore: '2100-01-01T00:00:00.000Z' },
		{ reference: 'order-7' },
		{ group: 'spring' },
		{ notDeliveredSince: '2100-01-01T00:00:00.000Z' },
	];
	for (const filter of filters) expect([filter, matches(bare, filter)]).toEqual([filter, false]);
});

it('is still on the way with three statuses only', () => {
	const onTheWay = STATUS_NAMES.filter((status) =>
		matches({ ...MESSAGE, status }, { notDeliveredSince: '2100-01-01T00:00:00.000Z' }),
	);
	expect([...onTheWay].sort()).toEqual(['queued', 'sent', 'suspended']);
});

it('comes in the order of its time, without one last', () => {
	const at = (scheduleId: string, scheduledAt: string | null) => ({
		...MESSAGE,
		scheduleId,
		scheduledAt,
	});
	const list = [
		at('no time', null),
		at('late', '2026-02-03T00:00:00.000Z'),
		at('early', '2026-02-01T00:00:00.000Z'),
		at('early, too', '2026-02-01T00:00:00.000Z'),
		at('no time either', null),
		at('between', '2026-02-02T00:00:00.000Z'),
	];
	expect(filterAndSort(list, {}).map(({ scheduleId }) => scheduleId)).toEqual([
		'early',
		'early, too',
		'between',
		'late',
		'no time',
		'no time either',
	]);
	expect(filterAndSort(list, { scheduledAfter: '2026-02-02T12:00:00.000Z' })).toHaveLength(1);
});

describe('a refusal', () => {
	it.each<[GatewayError['kind'], GatewayErrorDetails, boolean]>([
		['rejected', {}, true],
		['notFound', {}, true],
		['unreachable', {}, true],
		['rejected', { outcomeUnknown: false }, true],
		['rejected', { outcomeUnknown: true }, false],
		['timedOut', {}, false],
		['unavailable', {}, false],
		['unexpectedResponse', {}, false],
		['cancelled', {}, false],
	])('%s %j takes no effect later: %s', (kind, details, expected) =>
		expect(isRefusal(new GatewayError(kind, 'x', details))).toBe(expected),
	);

	it('is also what no gateway was asked for', () =>
		expect(isRefusal(new InvalidParameterError('Text', 'x'))).toBe(true));
});
