import type { DesiredWebhook } from '../webhooks';
import { hasEdits, hasGroupAcks, type Server } from './server';

/** Events about sent messages (waha.devlike.pro/docs/how-to/events); the first and the last tell of those of others, too. */
const EVENTS: readonly string[] = ['message.any', 'message.ack', 'message.revoked'];

/** Its own event since 2025.12.2; an earlier version refuses a webhook that names it. */
const GROUP_ACKS = 'message.ack.group';

/** What else of a message of others has an event of its own. `message` would only tell `message.any` again. */
const RECEIVED: readonly string[] = ['message.reaction', 'poll.vote'];

/** Its own event since 2025.6.3. */
const EDITS = 'message.edited';

/** What a webhook is to ask for; of a server that does not say what it is, only what all versions know. */
export function eventsFor(server: Server | null, { received }: DesiredWebhook): readonly string[] {
	const knows = (is: (known: Server) => boolean) => server !== null && is(server);
	return [
		...EVENTS,
		...(knows(hasGroupAcks) ? [GROUP_ACKS] : []),
		...(received === true ? RECEIVED : []),
		...(received === true && knows(hasEdits) ? [EDITS] : []),
	];
}

/** Whether a list of events has all that are wanted. `*` stands for all of them. */
export const coversEvents = (events: unknown, wanted: readonly string[]): boolean =>
	Array.isArray(events) && (events.includes('*') || wanted.every((name) => events.includes(name)));

/** Whether a variable of the environment does: names with commas between them. */
export const coversEventsText = (text: string, wanted: readonly string[]): boolean =>
	coversEvents(text.split(','), wanted);
