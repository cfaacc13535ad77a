/**
 * Whether a text is a UUID, as in the column `schedule_id` of Data Tables. Gateways may use UUIDs, too.
 */
export const isUuid = (text: string): boolean =>
	/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text);
