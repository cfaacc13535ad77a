/** Monday to Sunday: fixed names, since those of ICU change with its version. */
const DAY_NAMES = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];

/** ISO weekdays in the order of the week: `Mon Tue`. */
export const formatWeekdays = (weekdays: readonly number[]): string =>
	DAY_NAMES.filter((_, index) => weekdays.includes(index + 1)).join(' ');

/** 1 for Monday to 7 for Sunday, 0 for what is no weekday. */
export const weekdayOf = (name: string): number =>
	1 + DAY_NAMES.findIndex((day) => day.toLowerCase() === name.toLowerCase());
