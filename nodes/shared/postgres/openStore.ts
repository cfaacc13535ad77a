import type { IExecuteFunctions } from 'n8n-workflow';
import type { Backend } from '../../../stores/backend';
import { openSqlBackend } from '../../../stores/postgres/backend';
import {
	createDatabase,
	type Database,
	type DatabaseOptions,
} from '../../../stores/postgres/database';
import type { PostgresRef } from '../backendRef';
import { sqlBy } from './storeWorkflow';

/** One database for all stores of a run that the same workflow reaches, so that their accesses are gathered. */
export class Databases {
	private readonly byWorkflow = new Map<string, Database>();

	constructor(
		private readonly context: IExecuteFunctions,
		private readonly options: DatabaseOptions,
	) {}

	/**
	 * Opens the store that a user means.
	 *
	 * @throws InvalidParameterError naming *Store Workflow*, *Schema* or *Table*; GatewayError
	 */
	async open({ workflowId, names }: PostgresRef, create: boolean): Promise<Backend> {
		const backend = await openSqlBackend(this.of(workflowId), names, { create });
		// Two databases may have tables of the same name.
		const id = `${workflowId} ${backend.messages.id}`;
		return { ...backend, messages: { ...backend.messages, id } };
	}

	private of(workflowId: string): Database {
		const open = this.byWorkflow.get(workflowId);
		if (open !== undefined) return open;
		const database = createDatabase(sqlBy(this.context, workflowId), this.options);
		this.byWorkflow.set(workflowId, database);
		return database;
	}
}
