/** What says in which timezone a recipient is: the user, the phone number, or neither. */
export const TIMEZONE_SOURCES = ['given', 'number', 'fallback'] as const;
export type TimezoneSource = (typeof TIMEZONE_SOURCES)[number];
