const MAX_LENGTH = 40;

/** A value as it stands in a message: on one line, in quotes, at most 40 characters of it. */
export function quote(value: unknown): string {
	if (typeof value === 'object' && value !== null)
		return Array.isArray(value) ? 'a list' : 'an object';
	if (typeof value === 'function') return 'a function';

	return `"${shorten(String(value))}"`;
}

/** A text on one line, at most so many characters of it; an ellipsis stands for the rest. */
export function shorten(value: string, max = MAX_LENGTH): string {
	const text = value.replace(/[\s\p{Cc}]+/gu, ' ');
	return text.length > max ? `${text.slice(0, max)}…` : text;
}
