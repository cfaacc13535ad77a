/** A part of a URL as it is meant; as it stands where a `%` in it begins no escape. */
export function decodePercent(text: string): string {
	try {
		return decodeURIComponent(text);
	} catch {
		return text;
	}
}
