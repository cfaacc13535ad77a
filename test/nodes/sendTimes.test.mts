import { Uploads } from '../../nodes/MessageScheduler/uploads';
import { resolveSendTime, type IfPassed, type SendingWindow } from '../../messages/sendTime';
import { applyPastTimePolicy, stillInTime } from '../../nodes/MessageScheduler/fields/ifTimePassed';
import { reschedule } from '../../nodes/MessageScheduler/operations/scheduledMessage/reschedule.operation';
import { schedule } from '../../nodes/MessageScheduler/operations/scheduledMessage/schedule.operation';
import { scheduledItem } from '../../nodes/MessageScheduler/output';
import type { ScheduledMessage } from '../../messages/scheduledMessage';

/** What becomes of a time between the begin of a run and the turn of its item, and how it is shown. */
const ZONE = 'Europe/Berlin';
const limits = { label: 'n8n', minLeadMs: null, maxLeadMs: null };
const workdays: SendingWindow = {
	from: '09:00',
	to: '18:00',
	weekdays: [1, 2, 3, 4, 5],
	timezone: ZONE,
};
const at = (value: string | number) => resolveSendTime(value, ZONE);
const fridayEvening = Date.parse(at('2026-02-06 18:00').scheduledAt);

const held: ScheduledMessage = {
	scheduleId: 'sched_1',
	gateway: 'chatWhatsApp',
	storedIn: 'gateway',
	account: 'a',
	recipient: { address: '14155238886', phone: '+14155238886', kind: 'phone' },
	type: 'text',
	text: 'hello',
	mediaUrl: null,
	caption: null,
	fileName: null,
	template: null,
	scheduledAt: '2026-02-06T17:00:00.000Z',
	status: 'scheduled',
	gatewayStatus: 'pending',
	createdAt: null,
	messageId: null,
	reference: null,
	failure: null,
	raw: {},
};

/** Runs the last step of an operation at a moment, on a store that takes everything. */
async function performAt(
	operation: 'schedule' | 'reschedule',
	now: number,
	plan: { time: ReturnType<typeof at>; ifPassed: IfPassed; window?: SendingWindow },
): Promise<string> {
	const store = {
		limits,
		schedule: ({ scheduledAt }: { scheduledAt: string }) => ({ ...held, scheduledAt }),
		reschedule: ({ scheduledAt }: { scheduledAt: string }) => ({ ...held, scheduledAt }),
	};
	const run = {
		gateway: { label: 'Gateway', capabilities: {} },
		uploads: new Uploads({} as never, { runtime: { now: () => now } } as never),
		now: () => now,
		storeFor: () => ({ limits, store: () => store }),
		storeForId: () => ({ limits, store: () => store }),
	};
	const { check, perform } = { schedule, reschedule }[operation];
	const whole = {
		simplify: true,
		choice: { in: 'gateway' },
		hold: {},
		message: {},
		file: null,
		warnings: [],
		contact: null,
		...plan,
		...(operation === 'reschedule' && { time: { time: plan.time, source: null, possible: [] } }),
	};
	check?.(whole as never, run as never);
	const [item] = await perform(
		whole as never,
		run as never,
		{ idempotencyKey: 'key', unresolved: null } as never,
	);
	return String(item.scheduledAt);
}

describe('a time that earlier items have overtaken', () => {
	const time = at('2026-02-06 17:59:58');
	const now = fridayEvening + 10_000;

	it.each<IfPassed>(['nextDay', 'sendEarliest'])(
		'keeps to the Sending Window (%s): Monday, and not the Saturday',
		async (ifPassed) => {
			const scheduledAt = await performAt('schedule', now, { time, ifPassed, window: workdays });
			expect(scheduledAt).toBe(at('2026-02-09 09:00').scheduledAt);
		},
	);

	it.each(['schedule', 'reschedule'] as const)(
		'goes out as soon as possible by %s, and not a day later',
		async (operation) => {
			const scheduledAt = await performAt(operation, now, { time, ifPassed: 'nextDay' });
			expect(Date.parse(scheduledAt)).toBe(now + 5_000);
		},
	);
});

it('gives each item the window that its time has to keep', () => {
	const { weekdays } = workdays;
	const window = { from: '09:00', to: '18:00', timezone: ZONE, weekdays };
	const options = { sendingWindow: { window } };
	const context = {
		getNodeParameter: (name: string, _: number, fallback: unknown) =>
			name === 'options' ? options : fallback,
		getTimezone: () => 'UTC',
	};
	const plan = (time: string) => ({ time: at(time), message: { ...held, requestedAt: time } });
	const plans = [plan('2026-02-06 17:00'), null, plan('2026-02-07 12:00')];
	const arranged = schedule.arrange!(plans as never, context as never, {} as never);
	expect(arranged).toMatchObject([
		{ time: { local: '2026-02-06T17:00:00.000+01:00' }, window: workdays },
		null,
		{ time: { local: '2026-02-09T09:00:00.000+01:00' }, window: workdays },
	]);
});

describe('Same Time Next Day', () => {
	const rule = (away: number, window?: SendingWindow) =>
		applyPastTimePolicy(
			at(fridayEvening - 3_600_000 + away),
			'nextDay',
			fridayEvening - 3_600_000,
			limits,
			window,
		);

	it.each([0, 1, 4_000, 4_999])('does not skip a day for a message %d ms ahead', (away) => {
		const { scheduledAt } = rule(away);
		expect(Date.parse(scheduledAt)).toBe(fridayEvening - 3_600_000 + 5_000);
	});

	it('leaves what is far enough ahead', () => {
		const time = at(fridayEvening);
		expect(applyPastTimePolicy(time, 'nextDay', fridayEvening - 5_000, limits)).toBe(time);
		expect(stillInTime(time, 'nextDay', fridayEvening - 5_000, limits)).toBe(time);
	});

	it('takes the next opening where the next day has none', () => {
		expect(rule(-1).scheduledAt).toBe(at('2026-02-07 16:59:59.999').scheduledAt);
		expect(rule(-1, workdays).scheduledAt).toBe(at('2026-02-09 09:00').scheduledAt);
	});
});

describe('a scheduled message as an item', () => {
	it.each([
		['2026-02-01T09:30:00.000Z', 'Sun, 1 Feb 2026, 10:30'],
		['0026-02-01T09:30:00.000Z', 'Sun, 1 Feb 0026, 10:23:28'],
		['+099999-02-01T09:30:00.000Z', 'Mon, 1 Feb 99999, 10:30'],
		['', null],
		['soon', null],
	])('shows %j as %j, whatever a person has typed into a table', (scheduledAt, local) => {
		const item = scheduledItem({ ...held, scheduledAt }, { simplify: true, timezone: ZONE });
		expect(item).toMatchObject({ scheduledAt, scheduledAtLocal: local, timezone: ZONE });
	});

	it('has the address of whoever has no number, and null for an account that is not known', () => {
		const recipient = { address: '120363@g.us', phone: null, kind: 'group' as const };
		const failure = { code: '131026', reason: 'Not on WhatsApp' };
		const message = { ...held, recipient, failure, account: '' };
		expect(scheduledItem(message, { simplify: true, timezone: ZONE })).toMatchObject({
			recipient: '120363@g.us',
			recipientKind: 'group',
			recipientAddress: '120363@g.us',
			failure: 'Not on WhatsApp',
			failureCode: '131026',
			account: null,
		});
	});
});
