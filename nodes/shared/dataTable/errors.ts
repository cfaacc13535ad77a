import type { IDataObject } from 'n8n-workflow';
import { GatewayError } from '../../../gateways/transport/gatewayError';
import { nearestName } from '../../../messages/distance';
import { InvalidParameterError } from '../../../messages/invalidParameterError';
import { MESSAGES, storesMessages, type TableRef } from './kinds';

/**
 * Turns an error of the Data Table node into a sentence that says why the table is not available: of kind
 * `unsupported` if n8n has no Data Tables, otherwise `unavailable`.
 */
export function toTableError(error: unknown): unknown {
	if (error instanceof InvalidParameterError || error instanceof GatewayError) return error;
	const words = error instanceof Error ? error.message : String(error);
	// The last is the error of an older Data Table node for an operation that it does not have.
	if (/unrecogni[sz]ed node type|unknown node type|could not get parameter/i.test(words)) {
		return tableUnavailable(
			'its Data Table node is missing, or cannot create tables before n8n 2.3',
			'Update n8n, or set "Store Messages In" to "Gateway".',
			'unsupported',
		);
	}
	if (/could not be found in this project/i.test(words)) {
		return tableUnavailable(
			'the table was deleted meanwhile',
			'Run the workflow again. The operation "Schedule" creates the table.',
		);
	}
	if (/module is disabled/i.test(words)) {
		return tableUnavailable(
			'they are turned off',
			'Turn the module "data-table" on again in the settings of n8n.',
			'unsupported',
		);
	}
	if (/size limit exceeded/i.test(words)) {
		return tableUnavailable(
			`they are full. ${words}`,
			'Remove old messages with the operation "Purge", or raise N8N_DATA_TABLES_MAX_SIZE_BYTES in the settings of n8n.',
		);
	}
	return tableUnavailable(words);
}

/** The error for Data Tables that cannot be reached. */
export const tableUnavailable = (
	why: string,
	hint = 'Open Data Tables in n8n and check the table.',
	kind: 'unavailable' | 'unsupported' = 'unavailable',
) => new GatewayError(kind, `n8n Data Tables are not available: ${why}`, { hint });

/** Names the existing tables if the given one does not exist. */
export function noSuchTable(
	{ by, value }: TableRef,
	tables: readonly IDataObject[],
): InvalidParameterError {
	const { parameter } = MESSAGES;
	const given = `"${parameter}" is ${by === 'id' ? 'the ID ' : ''}"${value}", which does not exist in this project.`;
	const names = tables.filter(storesMessages).map(({ name }) => String(name));
	const otherwise = tables.find(({ id, name }) => (by === 'id' ? name : id) === value);
	const near = nearestName(value, names);
	const advice =
		otherwise !== undefined
			? `That is the ${by === 'id' ? 'name' : 'ID'} of a table: choose "${by === 'id' ? 'By Name' : 'By ID'}".`
			: near !== undefined
				? `Did you mean "${near}"?`
				: names.length > 0
					? `These tables store messages: ${listed(names.sort())}.`
					: 'No table in this project stores messages yet: schedule a message first, or check that this workflow is in the project of the table.';
	return new InvalidParameterError(
		parameter,
		`${given} ${advice} Only the operation "Schedule" creates a table.`,
	);
}

const MAX_LISTED = 5;

const listed = (names: readonly string[]): string =>
	names
		.slice(0, MAX_LISTED)
		.map((name) => `"${name}"`)
		.join(', ') + (names.length > MAX_LISTED ? ` and ${names.length - MAX_LISTED} more` : '');
