import type { TableNames } from '../../stores/postgres/names';
import type { TableRef } from './dataTable';

/** A Data Table of n8n, as a user names it. */
export interface DataTableRef {
	readonly in: 'dataTable';
	readonly table: TableRef;
}

/** Tables of PostgreSQL, reached by a workflow of the user. */
export interface PostgresRef {
	readonly in: 'postgres';
	readonly workflowId: string;
	readonly names: TableNames;
}

/** Where this package itself stores messages, as a user says it. */
export type BackendRef = DataTableRef | PostgresRef;

/** Where the user wants messages stored. */
export type StoreChoice = { readonly in: 'gateway' } | BackendRef;
