import { isObject, objectAt, textAt, type JsonObject } from '../json';

/** One change that a webhook tells. */
export interface Change {
	readonly field: string;
	readonly value: JsonObject;
	/** The number that it is about. */
	readonly account: string | null;
}

/**
 * The changes of a webhook: `{ object, entry: [{ id, changes: [{ field, value: { metadata, … } }] }] }`
 * (…/webhooks/reference/messages), of which one may bring many, of several numbers. Empty for any other body.
 */
export function changesOf(body: unknown): Change[] {
	if (!isObject(body) || body.object !== 'whatsapp_business_account') return [];
	return objectsAt(body, 'entry')
		.flatMap((entry) => objectsAt(entry, 'changes'))
		.map((change) => {
			const value = objectAt(change, 'value');
			const account = textAt(objectAt(value, 'metadata'), 'phone_number_id');
			return { field: textAt(change, 'field') ?? '', value, account };
		});
}

/** The objects in the list at a key; empty if there is none. */
export const objectsAt = (object: JsonObject, key: string): JsonObject[] => {
	const value = Object.hasOwn(object, key) ? object[key] : undefined;
	return Array.isArray(value) ? value.filter(isObject) : [];
};
