/**
 * The columns of the table that stores messages, in the order in which n8n shows them: those for people
 * first, ids and the dispatcher's columns last.
 */
export const COLUMNS = [
	{ name: 'status', type: 'string' },
	{ name: 'send_at', type: 'date' },
	{ name: 'recipient', type: 'string' },
	{ name: 'text', type: 'string' },
	{ name: 'failure', type: 'string' },
	{ name: 'sent_at', type: 'date' },
	{ name: 'type', type: 'string' },
	{ name: 'media_url', type: 'string' },
	/** What the gateway gave for an uploaded file; counts if `media_url` is empty. */
	{ name: 'media_id', type: 'string' },
	{ name: 'caption', type: 'string' },
	{ name: 'file_name', type: 'string' },
	/** JSON: name, language and variables of a template. */
	{ name: 'template', type: 'string' },
	/** The same for what is sent instead if the gateway no longer lets the content through. */
	{ name: 'replacement_template', type: 'string' },
	/** ISO 8601, UTC: since when the replacement is the message; empty while it is not. */
	{ name: 'replaced_at', type: 'string' },
	{ name: 'timezone', type: 'string' },
	/** When it may be sent, as `formatWindow` writes it; empty: at any time. */
	{ name: 'sending_window', type: 'string' },
	/** Minutes after `send_at` during which the message may be sent; empty: a day. */
	{ name: 'valid_for_minutes', type: 'number' },
	/** Whose zone `timezone` is: `given`, `number` (from the recipient's phone number) or `fallback`; empty: the workflow's. */
	{ name: 'timezone_source', type: 'string' },
	/** At most so many messages to the recipient in a period, as `formatFrequencyCap` writes it; empty: any number. */
	{ name: 'frequency_cap', type: 'string' },
	/** `ignore`: it is also sent to somebody on Do Not Contact, such as a code or a legal notice. */
	{ name: 'do_not_contact', type: 'string' },
	{ name: 'gateway', type: 'string' },
	{ name: 'credential', type: 'string' },
	{ name: 'account', type: 'string' },
	{ name: 'reference', type: 'string' },
	/** What belongs together: a campaign, an appointment. */
	{ name: 'group_name', type: 'string' },
	{ name: 'deduplication_key', type: 'string' },
	/** The requested time, before spacing, jitter, window and rules moved it. */
	{ name: 'requested_at', type: 'date' },
	{ name: 'attempts', type: 'number' },
	/**
	 * Not sent before this, whatever `send_at` is: moved to the next retry, or to the next opening of its
	 * window. Separate from `send_at`, so that a person can change that one in the table.
	 */
	{ name: 'next_attempt_at', type: 'date' },
	{ name: 'schedule_id', type: 'string' },
	{ name: 'message_id', type: 'string' },
	{ name: 'queue_id', type: 'string' },
	/** The token of the dispatcher's run that sends it. Every later write requires it (fencing). */
	{ name: 'claim_token', type: 'string' },
	/** Set by the write right before the request: from then on a crash leaves the outcome unknown. */
	{ name: 'send_started_at', type: 'date' },
	/** How far it has come, so that a status out of order cannot overwrite a later one. */
	{ name: 'status_rank', type: 'number' },
] as const;

export type ColumnName = (typeof COLUMNS)[number]['name'];

/** The value of a cell; dates are ISO 8601, UTC. */
export type Cell = string | number | boolean | null;

/** Values to write; other columns stay empty or unchanged. */
export type Values = Readonly<Partial<Record<ColumnName, Cell>>>;

/** A row of the table. `createdAt` and `updatedAt` are n8n's columns. */
export type Row = Readonly<Record<ColumnName, Cell>> & {
	readonly id: number;
	readonly createdAt: string;
	readonly updatedAt: string;
};

/**
 * The columns of the table of status events whose message has no id yet. They are named like those of a
 * message; `sent_at` is when the event occurred.
 */
const OF_EVENTS: readonly ColumnName[] = [
	'status',
	'recipient',
	'text',
	'failure',
	'sent_at',
	'gateway',
	'account',
	'reference',
	'message_id',
	'status_rank',
];

export const EVENT_COLUMNS = COLUMNS.filter(({ name }) => OF_EVENTS.includes(name));
