import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import { InvalidParameterError } from '../../../messages/invalidParameterError';
import type { RunSql } from '../../../stores/postgres/database';
import { SqlError, sqlStateOf } from '../../../stores/postgres/errors';
import { settle } from '../../../messages/settle';

/** The name of the parameter, for errors. */
export const STORE_WORKFLOW = 'Store Workflow';
const EXAMPLE = 'postgresql-store.json';

/**
 * Reaches PostgreSQL by a workflow of the user: n8n lets no community node name a credential of another
 * package, so n8n's own Postgres node runs the SQL, in a workflow that has its credential.
 *
 * @param workflowId the store workflow; its published version runs, also in a manual execution
 */
export function sqlBy(context: IExecuteFunctions, workflowId: string): RunSql {
	let isChecked = false;
	return async ({ text, values }) => {
		const called = await settle(
			// Without a mode: the published version, whoever started this execution.
			context.executeWorkflow({ id: workflowId }, [{ json: { query: text, values: [...values] } }]),
		);
		if (!called.ok) throw asSqlError(called.error, workflowId);
		const results = resultsOf(called.value.data[0] ?? []);
		if (results === null) throw ofAnotherShape(workflowId);
		if (!isChecked) {
			isChecked = true;
			await tellIfSaved(context, called.value.executionId);
		}
		return results;
	};
}

/** Each execution of the store workflow holds messages: saved, n8n's own database grows by all of them. */
async function tellIfSaved(context: IExecuteFunctions, executionId: string): Promise<void> {
	const saved = await settle(Promise.resolve(context.getExecutionDataById?.(executionId)));
	if (!saved.ok || saved.value === undefined) return;
	context.addExecutionHints?.({
		message: `The workflow in "${STORE_WORKFLOW}" saves its executions, so n8n keeps a copy of each message. In its settings, set "Save failed production executions" and "Save successful production executions" to "Do not save", and publish it again.`,
		location: 'outputPane',
	});
}

/** What the statements returned; null where this is no output of the store workflow. */
function resultsOf(items: readonly INodeExecutionData[]): string[] | null {
	const results = items.flatMap(({ json }) =>
		typeof json.result === 'string' ? [json.result] : [],
	);
	return results.length === 0 ? null : results;
}

function asSqlError(error: unknown, workflowId: string): Error {
	const words = error instanceof Error ? error.message : String(error);
	const node = (error as { node?: { type?: string } | null } | null)?.node;
	// PostgreSQL may name a schema or a trigger in words that the sentences below look for.
	if (node?.type === POSTGRES_NODE) return new SqlError(sqlStateOf(error), words);
	if (
		/is not active and cannot be executed|workflow.*(?:not found|does not exist)|could not be found/i.test(
			words,
		)
	) {
		return wrongWorkflow(
			workflowId,
			'which does not exist or is not published',
			'Choose the workflow that you made of the example, open it and publish it.',
		);
	}
	if (/cannot be called by this|may not be called|caller policy/i.test(words)) {
		return wrongWorkflow(
			workflowId,
			'which does not let this workflow call it',
			'In the settings of that workflow, let "This workflow can be called by" name this one.',
		);
	}
	if (/missing.*trigger|no.*trigger|start node|execute workflow trigger/i.test(words)) {
		return ofAnotherShape(workflowId);
	}
	if (/credential/i.test(words)) {
		return wrongWorkflow(
			workflowId,
			'whose Postgres node has no credential that it may use',
			'Open that workflow, choose a Postgres credential and publish it again.',
		);
	}
	return new SqlError(sqlStateOf(error), words);
}

const POSTGRES_NODE = 'n8n-nodes-base.postgres';

const ofAnotherShape = (workflowId: string) =>
	wrongWorkflow(
		workflowId,
		'which does not return what its query returns',
		'It needs two nodes: "When Executed by Another Workflow", which accepts all data, and "Postgres" with "Execute a SQL query", {{ $json.query }} and the query parameters {{ $json.values }}.',
	);

const wrongWorkflow = (workflowId: string, what: string, todo: string) =>
	new InvalidParameterError(
		STORE_WORKFLOW,
		`"${STORE_WORKFLOW}" is the workflow "${workflowId}", ${what}`,
		`${todo} The example ${EXAMPLE} of this package is one.`,
	);
