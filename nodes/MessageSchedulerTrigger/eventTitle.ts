import { RECEIVED } from './options';

/** A status, or a received message, as *Trigger On* shows it. */
export const eventTitle = (event: string): string =>
	event === RECEIVED ? 'Message Received' : event.charAt(0).toUpperCase() + event.slice(1);
