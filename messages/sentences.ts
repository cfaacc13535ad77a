/** What happened and what to do, as one text, for where nothing else is shown. */
export function joinSentences(message: string, hint: string | null | undefined): string {
	if (!hint || message.includes(hint)) return message;
	return `${/[.!?]$/.test(message) ? message : `${message}.`} ${hint}`;
}
