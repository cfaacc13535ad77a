/** The machine's, which is that of who plays on it. */
export const { timeZone: timezone } = Intl.DateTimeFormat().resolvedOptions();

const time = new Intl.DateTimeFormat('en-GB', { timeStyle: 'medium' });
const day = new Intl.DateTimeFormat('en-GB', { weekday: 'short', day: 'numeric', month: 'short' });

/** `15:40:23` for today, else `Sat 21 Nov, 15:40:23`, on the machine's clock. */
export function momentText(date: Date, now = new Date()): string {
	const isToday = date.toDateString() === now.toDateString();
	return isToday ? time.format(date) : `${day.format(date)}, ${time.format(date)}`;
}
