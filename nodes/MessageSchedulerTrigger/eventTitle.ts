import { PREFERENCE, RECEIVED } from './options';

const TITLES = new Map([
	[RECEIVED, 'Message Received'],
	[PREFERENCE, 'Preference Changed'],
]);

/** A status, a received message or a preference, as *Trigger On* shows it. */
export const eventTitle = (event: string): string =>
	TITLES.get(event) ?? event.charAt(0).toUpperCase() + event.slice(1);
