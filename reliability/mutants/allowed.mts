/** A mutant that no test notices, and why it may live. */
export interface Allowed {
	readonly file: string;
	/** What is replaced, as it stands in the file; not a line, so that the list stays true. */
	readonly original: string;
	/** Any replacement, unless given. */
	readonly replacement?: string;
	readonly reason: string;
}

export const allowed: readonly Allowed[] = [
	{
		file: 'gateways/sealedRecord.ts',
		original: 'data.length < IV_LENGTH + TAG_LENGTH',
		replacement: 'data.length <= IV_LENGTH + TAG_LENGTH',
		reason: 'Of exactly that length the text is empty, which is no record either.',
	},
	{
		file: 'stores/matches.ts',
		original: 'at !== null',
		replacement: 'true',
		reason: 'For the compiler: JavaScript finds null neither before nor after a text.',
	},
	{
		file: 'messages/nationalNumber.ts',
		original: '/^(?:11|[23]\\d)\\d{8}$/',
		replacement: '/^(?:11|[23]\\d)\\d{8}/',
		reason: 'Longer numbers are none in Argentina, with a 9 before them or without.',
	},
	{
		file: 'messages/frequencyCap.ts',
		original: 'at + periodMs > now',
		replacement: 'at + periodMs >= now',
		reason: 'One that leaves the period just now is free just now: the result is the same moment.',
	},
	{
		file: 'messages/recipient.ts',
		original: 'b.phone === null',
		replacement: 'true',
		reason: 'A phone number and a chat id never have the same address.',
	},
	{
		file: 'messages/sendTime/dateTimeText.ts',
		original: "text.toUpperCase() === 'Z'",
		replacement: 'false',
		reason: 'Only shorter: read as an offset, Z has no digits, which is zero, too.',
	},
	{
		file: 'messages/statusEvent.ts',
		original: "'unknown'",
		replacement: '""',
		reason:
			'The key of an unknown status has the word of the gateway in it, so it is the key of no other status, and its rank of 0 is never too late.',
	},
	{
		file: 'messages/statusEvent.ts',
		original: "part.includes('|') || part.includes('\\\\')",
		replacement: 'true',
		reason: 'Only spares the replacing where there is nothing to replace.',
	},
	{
		file: 'messages/statusEvent.ts',
		original: "'|'",
		replacement: '""',
		reason: 'Only spares the replacing where there is nothing to replace: each text includes "".',
	},
	{
		file: 'messages/eventDeduplicator.ts',
		original: 'this.lines.length > 2 * MAX_SNAPSHOT_EVENTS',
		replacement: 'this.lines.length >= 2 * MAX_SNAPSHOT_EVENTS',
		reason: 'When the list is cut: one line sooner or later, the notes hold the same last ones.',
	},
	{
		file: 'gateways/transport/retry.ts',
		original: "after !== undefined && after !== ''",
		replacement: 'true',
		reason: 'Nothing is no number and no date either, so no pause comes of it.',
	},
	{
		file: 'nodes/MessageSchedulerTrigger/deduplicate.ts',
		original: 'events.length === 0',
		replacement: 'false',
		reason: 'Only spares the look at the notes: of no events none is left out, and none noted.',
	},
	{
		file: 'stores/reschedule.ts',
		original: 'old.scheduledAt !== null',
		replacement: 'true',
		reason: 'For the compiler: null is no time, and equals none.',
	},
	{
		file: 'stores/reschedule.ts',
		original: 'attempt.unresolved?.since ?? 0',
		replacement: 'attempt.unresolved?.since && 0',
		reason: 'Of a message that was restored nothing is in flight, so nobody asks since when.',
	},
	{
		file: 'stores/scheduleOnce.ts',
		original: 'age(one) > age(best)',
		replacement: 'age(one) >= age(best)',
		reason: 'Of equally old equal messages either will do.',
	},
	{
		file: 'stores/doNotContact/byHand.ts',
		original: 'people.length > 0',
		replacement: 'people.length >= 0',
		reason: 'With nobody asked for, its loop has no turn.',
	},
	{
		file: 'stores/doNotContact/list.ts',
		original: 'isoOf(row.added_at) === null || isoOf(row.added_at)! >= added_at',
		replacement: 'false',
		reason: 'Only spares an access: the condition of the update matches neither.',
	},
	{
		file: 'stores/dispatcher/dueRows.ts',
		original: '(sendAtOf(a) - sendAtOf(b) || a.id - b.id) < 0',
		replacement: '(sendAtOf(a) - sendAtOf(b) || a.id - b.id) <= 0',
		reason: 'Equal are only a row and itself, which its id rules out.',
	},
	{
		file: 'stores/dispatcher/recover.ts',
		original: 'messageId === null',
		replacement: 'false',
		reason: 'Null is the id of no row, and left out again below.',
	},
	{
		file: 'stores/dispatcher/pace.ts',
		original: 'this.recent.length > 1_000',
		reason: 'Only bounds what is remembered.',
	},
	{
		file: 'stores/table/keptEvents.ts',
		original: 'instantOf(row.createdAt) ?? new Date(0).toISOString()',
		reason: 'For the compiler: n8n fills in createdAt of each row.',
	},
	{
		file: 'stores/matches.ts',
		original: 'sentAt !== null',
		replacement: 'true',
		reason: 'For the compiler: JavaScript finds null neither before nor after the text of a time.',
	},
];
