/**
 * One simulated day of an account: messages, schedulers, a gateway with lasting faults, slow tables,
 * kills and people. Everything follows from the seed.
 */
import { GatewayError } from '../../../gateways/transport/gatewayError';
import type { Connection, Gateway } from '../../../gateways/gateway';
import { parseRecipient } from '../../../messages/recipient';
import type { FrequencyCap } from '../../../messages/frequencyCap';
import { formatWindow, parseWindow, type SendingWindow } from '../../../messages/sendTime';
import { MESSAGE_TYPES, type OutgoingMessage } from '../../../messages/message';
import type { SentMessage } from '../../../messages/sentMessage';
import { dispatchDue, type DispatchReport, type DispatchRules } from '../../../stores/dispatcher';
import { createLeaseStore, pauseAccount, resumeAccount } from '../../../stores/table/accounts';
import type { DoNotContactColumn, ListOwner } from '../../../stores/doNotContact/columns';
import { listedBeforeSending } from '../../../stores/doNotContact/listed';
import { createConstrainedQueue } from '../../../stores/postgres/queue';
import type { LeaseStore } from '../../../stores/dispatcher/queue';
import { createDispatchQueue } from '../../../stores/table/dispatchQueue';
import { SENDING, toRow, type SendingAccount } from '../../../stores/table/rows';
import type { Table } from '../../../stores/table/table';
import { seededRandom } from '../../../sandbox/random.mts';
import { accountsTable } from '../table/fakes.mts';
import { MemoryTable } from '../table/memoryTable.mts';
import { OptOuts } from './optOuts.mts';
import { dueRows, recentRows, transactions } from './transactions.mts';
import { VirtualTime } from './virtualTime.mts';

export const SECOND = 1_000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
/** A Monday. */
export const START = Date.parse('2026-03-02T00:00:00.000Z');

/** What the gateway does for a while. */
export type OutageKind =
	| 'unauthorized'
	| 'unpaid'
	| 'forbidden'
	| 'rateLimited'
	| 'unavailable'
	| 'hang'
	| 'refused'
	| 'notFound'
	/** Sending does not work, and the gateway's health call sees nothing of it. */
	| 'sendOnly';

const OUTAGES: readonly OutageKind[] = [
	'unauthorized',
	'unpaid',
	'forbidden',
	'rateLimited',
	'unavailable',
	'hang',
	'refused',
	'notFound',
	'sendOnly',
];

export interface Outage {
	readonly kind: OutageKind;
	readonly from: number;
	readonly to: number;
	/** Requests to send that it met, but for those that a person stopped: these tell a run nothing. */
	readonly sends: number[];
	/** Of these, those whose outcome nobody could know. */
	ambiguous: number;
}

export interface DayOptions {
	readonly messages: number;
	readonly rules?: Partial<DispatchRules>;
	readonly outages?: ReadonlyArray<Pick<Outage, 'kind' | 'from' | 'to'>>;
	/** Messages a minute that the gateway takes; null for all. */
	readonly takesPerMinute?: number | null;
	readonly kills?: number;
	readonly schedulers?: number;
	readonly intervalMs?: number;
	/** How often a response gets lost by chance. */
	readonly chance?: number;
	readonly hasFindSent?: boolean;
	/** Everything is due at once, at the beginning. */
	readonly burst?: boolean;
	readonly hasPeople?: boolean;
	readonly clockSkewMs?: number;
	readonly tableErrors?: number;
	/** Some messages are scheduled a second time, by the same deduplication key. */
	readonly hasKeys?: boolean;
	/** How many executions are stopped by hand. */
	readonly stops?: number;
	/** How many of the messages are due about an outage. */
	readonly clustered?: number;
	/** Some accesses to the table take minutes, longer than a lease. */
	readonly stalls?: boolean;
	/** Another account, which is always well, has messages in the same table. */
	readonly hasOther?: boolean;
	/** Some messages keep quiet hours in several timezones, some a frequency cap. */
	readonly hasRules?: boolean;
	/** The table refuses what no run could read, and a second row with one key: PostgreSQL. */
	readonly isConstrained?: boolean;
	/** People opt out and in, by Do Not Contact. */
	readonly hasOptOuts?: boolean;
}

/** One message of the day, with what became of it outside. */
export interface Planned {
	readonly id: number;
	readonly sendAt: number;
	readonly recipient: string;
	readonly validMs: number;
	readonly window: SendingWindow | null;
	readonly cap: FrequencyCap;
	/** The gateway refuses it whenever it comes. */
	readonly isBad: boolean;
	/** When the gateway took it. */
	readonly acceptedAt: number[];
	/** A person has cancelled or moved it. */
	isEdited: boolean;
	readonly key: string | null;
	readonly account: string;
	/** How often it was unknown whether it was sent. */
	doubts: number;
}

/** A request to send, as the gateway sees it. */
export interface Request {
	readonly at: number;
	readonly run: number;
	endedAt: number;
	readonly isRefusedForRate: boolean;
	readonly account: string;
}

export interface Day {
	readonly options: Required<Omit<DayOptions, 'rules' | 'outages'>>;
	readonly rules: DispatchRules;
	readonly table: MemoryTable;
	readonly planned: readonly Planned[];
	readonly outages: readonly Outage[];
	readonly requests: readonly Request[];
	/** When the gateway was asked for its health. */
	readonly healthAsked: readonly number[];
	readonly killedAt: readonly number[];
	/** Rows in flight at each kill. */
	readonly inFlightAtKill: readonly number[];
	/** Runs whose process was killed. */
	readonly killedRuns: ReadonlySet<number>;
	/** Of these, those that had begun to send, and whether another run had taken their lease over by then. */
	readonly cutOff: ReadonlyArray<{ readonly run: number; readonly isTakenOver: boolean }>;
	/** When the lease of a run that still lived was taken over: its table had stalled for so long. */
	readonly takenOverAt: readonly number[];
	/** When an answer was lost by chance, not by an outage: ambiguous outcomes. */
	readonly lostAnswersAt: readonly number[];
	readonly events: ReadonlyArray<{ readonly at: number; readonly event: string }>;
	readonly runStartedAt: ReadonlyMap<number, number>;
	/** Pauses that a run found, and of which no run had told. */
	readonly untoldPauses: number;
	/** Requests to send that were cut by a person who stopped the execution. */
	readonly stopped: number;
	readonly reports: number;
	readonly runErrors: number;
	readonly end: number;
	/** When the last fault was over. */
	readonly wellFrom: number;
	readonly gaveOut: ReadonlyMap<number, readonly string[]>;
	readonly optOuts: OptOuts;
}

const SENDER: SendingAccount = { gateway: 'fake', account: 'account-1', credential: 'My Gateway' };

const OTHER: SendingAccount = { ...SENDER, account: 'account-2' };

/** It counts for others, and obeys no cap. */
const COUNTS: FrequencyCap = { limit: null, counts: true };

/** Quiet hours about the simulated day, whose evening and night they keep, in one to three timezones. */
const QUIET_HOURS: readonly SendingWindow[] = [
	'Mon Tue Wed Thu Fri Sat Sun 08:00-20:00 America/New_York, America/Chicago',
	'Mon Tue 09:00-20:00; Wed 10:00-12:00 Australia/Sydney, Australia/Perth, Australia/Darwin',
	'Mon Tue Wed Thu Fri Sat Sun 09:00-21:00 Europe/Madrid, Atlantic/Canary not on 2026-03-02',
	'Mon Tue 20:00-10:00 Asia/Kolkata',
].map(parseWindow);

/** What a message of a day with rules keeps to. */
function rulesOf(
	random: () => number,
	pick: <T>(list: readonly T[]) => T,
): Partial<Pick<Planned, 'window' | 'cap'>> {
	const messages = 1 + Math.floor(random() * 3);
	const periodMs = pick([1, 3, 8, 24]) * HOUR;
	const over = random() < 0.7 ? 'hold' : 'skip';
	const isCapped = random() < 0.5;
	return {
		...(random() < 0.3 ? { window: pick(QUIET_HOURS) } : {}),
		cap: { limit: isCapped ? { messages, periodMs, over } : null, counts: random() < 0.9 },
	};
}

/** A process of n8n. */
interface Process {
	isAlive: boolean;
	/** How far its clock is off. */
	readonly skewMs: number;
	readonly runs: Set<number>;
}

/** A process that was killed: whatever it still waits for never comes. */
const never = async <T,>(): Promise<T> => await new Promise<T>(() => {});

export async function simulateDay(seed: number, given: DayOptions): Promise<Day> {
	const options = {
		takesPerMinute: null,
		kills: 0,
		schedulers: 1,
		intervalMs: MINUTE,
		chance: 0,
		hasFindSent: false,
		burst: false,
		hasPeople: false,
		clockSkewMs: 0,
		tableErrors: 0,
		hasKeys: false,
		stops: 0,
		clustered: 0,
		hasOther: false,
		stalls: false,
		isConstrained: false,
		hasOptOuts: false,
		hasRules: false,
		...given,
	};
	const random = seededRandom(seed);
	const pick = <T,>(list: readonly T[]): T => list[Math.floor(random() * list.length)];
	const time = new VirtualTime(START);
	const { now } = time;
	const table = new MemoryTable();
	const accounts = accountsTable(now);
	table.now = now;
	const rules: DispatchRules = {
		maxParallel: 5,
		budgetMs: 50 * SECOND,
		messagesPerMinute: null,
		timeoutMs: 30 * SECOND,
		ifOutcomeUnknown: 'markUnconfirmed',
		...given.rules,
	};

	const optOuts = new OptOuts(seed, time, SENDER);
	const owner: ListOwner = { senders: [SENDER], channel: 'whatsapp' };

	// The day's messages.
	const dayEnd = START + 24 * HOUR;
	const recipients = Math.max(2, Math.floor(options.messages / (options.hasRules ? 5 : 2)));
	const planned: Planned[] = [];
	const byKey = new Map<string, Planned>();
	const times = given.outages ?? [];
	const anyTime = (): number => {
		if (options.burst) return START + 30 * SECOND;
		if (times.length === 0 || random() >= options.clustered) {
			return START + Math.floor(random() * 20 * HOUR);
		}
		const { from, to } = pick(times);
		return Math.floor(from - MINUTE + random() * (to - from + 5 * MINUTE));
	};
	for (let id = 0; id < options.messages; id++) {
		const hasWindow = options.hasPeople && random() < 0.1;
		const isOther = options.hasOther && random() < 0.2;
		const message: Planned = {
			id,
			sendAt: anyTime(),
			// A third of the messages have a key, and half of those are the second with theirs.
			key: options.hasKeys && random() < 0.3 ? `key-${id - (id % 2)}` : null,
			account: isOther ? OTHER.account : SENDER.account,
			doubts: 0,
			recipient: `+9199880${String(10_000 + Math.floor(random() * recipients))}`,
			validMs: options.hasPeople && random() < 0.1 ? 30 * MINUTE : 24 * HOUR,
			window: hasWindow
				? { from: '08:00', to: '20:00', weekdays: [1, 2, 3, 4, 5, 6, 7], timezone: 'UTC' }
				: null,
			isBad: options.hasPeople && random() < 0.02,
			acceptedAt: [],
			isEdited: false,
			cap: COUNTS,
			...(options.hasRules ? rulesOf(random, pick) : {}),
		};
		planned.push(message);
	}
	if (options.hasOptOuts) optOuts.begin(planned);
	const rows = await table.insert(
		planned.map(({ id, sendAt, recipient, validMs, window, cap, account, ...more }) => {
			const { key: deduplicationKey } = more;
			const key = `00000000-0000-4000-8000-${String(id).padStart(12, '0')}`;
			byKey.set(key, planned[id]);
			const row = toRow(
				{
					recipient: parseRecipient(recipient),
					type: 'text',
					text: `message ${id}`,
					mediaUrl: null,
					caption: null,
					fileName: null,
					template: null,
					reference: null,
					scheduledAt: new Date(sendAt).toISOString(),
					idempotencyKey: key,
					validForMinutes: validMs / MINUTE,
					deduplicationKey,
					frequencyCap: cap,
				},
				account === OTHER.account ? OTHER : SENDER,
				'UTC',
				START,
			);
			// Some were written by hand.
			if (options.hasPeople && random() < 0.05 && !options.isConstrained) {
				Object.assign(row, random() < 0.5 ? { claim_token: null } : { next_attempt_at: null });
			}
			const do_not_contact = optOuts.ignores(id) ? 'ignore' : null;
			return {
				...row,
				do_not_contact,
				sending_window: window === null ? null : formatWindow(window),
			};
		}),
	);
	table.accesses.length = 0;

	// The gateway.
	const outages: Outage[] = (given.outages ?? []).map((outage) => ({
		...outage,
		sends: [],
		ambiguous: 0,
	}));
	const requests: Request[] = [];
	const records: SentMessage[] = [];
	const healthAsked: number[] = [];
	const lostAnswersAt: number[] = [];
	let tokens = 5;
	let tokensAt = START;
	const outageAt = (at: number) => outages.find(({ from, to }) => at >= from && at < to);
	const takeToken = (): boolean => {
		const perMinute = options.takesPerMinute;
		if (perMinute === null) return true;
		tokens = Math.min(5, tokens + ((now() - tokensAt) / MINUTE) * perMinute);
		tokensAt = now();
		if (tokens < 1) return false;
		tokens -= 1;
		return true;
	};
	const latency = () => 20 + Math.floor(random() * 400);
	const accept = (message: OutgoingMessage): SentMessage => {
		const one = byKey.get(message.idempotencyKey)!;
		one.acceptedAt.push(now());
		const rest: Omit<OutgoingMessage, 'idempotencyKey'> = message;
		const sent: SentMessage = {
			...rest,
			gateway: SENDER.gateway,
			account: one.account,
			messageId: `id-${one.id}-${one.acceptedAt.length}`,
			queueId: null,
			status: 'sent',
			gatewayStatus: 'sent',
			acceptedAt: new Date(now()).toISOString(),
			failure: null,
			raw: {},
		};
		records.push(sent);
		return sent;
	};
	const unknownOutcome = (kind: 'timedOut' | 'unavailable' | 'unreachable', text: string) =>
		new GatewayError(kind, text, { outcomeUnknown: true });

	const serve = async (message: OutgoingMessage): Promise<SentMessage> => {
		const one = byKey.get(message.idempotencyKey)!;
		const outage = one.account === OTHER.account ? undefined : outageAt(now());
		if (outage !== undefined) {
			outage.sends.push(now());
			const seconds = (outage.to - now()) / SECOND;
			switch (outage.kind) {
				case 'unauthorized':
					await time.sleep(latency());
					throw new GatewayError('unauthorized', 'wrong key', { status: 401 });
				case 'unpaid':
					await time.sleep(latency());
					throw new GatewayError('rejected', 'not paid', { status: 402, fault: 'account' });
				case 'forbidden':
					await time.sleep(latency());
					throw new GatewayError('forbidden', 'not allowed', { status: 403 });
				case 'notFound':
					await time.sleep(latency());
					throw new GatewayError('notFound', 'no such session', { status: 404 });
				case 'rateLimited':
					await time.sleep(latency());
					throw new GatewayError('rateLimited', 'slow down', {
						status: 429,
						retryAfterMs: Math.min(seconds * SECOND, 90 * SECOND),
					});
				case 'refused':
					await time.sleep(latency());
					throw new GatewayError('unreachable', 'connection refused', { outcomeUnknown: false });
				case 'hang': {
					const isProcessed = random() < 0.3 && !one.isBad;
					if (isProcessed) accept(message);
					outage.ambiguous++;
					one.doubts++;
					await time.sleep(rules.timeoutMs);
					throw unknownOutcome('timedOut', 'no answer');
				}
				case 'unavailable':
				case 'sendOnly': {
					await time.sleep(latency());
					if (random() < 0.2 && !one.isBad) accept(message);
					outage.ambiguous++;
					one.doubts++;
					throw unknownOutcome('unavailable', 'bad gateway');
				}
			}
		}
		if (one.account === SENDER.account && !takeToken()) {
			requests[requests.length - 1] = { ...requests.at(-1)!, isRefusedForRate: true };
			await time.sleep(latency());
			throw new GatewayError('rateLimited', 'slow down', { status: 429, retryAfterMs: SECOND });
		}
		await time.sleep(latency());
		if (one.isBad) throw new GatewayError('rejected', `no such number ${one.recipient}`);
		const sent = accept(message);
		if (random() < options.chance) {
			lostAnswersAt.push(now());
			one.doubts++;
			throw unknownOutcome('timedOut', 'answer lost');
		}
		return sent;
	};

	// Processes with schedulers, which may be killed.
	let run = 0;
	const killedRuns = new Set<number>();
	const cutOff: Array<{ run: number; isTakenOver: boolean }> = [];
	const takenOverAt: number[] = [];
	const running = new Set<number>();
	/** Runs that have begun to send. */
	const begun = new Set<number>();
	/** The run that last took the lease of an account. */
	const holderOf = new Map<string, number>();
	const killedAt: number[] = [];
	const inFlightAtKill: number[] = [];
	const events: Array<{ at: number; event: string }> = [];
	const gaveOut = new Map<number, string[]>();
	let reports = 0;
	let runErrors = 0;
	let tableIsDownUntil = 0;
	let isOver = false;

	const runStartedAt = new Map<number, number>();
	let untoldPauses = 0;
	let isReported = false;
	let stopped = 0;
	/** Some processes die, and some executions are stopped, in the middle of a request. */
	const killAt = new Set<number>();
	const stopAt = new Set<number>();
	for (let i = 0; i < options.kills; i += 2) {
		killAt.add(Math.floor(random() * options.messages));
	}
	for (let i = 0; i < options.stops; i++) stopAt.add(Math.floor(random() * options.messages));

	const kill = (process: Process) => {
		if (!process.isAlive) return;
		killedAt.push(now());
		const inFlight = [...table.rows.values()].filter(
			({ status, account }) => status === 'sending' && account === SENDER.account,
		);
		for (const row of table.rows.values()) {
			if (row.status === 'sending') byKey.get(String(row.schedule_id))!.doubts++;
		}
		inFlightAtKill.push(inFlight.length);
		process.isAlive = false;
		for (const one of process.runs) {
			killedRuns.add(one);
			running.delete(one);
			const isTakenOver = ![...holderOf.values()].includes(one);
			if (begun.has(one)) cutOff.push({ run: one, isTakenOver });
		}
	};

	const startRun = async (process: Process, sender = SENDER) => {
		const number = ++run;
		runStartedAt.set(number, now());
		let isStopped = false;
		const stop = new Set<() => void>();
		process.runs.add(number);
		const alive = async <T,>(work: Promise<T>): Promise<T> => {
			const outcome = await work.then(
				(value) => ({ ok: true as const, value }),
				(error: unknown) => ({ ok: false as const, error }),
			);
			if (!process.isAlive) return await never<T>();
			if (outcome.ok) return outcome.value;
			throw outcome.error;
		};
		const access = async <T,>(work: () => Promise<T>): Promise<T> =>
			await alive(
				(async () => {
					await time.sleep(5 + Math.floor(random() * (random() < 0.01 ? 3_000 : 40)));
					const fails = now() < tableIsDownUntil || random() < options.tableErrors;
					if (options.stalls && random() < 0.003) await time.sleep((60 + random() * 120) * SECOND);
					// A failing access may have taken effect all the same.
					if (fails && random() < 0.5) throw new Error('table error before');
					if (!process.isAlive && random() < 0.5) return await never<T>();
					const result = await work();
					if (fails) throw new Error('table error after');
					return result;
				})(),
			);
		const slow = <C extends string>(inner: Table<C>): Table<C> => ({
			id: inner.id,
			insert: async (values) => await access(async () => await inner.insert(values)),
			select: async (where, limit, by) =>
				await access(async () => await inner.select(where, limit, by)),
			selectAny: async (column, values) =>
				await access(async () => await inner.selectAny(column, values)),
			selectEither: async (conditions) =>
				await access(async () => await inner.selectEither(conditions)),
			update: async (changes) => {
				// Counted before it takes effect: a kill may come in between.
				const isStart = changes.some(
					({ values }) => 'status' in values && values.status === SENDING,
				);
				if (isStart) begun.add(number);
				for (const { where, values } of changes) {
					if (!('status' in values) || values.status !== SENDING) continue;
					const [from, to] = ['gte', 'lte'].map((is) => where.find((one) => one.is === is)?.value);
					for (let id = Number(from); id <= Number(to); id++) optOuts.markedAt.set(id, now());
				}
				return await access(async () => await inner.update(changes));
			},
			remove: async (where) => await access(async () => await inner.remove(where)),
		});
		const gateway = {
			id: sender.gateway,
			label: 'Fake',
			capabilities: {
				channel: 'whatsapp',
				messageTypes: MESSAGE_TYPES,
				scheduling: null,
				lookup: null,
			},
			assertSendable: () => undefined,
			testCredential: async () => {
				if (sender === SENDER) healthAsked.push(now());
				await alive(time.sleep(latency()));
				const outage = sender === OTHER ? undefined : outageAt(now());
				return outage === undefined || ['sendOnly', 'rateLimited'].includes(outage.kind)
					? { ready: true, message: 'well' }
					: { ready: false, message: outage.kind };
			},
			send: async (_: Connection, message: OutgoingMessage) => {
				const request = {
					at: now(),
					run: number,
					endedAt: Infinity,
					isRefusedForRate: false,
					account: sender.account,
				};
				const place = requests.push(request) - 1;
				const { id } = byKey.get(message.idempotencyKey)!;
				optOuts.asked.push({ id, at: now(), markedAt: optOuts.markedAt.get(id + 1)! });
				if (killAt.delete(place)) void time.sleep(random() * 300).then(() => kill(process));
				const cut = new Promise<never>((_resolve, reject) => {
					stop.add(() => {
						stopped++;
						const sends = sender === OTHER ? undefined : outageAt(request.at)?.sends;
						sends?.splice(sends.indexOf(request.at), 1);
						byKey.get(message.idempotencyKey)!.doubts++;
						reject(new GatewayError('cancelled', 'stopped', { outcomeUnknown: true }));
					});
				});
				cut.catch(() => undefined);
				const callOff = [...stop].at(-1)!;
				if (stopAt.delete(place)) {
					void time.sleep(random() * 300).then(() => {
						isStopped = true;
						for (const each of stop) each();
						stop.clear();
					});
				}
				return await alive(
					Promise.race([serve(message), cut]).finally(() => {
						stop.delete(callOff);
						requests[place] = { ...requests[place], endedAt: now() };
					}),
				);
			},
			...(options.hasFindSent
				? {
						findSent: async (_: Connection, message: OutgoingMessage, since: number) => {
							await alive(time.sleep(latency()));
							if (outageAt(now()) !== undefined) throw new GatewayError('unavailable', 'down');
							return records.filter(
								(sent) =>
									sent.text === message.text &&
									sent.recipient.phone === message.recipient.phone &&
									Date.parse(sent.acceptedAt!) >= since - 5 * MINUTE,
							);
						},
					}
				: {}),
		} as unknown as Gateway;
		const adoption = { gateway, accounts: async () => slow(accounts) };
		const listedBy = async (list: Table<DoNotContactColumn>, people: readonly string[]) => {
			if (!options.hasOptOuts) return new Set<string>();
			const found = await listedBeforeSending(list, { ...owner, senders: [sender] }, people, '');
			return new Set(found.keys());
		};
		const lease = createLeaseStore(slow(accounts), [sender]);
		const acquire: LeaseStore['acquire'] = async (...given) => {
			const record = await lease.acquire(...given);
			if (record === null) return null;
			if (running.has(holderOf.get(sender.account) ?? 0)) {
				takenOverAt.push(now());
				for (const { status, account, schedule_id: key } of table.rows.values()) {
					if (status === SENDING && account === sender.account) byKey.get(String(key))!.doubts++;
				}
			}
			holderOf.set(sender.account, number);
			return record;
		};
		running.add(number);
		const outcome: DispatchReport | Error = await dispatchDue({
			gateway,
			connection: {} as Connection,
			queue: options.isConstrained
				? createConstrainedQueue(slow(table), [sender], adoption, {
						readDue: async (at, limit, from = '') =>
							await access(async () =>
								dueRows(table, sender, at)
									.filter(({ send_at: time }) => String(time) >= from)
									.slice(0, limit),
							),
						recent: async (recipients, since) =>
							await access(async () => recentRows(table, sender, recipients, since)),
						whole: transactions(
							{ table, accounts, sender, list: optOuts.list },
							async (work, steps) => {
								for (const { id, values } of steps) {
									if (values.status === SENDING) optOuts.markedAt.set(id, now());
								}
								if (steps.some(({ values }) => values.status === SENDING)) begun.add(number);
								return await access(work);
							},
						),
					})
				: {
						...createDispatchQueue(slow(table), [sender], adoption),
						listed: async (people) => await listedBy(slow(optOuts.list), people),
					},
			lease: { ...lease, acquire },
			rules,
			resolveMessageIds: async () => undefined,
			now: () => now() + process.skewMs,
			random,
			isCancelled: () => isStopped,
			sleep: async (ms) => await alive(isStopped ? Promise.resolve() : time.sleep(ms)),
		}).catch((error: Error) => error);
		process.runs.delete(number);
		running.delete(number);
		reports++;
		if (outcome instanceof Error || outcome.error !== undefined) runErrors++;
		else if (isPausedUntold(outcome)) untoldPauses++;
		for (const entry of outcome instanceof Error ? [] : outcome.entries) {
			if ('event' in entry) {
				if (sender === OTHER) throw new Error('The other account has no fault');
				events.push({ at: now(), event: entry.event });
				isReported = entry.event === 'paused';
			} else {
				const id = Number(/\d+$/.exec(entry.message.text ?? '')?.[0]);
				gaveOut.set(id, [...(gaveOut.get(id) ?? []), entry.message.status]);
			}
		}
	};

	const isPausedUntold = (report: DispatchReport): boolean =>
		report.idle?.why === 'paused' && !isReported && report.idle.until - now() > MINUTE;

	const killTimes = Array.from({ length: Math.floor(options.kills / 2) }, () =>
		options.burst
			? START + Math.floor(random() * 10 * MINUTE)
			: START + Math.floor(random() * 20 * HOUR),
	).sort((a, b) => a - b);
	/** A run of a paused account does nothing: most of them are left out. */
	const mostlyNotBefore = (): number => {
		const account = [...accounts.rows.values()].find((row) => row.account === SENDER.account);
		const pausedUntil = account?.paused_until;
		const isTried = random() < 0.3 || typeof pausedUntil !== 'string';
		return isTried ? -Infinity : Date.parse(pausedUntil);
	};
	const scheduler = async (first: number) => {
		await time.sleep(first);
		for (;;) {
			const process: Process = {
				isAlive: true,
				skewMs: Math.floor((random() * 2 - 1) * options.clockSkewMs),
				runs: new Set<number>(),
			};
			const diesAt = killTimes.find((at) => at > now()) ?? Infinity;
			if (Number.isFinite(diesAt)) killTimes.splice(killTimes.indexOf(diesAt), 1);
			while (!isOver && process.isAlive && now() < diesAt) {
				// Where nothing is due, a run would only read: time passes to when something is.
				const dueAt = Math.max(nextDueAt(table, SENDER.account), mostlyNotBefore());
				if (dueAt <= now() + 6_000) void startRun(process);
				const otherDueAt = options.hasOther ? nextDueAt(table, OTHER.account) : Infinity;
				if (otherDueAt <= now() + 6_000) void startRun(process, OTHER);
				const idleFor = Math.min(Math.min(dueAt, otherDueAt) - now() - 6_000, 30 * MINUTE);
				const intervals = Math.max(1, Math.floor(idleFor / options.intervalMs));
				await time.sleep(Math.min(intervals * options.intervalMs, diesAt - now() + 1));
			}
			if (isOver) return;
			kill(process);
			await time.sleep(5 * SECOND + random() * MINUTE);
		}
	};
	for (let i = 0; i < options.schedulers; i++) {
		void scheduler((options.intervalMs / options.schedulers) * i);
	}

	// People edit the table and pause the account.
	if (options.hasPeople) {
		for (let i = 0; i < Math.ceil(options.messages / 50); i++) {
			const at = Math.floor(random() * 20 * HOUR);
			const id = Math.floor(random() * options.messages);
			const isCancel = random() < 0.5;
			void time.sleep(at).then(() => {
				const row = table.row(rows[id].id);
				if (row.status !== 'scheduled') return;
				planned[id].isEdited = true;
				table.edit(
					row.id,
					isCancel
						? { status: 'cancelled' }
						: { send_at: new Date(now() + Math.floor(random() * HOUR)).toISOString() },
				);
			});
		}
		const pauseAt = Math.floor(random() * 18 * HOUR);
		void time
			.sleep(pauseAt)
			.then(
				async () =>
					await pauseAccount(accounts, SENDER, { until: null, note: 'deploy', now: now() }),
			);
		void time
			.sleep(pauseAt + random() * 20 * MINUTE)
			.then(async () => await resumeAccount(accounts, [SENDER]));
	}
	if (options.tableErrors > 0) {
		const downAt = Math.floor(random() * 20 * HOUR);
		void time.sleep(downAt).then(() => (tableIsDownUntil = now() + pick([2, 20, 120]) * SECOND));
	}

	const wellFrom = Math.max(dayEnd - 4 * HOUR, ...outages.map(({ to }) => to));
	const end = wellFrom + 34 * HOUR;
	await time.runUntil(wellFrom);
	// To the end, or until nothing is left to do.
	const isLeft = () => [SENDER, OTHER].some(({ account }) => nextDueAt(table, account) < Infinity);
	for (let at = wellFrom; at < end && isLeft(); at += 10 * MINUTE) {
		await time.runUntil(at);
	}
	isOver = true;
	await time.runUntil(now() + 10 * MINUTE);
	return {
		options,
		rules,
		table,
		planned,
		outages,
		requests,
		healthAsked,
		killedAt,
		inFlightAtKill,
		killedRuns,
		cutOff,
		takenOverAt,
		lostAnswersAt,
		events,
		untoldPauses,
		runStartedAt,
		stopped,
		reports,
		runErrors,
		end,
		wellFrom,
		gaveOut,
		optOuts,
	};
}

/** When something is to be done next, by the table: now where something is in flight. */
function nextDueAt(table: MemoryTable, account: string): number {
	// Texts of ISO 8601 sort as the instants do; to parse them all would take most of the day.
	let next = '~';
	for (const row of table.rows.values()) {
		if (row.account !== account) continue;
		if (row.status === 'sending') return -Infinity;
		const cell =
			row.status === 'scheduled'
				? String(row.send_at) > String(row.next_attempt_at ?? '')
					? row.send_at
					: row.next_attempt_at
				: row.status === 'unconfirmed'
					? row.next_attempt_at
					: null;
		if (typeof cell === 'string' && cell < next) next = cell;
	}
	return next === '~' ? Infinity : Date.parse(next);
}

/** A day of every kind of trouble, from a seed. */
export function randomOptions(seed: number, maxMessages: number): DayOptions {
	const random = seededRandom(seed ^ 0x5eed);
	const outageCount = Math.floor(random() * 4);
	const outages: Array<Pick<Outage, 'kind' | 'from' | 'to'>> = [];
	let from = START + random() * 4 * HOUR;
	for (let i = 0; i < outageCount && from < START + 19 * HOUR; i++) {
		const kind = OUTAGES[Math.floor(random() * OUTAGES.length)];
		// Log-uniform, from one second to six hours.
		const length = SECOND * Math.exp(random() * Math.log(6 * 3_600));
		outages.push({ kind, from, to: Math.min(from + length, START + 22 * HOUR) });
		from += length + 20 * MINUTE + random() * 5 * HOUR;
	}
	const takesPerMinute = random() < 0.3 ? Math.ceil(10 * Math.exp(random() * 4)) : null;
	const knowsPace = takesPerMinute !== null && random() < 0.5;
	return {
		messages: Math.ceil(20 * Math.exp(random() * Math.log(maxMessages / 20))),
		outages,
		takesPerMinute,
		rules: {
			maxParallel: [1, 2, 5, 5, 10][Math.floor(random() * 5)],
			budgetMs: [8, 50, 50, 240][Math.floor(random() * 4)] * SECOND,
			ifOutcomeUnknown: random() < 0.15 ? 'sendAgain' : 'markUnconfirmed',
			messagesPerMinute: knowsPace ? takesPerMinute * 0.95 : null,
		},
		kills: random() < 0.4 ? 1 + Math.floor(random() * 4) : 0,
		schedulers: 1 + Math.floor(random() * 3),
		intervalMs: random() < 0.5 ? 10 * SECOND : MINUTE,
		chance: random() < 0.3 ? 0.01 : 0,
		hasFindSent: random() < 0.4,
		burst: random() < 0.2,
		hasPeople: random() < 0.5,
		clockSkewMs: random() < 0.5 ? 2_400 : 0,
		tableErrors: random() < 0.2 ? 0.002 : 0,
		hasKeys: random() < 0.3,
		stops: random() < 0.2 ? 2 : 0,
		clustered: random() < 0.7 ? 0.7 : 0,
		hasOther: random() < 0.2,
		stalls: random() < 0.15,
		// Of its own source: other days stay what they were.
		hasOptOuts: seededRandom(seed ^ 0x0b7)() < 0.4,
		hasRules: random() < 0.35,
	};
}
