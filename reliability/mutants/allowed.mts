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
		file: 'messages/recipient.ts',
		original: 'b.phone === null',
		replacement: 'true',
		reason: 'A phone number and a chat id never have the same address.',
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
];
