/** A status as *Trigger On* shows it. */
export const statusTitle = (status: string): string =>
	status.charAt(0).toUpperCase() + status.slice(1);
