/** Why a message did not arrive. Never called `error`: n8n takes an item with `error` for a failed run. */
export interface Failure {
	/** The gateway's code, if it gives one. */
	readonly code: string | null;
	readonly reason: string;
}
