import type { Json } from '../../sandbox/types.mts';

/** The number, as the vendor's sample has it. */
const number = {
	verified_name: 'Lucky Shrub',
	code_verification_status: 'VERIFIED',
	display_phone_number: '15550783881',
	quality_rating: 'GREEN',
	platform_type: 'CLOUD_API',
	throughput: { level: 'STANDARD' },
	name_status: 'APPROVED',
	status: 'CONNECTED',
};

/** What is asked for where `fields` is missing. */
const defaultFields = ['display_phone_number', 'verified_name', 'quality_rating'];

export const healthStates = ['AVAILABLE', 'LIMITED', 'BLOCKED'];

/** `health_status`: the worst of its parts; the number is the one that is not well here. */
export function healthOf(state: string, ids: { phoneNumberId: string; wabaId: string }): Json {
	const parts = [
		['PHONE_NUMBER', ids.phoneNumberId, state],
		['WABA', ids.wabaId, 'AVAILABLE'],
		['BUSINESS', '506914307656634', 'AVAILABLE'],
		['APP', '634974688087057', 'AVAILABLE'],
	];
	const reasons: Record<string, Json> = {
		LIMITED: { additional_info: ['Your display name has not been approved yet.'] },
		BLOCKED: {
			errors: [
				{
					error_code: 141000,
					error_description: 'The number is restricted.',
					possible_solution: 'Visit WhatsApp Manager.',
				},
			],
		},
	};
	return {
		can_send_message: state,
		entities: parts.map(([entity_type, id, can_send_message]) => ({
			entity_type,
			id,
			can_send_message,
			...(entity_type === 'PHONE_NUMBER' && reasons[state]),
		})),
	};
}

/**
 * The fields that were asked for, in the order of the vendor's sample, and the id.
 *
 * @returns the name of one that a number does not have, if any
 */
export function numberFields(
	fields: string | undefined,
	known: Json,
): { readonly value: Json } | { readonly unknown: string } {
	const all: Json = { ...number, ...known };
	const asked = fields?.split(',') ?? defaultFields;
	const unknown = asked.find((name) => name !== 'id' && !(name in all));
	if (unknown !== undefined) return { unknown };
	const value = Object.entries(all).filter(([name]) => name === 'id' || asked.includes(name));
	return { value: Object.fromEntries(value) };
}
