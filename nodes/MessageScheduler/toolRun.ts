import type {
	IDataObject,
	IExecuteFunctions,
	INodeExecutionData,
	NodeApiError,
	NodeOperationError,
} from 'n8n-workflow';

/**
 * Whether a model reads what the node gives out: n8n's AI Agent runs the node as its tool, either by
 * the engine, as a node of the type with `Tool` behind its name (Agent 3), or by itself (before).
 */
export const isToolRun = (context: IExecuteFunctions): boolean =>
	context.isToolExecution() || context.getNode().type.endsWith('Tool');

/** A model pays for each word, and learns nothing from what is not known. */
export const withoutNulls = (json: IDataObject): IDataObject =>
	Object.fromEntries(Object.entries(json).filter(([, value]) => value !== null));

/** A model is told the message of an error only, so what to do about it goes in there. */
export function withAdvice<E extends NodeApiError | NodeOperationError>(error: E): E {
	const { message, description } = error;
	if (description && !message.includes(description)) {
		error.message = `${/[.!?]$/.test(message) ? message : `${message}.`} ${description}`;
	}
	return error;
}

/**
 * Gives a refusal out instead of throwing it. An Agent before 3 tells its model nothing of what is
 * thrown (seen on n8n 2.41.1: the answer is empty), and the model would take the message for scheduled.
 */
export async function answering(
	work: () => Promise<INodeExecutionData[]>,
): Promise<INodeExecutionData[]> {
	try {
		return await work();
	} catch (error) {
		return [{ json: { error: (error as Error).message } }];
	}
}
