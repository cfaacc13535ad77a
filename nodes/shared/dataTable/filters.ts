import type { INodeParameters } from 'n8n-workflow';
import type { Condition } from '../../../stores/table/table';

/**
 * The conditions of all items as parameters. An expression costs n8n milliseconds, so it is used only if
 * the items differ, or if a value could be mistaken for an expression: message ids come from outside.
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

/** n8n evaluates every parameter that begins with `=`. */
export const isExpression = (value: unknown) => typeof value === 'string' && value.startsWith('=');
