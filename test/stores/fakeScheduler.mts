import { chatWhatsApp } from '../../gateways/chatWhatsApp';
import type { Connection, Gateway, NativeScheduler } from '../../gateways/gateway';
import { GatewayError } from '../../gateways/transport/gatewayError';
import type { MessageToSchedule } from '../../messages/message';
import { parseRecipient } from '../../messages/recipient';
import { matchesMessage, type ScheduledMessage } from '../../messages/scheduledMessage';
import { AssignedMessages } from '../../stores/assignedMessages';
import { KeyedMutex } from '../../stores/keyedMutex';
import { createGatewayStore } from '../../stores/gatewayStore';
import type { AttemptLog, MessageStore, UnresolvedAttempt } from '../../stores/store';
import { VirtualClock } from '../gateways/transport/virtualClock.mts';

/** What can befall a create: its answer is lost, before or after the message was taken; or a no. */
export const CREATE_FAULTS = ['lostTaken', 'lostNotTaken', 'refused'] as const;
/** A cancel, too, may be lost, or come too late. */
export const CANCEL_FAULTS = ['lostTaken', 'lostNotTaken', 'refused', 'sentMeanwhile'] as const;

/** What befalls the calls of each kind, in their order; after the last, all goes well. */
export interface Faults {
	readonly create?: ReadonlyArray<(typeof CREATE_FAULTS)[number] | null>;
	readonly cancel?: ReadonlyArray<(typeof CANCEL_FAULTS)[number] | null>;
	/** Whether reading fails. */
	readonly find?: readonly boolean[];
	readonly get?: ReadonlyArray<boolean | 'forgotten'>;
}

interface FakeOptions {
	readonly clock?: VirtualClock;
	/** After how long a message is listed. */
	readonly listedAfterMs?: number;
	readonly tellsCreation?: boolean;
	/** By how much the gateway's clock is ahead, which its first answer tells. */
	readonly clockAheadMs?: number;
	readonly tellsMedia?: boolean;
	readonly cancelsBy?: 'cancel' | 'delete';
}

const LABEL = 'Fake';
const lost = (outcomeUnknown: boolean) =>
	new GatewayError('timedOut', `${LABEL} did not answer in time`, { outcomeUnknown });
const refused = () =>
	new GatewayError('rejected', `${LABEL} rejected the request`, { status: 400 });
const unreachable = () => new GatewayError('unreachable', `${LABEL} cannot be reached`);
const missing = () => new GatewayError('notFound', `${LABEL} does not find it`, { status: 404 });

export const iso = (ms: number) => new Date(ms).toISOString();

export const message = (changes: Partial<MessageToSchedule> = {}): MessageToSchedule => ({
	type: 'text',
	text: 'Hello',
	mediaUrl: null,
	caption: null,
	fileName: null,
	template: null,
	recipient: parseRecipient('+919988066776'),
	reference: null,
	idempotencyKey: '3b1f9a52-7f53-4a3c-9d38-0a4c9f7c2b11',
	scheduledAt: '2026-02-03T15:00:00.000Z',
	...changes,
});

/** A gateway's scheduler in memory, with the faults of a script and time that costs nothing. */
export class FakeScheduler implements NativeScheduler {
	readonly clock: VirtualClock;
	readonly connection: Connection;
	readonly gateway: Gateway;
	held: ScheduledMessage[] = [];
	/** How many calls of each kind came. */
	readonly calls = { create: 0, cancel: 0, find: 0, get: 0 };
	/** The most that were pending at once. */
	maxPending = 0;
	/** Called after each change of what is held. */
	watch: () => void = () => {};
	faults: Faults = {};
	private readonly options: Required<Omit<FakeOptions, 'clock'>>;
	private knownAheadMs = 0;
	private readonly listedFrom = new Map<string, number>();

	constructor({ clock = new VirtualClock(), ...options }: FakeOptions = {}) {
		this.clock = clock;
		this.options = {
			listedAfterMs: 0,
			tellsCreation: true,
			clockAheadMs: 0,
			tellsMedia: true,
			cancelsBy: 'cancel',
			...options,
		};
		this.connection = {
			credential: {},
			request: async () => await Promise.reject(new Error('no request')),
			now: clock.now,
			clockSkewMs: () => this.knownAheadMs,
			sleep: async () => {},
			refused: ({ status }) => new GatewayError('rejected', `HTTP ${status}`),
			unexpected: (_, missingField) => new GatewayError('unexpectedResponse', missingField),
		};
		this.gateway = {
			...chatWhatsApp,
			label: LABEL,
			scheduler: this,
			capabilities: {
				...chatWhatsApp.capabilities,
				scheduling: {
					types: ['text', 'image'],
					minLeadMs: 60_000,
					maxLeadMs: 30 * 86_400_000,
					isDurable: false,
					cancelsBy: this.options.cancelsBy,
				},
			},
		};
	}

	/** A store for one run over all items. */
	store(assigned = new AssignedMessages()): MessageStore {
		return createGatewayStore(this.gateway, this.connection, {
			assigned,
			mutex: new KeyedMutex(),
			sleep: this.clock.sleep,
		});
	}

	get pending(): ScheduledMessage[] {
		return this.held.filter(({ status }) => status === 'scheduled');
	}

	/** Holds a message that somebody scheduled before. */
	hold(wanted: MessageToSchedule, changes: Partial<ScheduledMessage> = {}): ScheduledMessage {
		const scheduleId = `sched_${this.held.length + 1}`;
		const { tellsCreation, tellsMedia, listedAfterMs, clockAheadMs } = this.options;
		const { type, text, mediaUrl, caption, fileName, template, recipient, scheduledAt } = wanted;
		const record: ScheduledMessage = {
			type,
			text,
			mediaUrl: tellsMedia ? mediaUrl : null,
			caption: tellsMedia ? caption : null,
			fileName,
			template,
			recipient,
			scheduledAt,
			reference: null,
			scheduleId,
			gateway: 'chatWhatsApp',
			storedIn: 'gateway',
			account: 'account-1',
			status: 'scheduled',
			gatewayStatus: 'pending',
			createdAt: tellsCreation ? iso(this.clock.now() + clockAheadMs) : null,
			messageId: null,
			failure: null,
			raw: null,
			...changes,
		};
		this.held.push(record);
		this.listedFrom.set(record.scheduleId, this.clock.now() + listedAfterMs);
		this.changed();
		return record;
	}

	async schedule(_: Connection, wanted: MessageToSchedule): Promise<ScheduledMessage> {
		const fault = this.next('create') ?? null;
		await this.clock.sleep(7);
		if (fault === 'refused') throw refused();
		if (fault === 'lostNotTaken') throw lost(true);
		const record = this.hold(wanted);
		await this.clock.sleep(5);
		if (fault === 'lostTaken') throw lost(true);
		return { ...record, mediaUrl: wanted.mediaUrl, caption: wanted.caption };
	}

	async get(_: Connection, scheduleId: string): Promise<ScheduledMessage> {
		const fault = this.next('get') ?? false;
		await this.clock.sleep(3);
		if (fault === true) throw unreachable();
		if (fault === 'forgotten') this.held = [];
		const record = this.held.find((each) => each.scheduleId === scheduleId);
		if (record === undefined) throw missing();
		return record;
	}

	async list(): Promise<ScheduledMessage[]> {
		await this.clock.sleep(4);
		this.knownAheadMs = this.options.clockAheadMs;
		const now = this.clock.now();
		return this.held.filter(({ scheduleId }) => (this.listedFrom.get(scheduleId) ?? 0) <= now);
	}

	async find(_: Connection, wanted: MessageToSchedule): Promise<ScheduledMessage[]> {
		const fails = this.next('find') ?? false;
		const all = await this.list();
		if (fails) throw unreachable();
		return all.filter((record) => matchesMessage(record, wanted));
	}

	async cancel(_: Connection, scheduleId: string): Promise<void> {
		const fault = this.next('cancel') ?? null;
		await this.clock.sleep(6);
		const record = this.held.find((each) => each.scheduleId === scheduleId);
		if (record === undefined) throw missing();
		if (fault === 'lostNotTaken') throw lost(false);
		if (fault === 'sentMeanwhile') this.change(record, 'sent');
		if (fault === 'refused' || fault === 'sentMeanwhile' || record.status !== 'scheduled') {
			throw refused();
		}
		this.change(record, 'cancelled');
		if (fault === 'lostTaken') throw lost(false);
	}

	/** What befalls this call. */
	private next<K extends keyof Faults>(kind: K): NonNullable<Faults[K]>[number] | undefined {
		const call = this.calls[kind]++;
		return this.faults[kind]?.[call];
	}

	private change(record: ScheduledMessage, status: 'sent' | 'cancelled'): void {
		this.held = this.held.map((each) =>
			each === record ? { ...each, status, gatewayStatus: status } : each,
		);
		this.changed();
	}

	private changed(): void {
		this.maxPending = Math.max(this.maxPending, this.pending.length);
		this.watch();
	}
}

/** An item's place in the ledger: what its tries leave for the next one, as JSON. */
export class Entry implements AttemptLog {
	private open: string | null = null;
	/** How often it was noted that a message may be taken. */
	begun = 0;

	get unresolved(): UnresolvedAttempt | null {
		return this.open === null ? null : (JSON.parse(this.open) as UnresolvedAttempt);
	}

	readonly begin = (open: UnresolvedAttempt): void => {
		this.begun++;
		this.open = JSON.stringify(open);
	};

	readonly clear = (): void => {
		this.open = null;
	};
}

export const errorOf = async (work: Promise<unknown>): Promise<GatewayError> =>
	await work.then(
		(value) => {
			throw new Error(`it went well: ${JSON.stringify(value)}`);
		},
		(error: unknown) => error as GatewayError,
	);
