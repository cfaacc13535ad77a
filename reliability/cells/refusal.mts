import type { Gateway } from '../../gateways/gateway';
import type { Row } from './rows.mts';

/** The node, or the trigger, did not do what it was asked to, and said why. */
export class Refusal extends Error {
	override readonly name = 'Refusal';
}

/** How a sentence that says what to do begins. */
const TO_DO = /(?:^|[.:;,] )(?:Use|Choose|Set|Enter|Add|Store|Follow|Turn on|Remove) /i;

/** Something that went wrong while the sentence was put together. */
const BROKEN = /undefined|\bnull\b|\[object|NaN|\$\{/;

/** What is said of another operation. */
const ELSEWHERE = /^In (?:"|other operations)/;

/**
 * What a refusal lacks: it names the gateway or a parameter, says what to do, and names no parameter to be
 * set that the operation does not have.
 *
 * @returns a sentence for each; empty if it is clear
 */
export function unclear(said: string, { label }: Gateway, { fields }: Row): string[] {
	const names = fields.map(({ displayName }) => displayName);
	const strange = said
		.split(/(?<=\.) /)
		.filter((sentence) => fields.length > 0 && !ELSEWHERE.test(sentence))
		.flatMap((sentence) => [...sentence.matchAll(/\bset "([^"]+)"/gi)].map(([, name]) => name))
		.filter((name) => !names.includes(name));
	return [
		...(said.includes(label) || names.some((name) => said.includes(`"${name}"`))
			? []
			: ['It names neither the gateway nor a parameter.']),
		...(TO_DO.test(said) ? [] : ['It does not say what to do.']),
		...(BROKEN.test(said) ? ['It is broken.'] : []),
		...strange.map((name) => `It says to set "${name}", which this operation does not have.`),
	];
}
