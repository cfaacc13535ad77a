/**
 * The columns of the table that stores messages, in the order in which n8n shows them: what a person
 * looks for comes first, ids and the dispatcher's own notes last.
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
	{ name: 'caption', type: 'string' },
	{ name: 'file_name', type: 'string' },
	{ name: 'timezone', type: 'string' },
	/** When it may be sent, as `formatWindow` writes it; empty: at any time. */
	{ name: 'sending_window', type: 'string' },
	/** Minutes after `send_at` for which the message is worth sending; empty: a day. */
	{ name: 'valid_for_minutes', type: 'number' },
	{ name: 'gateway', type: 'string' },
	{ name: 'credential', type: 'string' },
	{ name: 'account', type: 'string' },
	{ name: 'reference', type: 'string' },
	{ name: 'deduplication_key', type: 'string' },
	/** The time as asked for, before spacing, jitter, window and rules moved it. */
	{ name: 'requested_at', type: 'date' },
	{ name: 'attempts', type: 'number' },
	/**
	 * Not sent before this, whatever `send_at` says: moved on after an attempt that may be repeated, or
	 * to the next opening of its window. It is apart from `send_at`, so that a person can change that
	 * one in the table.
	 */
	{ name: 'next_attempt_at', type: 'date' },
	{ name: 'schedule_id', type: 'string' },
	{ name: 'message_id', type: 'string' },
	{ name: 'queue_id', type: 'string' },
	/** Who sends it: the token of a dispatcher's run. Every later write asks for it (fencing). */
	{ name: 'claim_token', type: 'string' },
	/** Set by the write right before the request: from then on a crash leaves the outcome unknown. */
	{ name: 'send_started_at', type: 'date' },
	/** How far it has come, so that a status out of order cannot overwrite a later one. */
	{ name: 'status_rank', type: 'number' },
] as const;

export type ColumnName = (typeof COLUMNS)[number]['name'];

/** What a cell may hold; dates are ISO 8601, UTC. */
export type Cell = string | number | boolean | null;

/** A row to be written; columns that are not named stay empty, or as they are. */
export type Values = Readonly<Partial<Record<ColumnName, Cell>>>;

/** A row as it stands in the table. `createdAt` and `updatedAt` are n8n's own. */
export type Row = Readonly<Record<ColumnName, Cell>> & {
	readonly id: number;
	readonly createdAt: string;
	readonly updatedAt: string;
};

/**
 * The columns of the table of status events that wait for their message's id. They are named as those
 * of a message; `sent_at` is when it happened.
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
