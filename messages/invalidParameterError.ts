/**
 * An invalid value of a parameter.
 *
 * `parameter` is the name that the user sees. The message names it in double quotes and says what is wrong
 * and what to do; if that is too long for a headline, what to do is in `hint`.
 */
export class InvalidParameterError extends Error {
	constructor(
		readonly parameter: string,
		message: string,
		readonly hint?: string,
	) {
		super(message);
		this.name = 'InvalidParameterError';
	}
}
