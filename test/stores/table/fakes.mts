import { randomUUID } from 'node:crypto';

import type { Connection, Gateway } from '../../../gateways/gateway';
import type { MessageToSchedule, OutgoingMessage } from '../../../messages/message';
import { MESSAGE_TYPES } from '../../../messages/message';
import { parseRecipient } from '../../../messages/recipient';
import type { SentMessage } from '../../../messages/scheduledMessage';
import type { Values } from '../../../stores/table/columns';
import { toRow, type Sender } from '../../../stores/table/rows';
import type { Dispatch, DispatchRules } from '../../../stores/table/sendDue';
import { mapInParallel } from '../../../nodes/MessageScheduler/parallel';
import type { MemoryTable } from './memoryTable.mts';

/** The instant at which the tests begin. */
export const START = Date.parse('2026-02-01T12:00:00.000Z');
export const SECOND = 1_000;
export const MINUTE = 60_000;
export const iso = (ms: number) => new Date(ms).toISOString();

/** Time that stands still until a test moves it. */
export class FakeClock {
	ms = START;
	readonly now = () => this.ms;
	readonly sleep = async (ms: number) => void (this.ms += ms);
}

export const SENDER: Sender = { gateway: 'fake', account: 'account-1', credential: 'My Gateway' };
export const connection = { credential: {} } as Connection;

/** A message for a number, due at an instant. */
export const message = (
	text: string,
	at: number,
	more: Partial<MessageToSchedule> = {},
): MessageToSchedule => ({
	recipient: parseRecipient('+919988066776'),
	type: 'text',
	text,
	mediaUrl: null,
	caption: null,
	fileName: null,
	reference: null,
	scheduledAt: iso(at),
	idempotencyKey: randomUUID(),
	...more,
});

/** A row as the store writes it. */
export const rowOf = (text: string, at: number, more: Values = {}): Values => ({
	...toRow(message(text, at), SENDER, 'UTC', Math.min(at, START)),
	...more,
});

export type Send = (message: OutgoingMessage) => Promise<Partial<SentMessage>>;

/** A gateway that does what a test says; it keeps what it was asked to send. */
export class FakeGateway {
	readonly asked: string[] = [];
	lookUp: Gateway['lookUp'];
	send: Send = async () => ({});

	get gateway(): Gateway {
		return {
			id: SENDER.gateway,
			label: 'Fake',
			capabilities: {
				sends: MESSAGE_TYPES.filter((type) => type !== 'voice'),
				schedules: null,
				looksUp: this.lookUp === undefined ? null : { by: 'queueId', needsRecipient: false },
			},
			assertSendable: () => undefined,
			lookUp: this.lookUp,
			send: async (_connection: Connection, outgoing: OutgoingMessage) => {
				this.asked.push(outgoing.text ?? outgoing.mediaUrl ?? '');
				return {
					...outgoing,
					gateway: SENDER.gateway,
					account: SENDER.account,
					messageId: `id of ${outgoing.text}`,
					queueId: null,
					status: 'sent',
					gatewayStatus: 'sent',
					acceptedAt: null,
					failure: null,
					raw: {},
					...(await this.send(outgoing)),
				} as SentMessage;
			},
		} as unknown as Gateway;
	}
}

export const RULES: DispatchRules = {
	batchSize: 100,
	maxParallel: 5,
	maxAttempts: 5,
	notLaterThanMs: null,
	graceMs: 10 * MINUTE,
	afterInterruption: 'leave',
};

/** A dispatcher for a table. */
export const dispatchFor = (
	table: MemoryTable,
	fake: FakeGateway,
	clock: FakeClock,
	{ rules, ...more }: Partial<Omit<Dispatch, 'rules'>> & { rules?: Partial<DispatchRules> } = {},
): Dispatch => ({
	gateway: fake.gateway,
	connection,
	table,
	sender: SENDER,
	rules: { ...RULES, ...rules },
	now: clock.now,
	sleep: clock.sleep,
	isCancelled: () => false,
	inParallel: mapInParallel,
	...more,
});
