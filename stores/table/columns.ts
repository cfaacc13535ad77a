/** The columns of the table that holds messages, in the order in which n8n shows them. */
export const COLUMNS = [
	{ name: 'schedule_id', type: 'string' },
	{ name: 'status', type: 'string' },
	{ name: 'send_at', type: 'date' },
	{ name: 'recipient', type: 'string' },
	{ name: 'type', type: 'string' },
	{ name: 'text', type: 'string' },
	{ name: 'media_url', type: 'string' },
	{ name: 'caption', type: 'string' },
	{ name: 'file_name', type: 'string' },
	{ name: 'time_zone', type: 'string' },
	{ name: 'gateway', type: 'string' },
	{ name: 'account', type: 'string' },
	{ name: 'credential', type: 'string' },
	{ name: 'reference', type: 'string' },
	{ name: 'message_id', type: 'string' },
	{ name: 'queue_id', type: 'string' },
	{ name: 'sent_at', type: 'date' },
	{ name: 'attempts', type: 'number' },
	{ name: 'failure', type: 'string' },
	/**
	 * Not sent before this, whatever `send_at` says: moved on after a try that may be repeated. It is
	 * apart from `send_at`, so that a person can change that one in the table.
	 */
	{ name: 'not_before', type: 'date' },
	/** Who sends it: a mark that each dispatcher makes for each batch. */
	{ name: 'claim', type: 'string' },
	{ name: 'claimed_at', type: 'date' },
	/** Set right before the request: from then on nobody knows what became of it, should n8n crash. */
	{ name: 'began_at', type: 'date' },
	/** How far it has come, so that a late status cannot overwrite a later one. */
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
