import type { IDataObject, IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

/**
 * Whether a model reads what the node gives out: n8n's AI Agent runs the node as its tool, a node of
 * the type with `Tool` behind its name. `isToolExecution()` would add nothing: it is false where the
 * engine runs the tool (Agent 3), and an n8n before 2.2 does not have it.
 */
export const isToolRun = (context: IExecuteFunctions): boolean =>
	context.getNode().type.endsWith('Tool');

/** A model pays for each word, and learns nothing from what is not known. */
export const withoutNulls = (json: IDataObject): IDataObject =>
	Object.fromEntries(Object.entries(json).filter(([, value]) => value !== null));

/** Whether the model is to be told what was refused; not where the user wants the workflow to stop. */
export const shouldReturnErrors = (context: IExecuteFunctions): boolean =>
	isToolRun(context) && context.getNode().onError !== 'stopWorkflow';

/**
 * Gives a refusal out instead of throwing it, as n8n 2.41 does itself for an Agent 3. An older Agent
 * tells its model nothing of what is thrown (seen on 2.41.1: the answer is empty), and the model would
 * take the message for scheduled; an older n8n stops the agent (seen on 2.4.8).
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
