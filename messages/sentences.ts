/** Message and hint as one text, for places that show nothing else. */
export function joinSentences(message: string, hint: string | null | undefined): string {
	if (!hint || message.includes(hint)) return message;
	return `${/[.!?]$/.test(message) ? message : `${message}.`} ${hint}`;
}
