import type { ButtonReply } from '../../messages/receivedMessage';
import { isObject, objectAt, parseJson, textAt, type JsonObject } from '../json';

/** What a person chose of what a message offered, by the name of the answer. */
const ANSWERS: Readonly<Record<string, (answer: JsonObject) => ButtonReply>> = {
	templateButtonReplyMessage: (answer) => ({
		id: idAt(answer, 'selectedId'),
		title: textAt(answer, 'selectedDisplayText'),
		kind: 'template',
	}),
	buttonsResponseMessage: (answer) => ({
		id: idAt(answer, 'selectedButtonId'),
		title: textAt(answer, 'selectedDisplayText'),
		kind: 'button',
	}),
	listResponseMessage: (answer) => ({
		id: idAt(objectAt(answer, 'singleSelectReply'), 'selectedRowId'),
		title: textAt(answer, 'title'),
		kind: 'list',
	}),
	interactiveResponseMessage: (answer) => ({
		id: idOfFlow(objectAt(answer, 'nativeFlowResponseMessage')),
		title: textAt(objectAt(answer, 'body'), 'text'),
		kind: 'button',
	}),
	pollUpdateMessage: (answer) => ({
		id: null,
		title: optionsOf(objectAt(answer, 'vote').selectedOptions),
		kind: 'poll',
	}),
};

/** The choice in an answer; null if it is none. */
export const answerIn = (name: string, answer: JsonObject): ButtonReply | null =>
	Object.hasOwn(ANSWERS, name) ? ANSWERS[name](answer) : null;

/**
 * The chosen options of a poll, as one text; null if there are none. Those that are still encrypted or hashed
 * are no texts.
 */
export function optionsOf(options: unknown): string | null {
	const texts = (Array.isArray(options) ? options : []).filter((each) => typeof each === 'string');
	return texts.join(', ') || null;
}

/** The id at a key, which Go writes with `ID` at its end (whatsmeow's waE2E). */
export const idAt = (object: JsonObject, key: string): string | null =>
	textAt(object, key) ?? textAt(object, key.replace(/id$/i, 'ID'));

/** A button of a native flow: `paramsJson` is JSON with the `id` that the button was sent with. */
function idOfFlow(response: JsonObject): string | null {
	const params = parseJson(textAt(response, 'paramsJson') ?? '');
	return isObject(params) ? textAt(params, 'id') : null;
}
