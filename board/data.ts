import type { Status } from '../messages/status';

/** A message as the board shows it. Instants in ISO 8601, UTC; null for what is not known. */
export interface BoardMessage {
	/** The schedule id; null for a row that has none yet. */
	readonly id: string | null;
	readonly status: Status;
	/** Its request is in flight. */
	readonly isSending: boolean;
	readonly recipient: string | null;
	/** The text, or the caption of a file. */
	readonly text: string | null;
	readonly type: string;
	readonly reference: string | null;
	readonly group: string | null;
	readonly failure: string | null;
	/** The gateway's name for people. */
	readonly gateway: string;
	readonly account: string | null;
	/** The credential's name. */
	readonly credential: string | null;
	readonly scheduledAt: string | null;
	/** When it last changed; null where a gateway stores it. */
	readonly changedAt: string | null;
}

/** One message with all that is known of its way. */
export interface MessageDetails extends BoardMessage {
	readonly storedAt: string | null;
	readonly requestedAt: string | null;
	/** Not sent before this, whatever its time. */
	readonly notBefore: string | null;
	/** When the request to send it began. */
	readonly startedAt: string | null;
	readonly sentAt: string | null;
	/** When the template was chosen instead of the content. */
	readonly replacedAt: string | null;
	readonly expiresAt: string | null;
	readonly attempts: number | null;
	readonly sendingWindow: string | null;
	readonly timezone: string | null;
	readonly mediaUrl: string | null;
	readonly fileName: string | null;
	readonly template: string | null;
	readonly gatewayStatus: string | null;
	readonly messageId: string | null;
}

/** An account that does not send for now. Instants in ISO 8601, UTC. */
export interface PausedAccount {
	readonly gateway: string;
	readonly account: string | null;
	readonly credential: string | null;
	/** `operation`: by a person. `gateway`: for a fault of the account or the gateway. */
	readonly pausedBy: 'operation' | 'gateway';
	readonly reason: string | null;
	readonly since: string | null;
	/** Null without an end. */
	readonly until: string | null;
}

/** An account with messages to send that no credential serves. */
export interface UnservedAccount {
	readonly gateway: string;
	readonly account: string | null;
	readonly credential: string | null;
	readonly messages: number;
	readonly lastRunAt: string | null;
}

/** How well messages are sent: known where this package itself stores them. */
export interface Service {
	readonly due: number;
	/** Their time has come, and they wait for a window or a retry. */
	readonly waiting: number;
	readonly sending: number;
	readonly overdue: number;
	readonly oldestOverdueSeconds: number | null;
	readonly overdueMessages: readonly BoardMessage[];
	/** To be reviewed by a person, whenever they were sent. */
	readonly unconfirmed: number;
	/** Without a time that can be read. */
	readonly unreadable: number;
	readonly latenessMedianSeconds: number | null;
	readonly lateness99Seconds: number | null;
	readonly paused: readonly PausedAccount[];
	readonly unserved: readonly UnservedAccount[];
}

/** Messages to be sent from an instant on: milliseconds since 1970. */
export interface Upcoming {
	readonly at: number;
	readonly count: number;
}

/** What the overview shows. Instants in milliseconds since 1970. */
export interface Overview {
	readonly view: 'overview';
	readonly now: number;
	/** When the period of failures and delays began. */
	readonly since: number;
	/** Messages whose time is today, by their status now. */
	readonly today: Readonly<Record<Status, number>>;
	/** By quarters of an hour, ascending. */
	readonly upcoming: readonly Upcoming[];
	/** Messages to be sent after these. */
	readonly later: number;
	readonly failures: {
		readonly total: number;
		/** The most frequent first, not all of them. */
		readonly reasons: ReadonlyArray<{ readonly reason: string | null; readonly count: number }>;
		readonly newest: readonly BoardMessage[];
	};
	/** Null where a gateway stores the messages. */
	readonly service: Service | null;
	/** False where there are more messages than were read. */
	readonly isComplete: boolean;
}

/** What a search looks for: all that is given must fit. */
export interface Search {
	readonly recipient?: string;
	readonly reference?: string;
	readonly group?: string;
	readonly status?: Status;
}

/** One page of a list. */
export interface SearchResults {
	readonly view: 'search';
	readonly now: number;
	readonly search: Search;
	readonly messages: readonly BoardMessage[];
	/** Where the page before and the one behind begin; null if there is none. */
	readonly newer: string | null;
	readonly older: string | null;
	/** Why nothing could be looked for. */
	readonly note: string | null;
	/** What comes first: the last stored, or the latest time. */
	readonly order: 'stored' | 'time';
	/** Whether the list can be narrowed by a group. */
	readonly hasGroups: boolean;
}

/** One message. */
export interface MessageView {
	readonly view: 'message';
	readonly now: number;
	/** Null if there is none with that id. */
	readonly message: MessageDetails | null;
}

/** What one page of the board shows. */
export type BoardData = Overview | SearchResults | MessageView;

/** How the reader wants it. */
export interface BoardOptions {
	readonly timezone: string;
	/** A BCP 47 tag: the language of dates and numbers. */
	readonly language: string;
	/** Hides the last digits of phone numbers. */
	readonly masksNumbers: boolean;
}
