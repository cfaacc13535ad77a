/**
 * A value that a user gave and that cannot be used.
 *
 * `parameter` is the name that the user sees; the message says what is wrong with it and what to
 * do; `hint`, if any, adds what helps further (an example, a link).
 */
export class InvalidParameter extends Error {
	constructor(
		readonly parameter: string,
		message: string,
		readonly hint?: string,
	) {
		super(message);
		this.name = 'InvalidParameter';
	}
}
