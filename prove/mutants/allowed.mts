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
		file: 'gateways/transport/retry.ts',
		original: "after !== undefined && after !== ''",
		replacement: 'true',
		reason: 'Nothing is no number and no date either, so no pause comes of it.',
	},
	{
		file: 'nodes/MessageSchedulerTrigger/remember.ts',
		original: 'events.length === 0',
		replacement: 'false',
		reason: 'Only spares the look at the notes: of no events none is left out, and none noted.',
	},
];
