import type { IDataObject, IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

/**
 * Whether a model reads the output: n8n's AI Agent runs the node as its tool, a node whose type ends in
 * `Tool`. `isToolExecution()` would add nothing: it is false if the engine runs the tool (Agent 3), and
 * an n8n before 2.2 does not have it.
 */
export const isToolRun = (context: IExecuteFunctions): boolean =>
	context.getNode().type.endsWith('Tool');

/** A model pays for each word and learns nothing from nulls. */
export const withoutNulls = (json: IDataObject): IDataObject =>
	Object.fromEntries(Object.entries(json).filter(([, value]) => value !== null));

/** Whether errors are returned to the model as items; not if the user wants the workflow to stop. */
export const shouldReturnErrors = (context: IExecuteFunctions): boolean =>
	isToolRun(context) && context.getNode().onError !== 'stopWorkflow';

/**
 * Returns an error as an item instead of throwing it, as n8n 2.41 itself does for an Agent 3. An older
 * Agent passes nothing of a thrown error to its model (seen on 2.41.1: the response is empty), and the
 * model would assume that the message is scheduled; an older n8n stops the agent (seen on 2.4.8).
 */
export async function returnErrorsAsItems(
	work: () => Promise<INodeExecutionData[]>,
): Promise<INodeExecutionData[]> {
	try {
		return await work();
	} catch (error) {
		return [{ json: { error: (error as Error).message } }];
	}
}
