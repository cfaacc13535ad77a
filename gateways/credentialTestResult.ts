import { shorten } from '../messages/text';
import type { CredentialTestResult } from './gateway';

/** What the states of an account mean, each in words that follow its name. */
interface StateMeanings {
	/** The state in which messages go out: the vendor's word, and ours. */
	readonly ready: readonly [state: string, text: string];
	/** What is wrong in each other documented state, and what to do. */
	readonly notReady: Readonly<Record<string, string>>;
	/** What to do in a state that no page documents. */
	readonly otherwise: string;
}

/**
 * Says what the state of an account means for its credential.
 *
 * @param name what has the state, with its gateway: `GREEN-API instance`
 * @param state the vendor's word
 */
export function credentialTestResult(
	name: string,
	state: string,
	{ ready: [readyState, readyText], notReady, otherwise }: StateMeanings,
): CredentialTestResult {
	const isReady = state === readyState;
	const text = isReady
		? readyText
		: Object.hasOwn(notReady, state)
			? notReady[state]
			: `answers, but its state is "${shorten(state)}" and not "${readyState}". ${otherwise}`;
	return { ready: isReady, message: `The ${name} ${text}` };
}
