import type { IExecuteFunctions, INodeProperties } from 'n8n-workflow';
import { InvalidParameterError } from '../../../../messages/invalidParameterError';

/** How many days back an operation counts. */
export const periodField = (description: string): INodeProperties => ({
	displayName: 'Period',
	name: 'periodDays',
	type: 'number',
	typeOptions: { minValue: 1, maxValue: 366 },
	default: 1,
	hint: 'In days',
	description,
});

/** @throws InvalidParameterError naming *Period* */
export function readPeriodDays(context: IExecuteFunctions, index: number): number {
	const days = Number(context.getNodeParameter('periodDays', index, 1));
	if (days >= 1 && days <= 366) return days;
	throw new InvalidParameterError(
		'Period',
		`"Period" is "${String(days)}". Enter a number of days from 1 to 366.`,
	);
}
