import type { Credential } from '../gateway';
import { sessionPath } from './credential';

/** A chat of the session; `all` for all of them, in NOWEB and GOWS. The `@` is encoded. */
const chatPath = (credential: Credential, chat: string): string =>
	`/api/${sessionPath(credential)}/chats/${encodeURIComponent(chat)}`;

/** The messages of a chat (waha.devlike.pro/docs/how-to/chats, "Get messages"). */
export const messagesPath = (credential: Credential, chat: string): string =>
	`${chatPath(credential, chat)}/messages`;

/** One of them, by its id. */
export const messagePath = (credential: Credential, chat: string, id: string): string =>
	`${messagesPath(credential, chat)}/${encodeURIComponent(id)}`;

/** The LID of a phone number (…/how-to/contacts, "Get LID by phone number"). */
export const lidPath = (credential: Credential, digits: string): string =>
	`/api/${sessionPath(credential)}/lids/pn/${digits}`;

/** The session, with its configuration (…/how-to/sessions). */
export const configPath = (credential: Credential): string =>
	`/api/sessions/${sessionPath(credential)}`;
