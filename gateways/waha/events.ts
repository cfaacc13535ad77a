import { hasGroupAcks, type Server } from './server';

/** Events about sent messages (waha.devlike.pro/docs/how-to/events). */
const EVENTS: readonly string[] = ['message.any', 'message.ack', 'message.revoked'];

/** Its own event since 2025.12.2; an earlier version refuses a webhook that names it. */
const GROUP_ACKS = 'message.ack.group';

/** What a webhook is to ask for; of a server that does not say what it is, only what all versions know. */
export const eventsFor = (server: Server | null): readonly string[] =>
	server !== null && hasGroupAcks(server) ? [...EVENTS, GROUP_ACKS] : EVENTS;

/** Whether a list of events has all that are wanted. `*` stands for all of them. */
export const coversEvents = (events: unknown, wanted: readonly string[]): boolean =>
	Array.isArray(events) && (events.includes('*') || wanted.every((name) => events.includes(name)));

/** Whether a variable of the environment does: names with commas between them. */
export const coversEventsText = (text: string, wanted: readonly string[]): boolean =>
	coversEvents(text.split(','), wanted);
