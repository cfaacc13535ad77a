import type { INodeParameters } from 'n8n-workflow';
import type { Condition } from '../../../stores/table/table';

/**
 * The conditions of all items as parameters. An expression costs n8n milliseconds, so there is one
 * only where the items differ, or where a value could be taken for an expression itself: message ids
 * come from outside.
 */
export const toFilters = (all: ReadonlyArray<ReadonlyArray<Condition<string>>>) =>
	({
		conditions: all[0].map(({ column, is, value }, index) => ({
			keyName: column,
			condition: is,
			keyValue:
				!isExpression(value) && all.every((conditions) => conditions[index].value === value)
					? value
					: `={{ $json.where[${index}] }}`,
		})),
	}) as unknown as INodeParameters;

/** What the expressions of {@link toFilters} read. */
export const whereOf = (conditions: ReadonlyArray<Condition<string>>) => ({
	where: conditions.map(({ value }) => value),
});

/** n8n evaluates every parameter that begins so. */
export const isExpression = (value: unknown) => typeof value === 'string' && value.startsWith('=');
