/**
 * Whether a text is a UUID: as such n8n's tables name their messages, in the column `schedule_id`.
 * Gateways may do so, too.
 */
export const isUuid = (text: string): boolean =>
	/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text);
