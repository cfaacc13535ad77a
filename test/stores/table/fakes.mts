import { randomUUID } from 'node:crypto';

import type { Connection, Gateway, CredentialTestResult } from '../../../gateways/gateway';
import type { MessageToSchedule, OutgoingMessage } from '../../../messages/message';
import { MESSAGE_TYPES } from '../../../messages/message';
import { parseRecipient } from '../../../messages/recipient';
import type { SentMessage } from '../../../messages/sentMessage';
import type { Values } from '../../../stores/table/columns';
import { toRow, type SendingAccount } from '../../../stores/table/rows';
import type { DispatchContext, DispatchRules } from '../../../stores/dispatcher';
import {
	ACCOUNT_COLUMNS,
	createLeaseStore,
	type AccountColumn,
	type AccountsTable,
} from '../../../stores/table/accounts';
import { createDispatchQueue } from '../../../stores/table/dispatchQueue';
import type { MessageTable } from '../../../stores/table/table';
import { MemoryTable } from './memoryTable.mts';

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

export const SENDER: SendingAccount = {
	gateway: 'fake',
	account: 'account-1',
	credential: 'My Gateway',
};
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
	template: null,
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
	lookup: Gateway['lookup'];
	findSent: Gateway['findSent'];
	windowClosedCode?: string;
	/** What the gateway says of the account. */
	health: () => Promise<CredentialTestResult> = async () => ({ ready: true, message: 'well' });
	/** How often it was asked for its health. */
	healthAsked = 0;
	send: Send = async () => ({});

	get gateway(): Gateway {
		return {
			id: SENDER.gateway,
			label: 'Fake',
			capabilities: {
				messageTypes: MESSAGE_TYPES.filter((type) => type !== 'voice'),
				scheduling: null,
				messagesPerMinute: null,
				lookup: this.lookup === undefined ? null : { by: 'queueId', needsRecipient: false },
				windowClosedCode: this.windowClosedCode,
			},
			assertSendable: () => undefined,
			lookup: this.lookup,
			findSent: this.findSent,
			testCredential: async () => {
				this.healthAsked++;
				return await this.health();
			},
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
	maxParallel: 5,
	budgetMs: 50 * SECOND,
	messagesPerMinute: null,
	timeoutMs: 30 * SECOND,
	ifOutcomeUnknown: 'markUnconfirmed',
};

/** The table of accounts beside a table of messages. */
export const accountsTable = (now?: () => number): MemoryTable<AccountColumn> => {
	const accounts = new MemoryTable<AccountColumn>(ACCOUNT_COLUMNS.map(({ name }) => name));
	if (now !== undefined) accounts.now = now;
	return accounts;
};

/** A table in memory as the queue of an account. */
export const queueOn = (
	table: MessageTable,
	senders: readonly SendingAccount[] = [SENDER],
	accounts: AccountsTable = accountsTable(),
	gateway: Gateway = new FakeGateway().gateway,
) => createDispatchQueue(table, senders, { gateway, accounts: async () => accounts });

/** What a run of the dispatcher works with, on a table in memory. */
export const contextFor = (
	table: MemoryTable,
	accounts: MemoryTable<AccountColumn>,
	fake: FakeGateway,
	clock: FakeClock,
	{
		rules,
		...more
	}: Partial<Omit<DispatchContext, 'rules'>> & { rules?: Partial<DispatchRules> } = {},
): DispatchContext => ({
	gateway: fake.gateway,
	connection,
	queue: queueOn(table, [SENDER], accounts, fake.gateway),
	lease: createLeaseStore(accounts, [SENDER]),
	rules: { ...RULES, ...rules },
	resolveMessageIds: async () => 0,
	now: clock.now,
	random: () => 0.5,
	sleep: clock.sleep,
	isCancelled: () => false,
	...more,
});
