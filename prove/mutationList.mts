/** One rule, broken in one line. */
export interface Mutation {
	/** The rule that it breaks. */
	readonly rule: string;
	readonly file: string;
	/** Stands exactly once in the file. */
	readonly from: string;
	readonly to: string;
	/** Where a test ought to notice: a pattern for jest's paths. */
	readonly tests: string;
}

const ROUTER = 'nodes/MessageScheduler/router.ts';
const ONCE = 'stores/scheduleOnce.ts';
const RETRY = 'gateways/transport/retry.ts';
const HISTORY = 'messages/statusHistory.ts';
const RECEIVE = 'nodes/MessageSchedulerTrigger/receive.ts';
const REMEMBER = 'nodes/MessageSchedulerTrigger/remember.ts';

const TRIES = 'test/nodes/retry|e2e/reliabilityRules';
const TRIGGER = 'test/nodes/trigger|e2e/reliabilityRules';

export const mutations: readonly Mutation[] = [
	{
		rule: 'Ledger: what an earlier try has done is not done again',
		file: ROUTER,
		from: 'if (entry.output !== null) return entry.output;',
		to: '',
		tests: TRIES,
	},
	{
		rule: 'Ledger: the idempotency key stays the same on each try',
		file: 'nodes/MessageScheduler/ledger.ts',
		from: 'if (entries[index]?.identity !== hash) {',
		to: 'if (entries[index]?.output === undefined) {',
		tests: TRIES,
	},
	{
		rule: 'Ledger: what an earlier try scheduled belongs to its item',
		file: 'nodes/MessageScheduler/run.ts',
		from: 'for (const { scheduleId } of ledger.outputs()) claims.take(String(scheduleId));',
		to: '',
		tests: TRIES,
	},
	{
		rule: 'Retry On Fail: a failure that may pass does not stop the other items',
		file: ROUTER,
		from: 'context.getNode().retryOnFail === true ? MOST_FAILURES_IN_ROW : 1',
		to: '1',
		tests: TRIES,
	},
	{
		rule: 'Retry On Fail: a gateway that is down is not asked for every item',
		file: ROUTER,
		from: 'const MOST_FAILURES_IN_ROW = 10;',
		to: 'const MOST_FAILURES_IN_ROW = 1e9;',
		tests: TRIES,
	},
	{
		rule: 'Look first: nothing is created again before it was looked for',
		file: ONCE,
		from: 'if (since !== null) {',
		to: 'if (since === -1) {',
		tests: 'test/stores/scheduleOnce|test/nodes/retry',
	},
	{
		rule: 'Look first: twice, since a list may be slow',
		file: ONCE,
		from: 'for (let pause = LOOK_AGAIN_MS; ; pause = 0) {',
		to: 'for (let pause = 0; ; pause = 0) {',
		tests: 'test/stores/scheduleOnce',
	},
	{
		rule: 'Look first: where looking does not work, nothing is created',
		file: ONCE,
		from: 'if (!outcome.ok) throw leftOpen(outcome.error);',
		to: 'if (!outcome.ok) return null;',
		tests: 'test/stores/scheduleOnce|test/nodes/retry',
	},
	{
		rule: 'Look first: an older equal message is another one',
		file: ONCE,
		from: '(createdAt === null || Date.parse(createdAt) >= oldest)',
		to: 'true',
		tests: 'test/stores/scheduleOnce',
	},
	{
		rule: "Look first: how old a message is, is told by the gateway's clock",
		file: ONCE,
		from: 'since + connection.clockAhead() - CLOCK_TOLERANCE_MS',
		to: 'since - CLOCK_TOLERANCE_MS',
		tests: 'test/stores/scheduleOnce',
	},
	{
		rule: 'A pause that a gateway tells as a date is by its own clock',
		file: 'gateways/transport/connection.ts',
		from: 'const now = surroundings.now() + clockAhead;',
		to: 'const now = surroundings.now();',
		tests: 'test/gateways/transport',
	},
	{
		rule: 'Look first: a cancelled message does not count',
		file: ONCE,
		from: "status !== 'cancelled'",
		to: 'true',
		tests: 'test/stores/scheduleOnce',
	},
	{
		rule: 'Claims: what one item has, another does not take',
		file: ONCE,
		from: '!claims.isTaken(scheduleId) &&',
		to: '',
		tests: 'test/stores/scheduleOnce',
	},
	{
		rule: 'Claims: equal items go one after the other',
		file: 'stores/claims.ts',
		from: 'const mine = before.then(work, work);',
		to: 'const mine = work();',
		tests: 'test/stores',
	},
	{
		rule: 'An outcome without an answer is open',
		file: RETRY,
		from: "outcome.why !== 'unreachable' && outcome.why !== 'unsent'",
		to: "outcome.why === 'aborted'",
		tests: 'test/gateways/transport|test/nodes/retry',
	},
	{
		rule: 'An outcome of 5xx is open',
		file: RETRY,
		from: 'outcome.status === 408 || outcome.status >= 500;',
		to: 'outcome.status === 408;',
		tests: 'test/gateways/transport|test/nodes/retry',
	},
	{
		rule: 'A create without an answer is not repeated',
		file: RETRY,
		from: "return kind === 'repeatable' || outcome.why === 'unreachable';",
		to: 'return true;',
		tests: 'test/gateways/transport',
	},
	{
		rule: 'A create that got 5xx is not repeated',
		file: RETRY,
		from: "return kind === 'repeatable' ? REPEATABLE_STATUSES.has(outcome.status) : outcome.status === 429;",
		to: 'return REPEATABLE_STATUSES.has(outcome.status);',
		tests: 'test/gateways/transport',
	},
	{
		rule: 'The pause that the gateway asks for is kept',
		file: 'gateways/transport/connection.ts',
		from: 'gateway.explain(outcome)?.retryAfterMs ?? askedPause(outcome, now)',
		to: 'undefined',
		tests: 'test/gateways/transport',
	},
	{
		rule: 'Requests in flight are bounded',
		file: 'gateways/transport/gate.ts',
		from: 'if (this.inFlight < this.limit) this.takePlace();',
		to: 'if (this.inFlight < 1e9) this.takePlace();',
		tests: 'test/gateways/transport',
	},
	{
		rule: 'Send: what may have gone out is not sent again',
		file: 'nodes/MessageScheduler/operations/message/send.ts',
		from: 'if (earlier !== null) throw notRepeated(gateway.label);',
		to: '',
		tests: TRIES,
	},
	{
		rule: 'No field called error in a result: n8n would run the node again',
		file: 'nodes/MessageScheduler/output.ts',
		from: 'failure: message.failure === null ? null : { ...message.failure },\n\t\t...(adjusted',
		to: 'error: message.failure === null ? "" : { ...message.failure },\n\t\t...(adjusted',
		tests: 'test/nodes/action|test/nodes/retry',
	},
	{
		rule: 'An agent is answered with what was refused',
		file: 'nodes/MessageScheduler/toolRun.ts',
		from: "isToolRun(context) && context.getNode().onError !== 'stopWorkflow';",
		to: 'false;',
		tests: 'test/nodes/tool',
	},
	{
		rule: 'An agent is told what to do, too',
		file: ROUTER,
		from: 'isToolRun(context) ? withAdvice(nodeError) : nodeError',
		to: 'nodeError',
		tests: 'test/nodes/tool',
	},
	{
		rule: 'An error keeps its own words',
		file: 'nodes/shared/nodeErrors.ts',
		from: 'error.message = message;',
		to: '',
		tests: TRIES,
	},
	{
		rule: 'Jitter is the same on each try',
		file: 'messages/sendTime/spacing.ts',
		from: 'hash(start, `#${index}`)',
		to: 'hash(start, `#${Math.random()}`)',
		tests: 'test/nodes/retry|test/messages/sendTime',
	},
	{
		rule: 'A duplicate is left out',
		file: HISTORY,
		from: "if (this.told.has(id)) return 'duplicate';",
		to: '',
		tests: 'test/messages/statusHistory',
	},
	{
		rule: 'A duplicate is known after a restart',
		file: HISTORY,
		from: 'this.take(id, key, Number(rank) || 0);',
		to: '',
		tests: 'test/messages/statusHistory',
	},
	{
		rule: 'Late is below, not beside',
		file: HISTORY,
		from: 'event.statusRank < (',
		to: 'event.statusRank <= (',
		tests: 'test/messages/statusHistory',
	},
	{
		rule: 'The highest rank counts, not the last',
		file: HISTORY,
		from: 'const highest = Math.max(rank, this.ranks.get(key) ?? 0);',
		to: 'const highest = rank;',
		tests: 'test/messages/statusHistory|test/nodes/trigger',
	},
	{
		rule: 'Each member of a group has a way of their own',
		file: 'messages/statusEvent.ts',
		from: 'messageId ?? scheduleId ?? contentKey(raw), viewer];',
		to: 'messageId ?? scheduleId ?? contentKey(raw), null];',
		tests: 'test/messages/statusHistory',
	},
	{
		rule: 'One status of one message is one event, whatever its time',
		file: 'messages/statusEvent.ts',
		from: ': eventIdOf(message, status),',
		to: ': eventIdOf(message, status, occurredAt),',
		tests: 'test/messages/statusEvent|test/messages/statusHistory',
	},
	{
		rule: 'A success after a transient failure is emitted',
		file: 'messages/status.ts',
		from: 'failed: { rank: 35,',
		to: 'failed: { rank: 90,',
		tests: 'test/messages/statusHistory',
	},
	{
		rule: 'What was taken back is new again',
		file: HISTORY,
		from: 'this.takenBack.add(id);',
		to: '',
		tests: 'test/messages/statusHistory',
	},
	{
		rule: 'The memory is bounded',
		file: HISTORY,
		from: 'if (collection.size <= LONGEST_MEMORY + SLACK) return;',
		to: 'return;',
		tests: 'test/messages/statusHistory',
	},
	{
		rule: 'Notes of this process survive the save of another delivery',
		file: HISTORY,
		from: "if (typeof saved !== 'string' || saved === this.text) return;",
		to: "if (typeof saved !== 'string' || saved === this.text) return; this.lines.length = 0;",
		tests: 'test/messages/statusHistory',
	},
	{
		rule: 'What was taken back is not read back from an older save',
		file: HISTORY,
		from: 'if (rank === undefined || this.takenBack.has(id)) continue;',
		to: 'if (rank === undefined) continue;',
		tests: 'test/messages/statusHistory',
	},
	{
		rule: 'A status is taken back where n8n could not store the execution',
		file: REMEMBER,
		from: 'for (const event of events) history.takeBack(event);',
		to: '',
		tests: TRIGGER,
	},
	{
		rule: 'The static data is marked as changed after the execution has begun',
		file: RECEIVE,
		from: '\t\t\tnote();\n',
		to: '',
		tests: TRIGGER,
	},
	{
		rule: 'What is not trusted starts nothing',
		file: RECEIVE,
		from: 'if (!verdict.trusted) {',
		to: 'if (verdict.trusted === null) {',
		tests: TRIGGER,
	},
	{
		rule: 'What is no object starts nothing',
		file: RECEIVE,
		from: "if (!isObject(delivery.body)) return answer(context, 400, 'the body is no JSON object');",
		to: '',
		tests: TRIGGER,
	},
	{
		rule: 'Secrets are compared in constant time',
		file: 'gateways/webhookSecret.ts',
		from: 'timingSafeEqual(sha256(a), sha256(b));',
		to: 'a === b;',
		tests: 'test/gateways/webhookSecret',
	},
	{
		rule: 'Secrets are compared to their ends',
		file: 'gateways/webhookSecret.ts',
		from: 'timingSafeEqual(sha256(a), sha256(b));',
		to: 'b.startsWith(a) && a.length > 8;',
		tests: 'test/gateways/webhookSecret|parseAnything',
	},
	{
		rule: 'Without a secret in the credential nothing is trusted',
		file: 'gateways/webhookSecret.ts',
		from: "if (expected === '') return {",
		to: "if (expected === '\\u0000') return {",
		tests: 'test/gateways/webhookSecret|test/nodes/trigger',
	},
	{
		rule: 'A move never leaves two pending: cancel first',
		file: 'stores/reschedule.ts',
		from: 'const cancelled = await settle(store.cancel(scheduleId, move));',
		to: 'const cancelled = { ok: true as const, value: { cancelled: true, message: old } };',
		tests: 'test/stores/reschedule',
	},
	{
		rule: 'A lost restore is looked for before the message is moved again',
		file: 'stores/reschedule.ts',
		from: 'const earlier = await putBack(mover, attempt);',
		to: 'const { earlier } = attempt;',
		tests: 'test/stores/reschedule',
	},
];
