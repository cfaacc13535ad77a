import type {
	ExecuteWorkflowData,
	IDataObject,
	IExecuteFunctions,
	INode,
	INodeExecutionData,
	INodeParameters,
} from 'n8n-workflow';
import { settle } from '../../../messages/settle';
import { toTableError } from './errors';

/**
 * n8n lets only its own Data Table node reach Data Tables, so each access is a short inline
 * sub-workflow with that node. It runs in the same process and leaves no row in the executions list.
 */
const TABLE_NODE = 'n8n-nodes-base.dataTable';
/** The first version that returns dates as such; before n8n 2.3 the node cannot create tables. */
const TABLE_NODE_VERSION = 1.1;

/**
 * Runs a chain of Data Table nodes on the items.
 *
 * @returns the last one's output
 * @throws GatewayError as {@link toTableError}
 */
export async function runDataTableNodes(
	context: IExecuteFunctions,
	chain: INodeParameters[],
	items: IDataObject[] = [{}],
): Promise<INodeExecutionData[]> {
	const nodes = [START, ...chain.map(tableNode)];
	const connections = Object.fromEntries(
		nodes
			.slice(0, -1)
			.map(({ name }, index) => [
				name,
				{ main: [[{ node: nodes[index + 1].name, type: 'main' as const, index: 0 }]] },
			]),
	);
	const outcome = await settle<ExecuteWorkflowData>(
		context.executeWorkflow(
			{
				code: {
					nodes,
					connections,
					settings: {
						executionOrder: 'v1',
						saveDataSuccessExecution: 'none',
						saveDataErrorExecution: 'none',
						saveManualExecutions: false,
					},
				} as never,
			},
			items.map((json, item) => ({ json, pairedItem: { item } })),
		),
	);
	if (!outcome.ok) throw toTableError(outcome.error);
	return outcome.value.data[0] ?? [];
}

const START: INode = {
	id: 'start',
	name: 'Start',
	type: 'n8n-nodes-base.executeWorkflowTrigger',
	typeVersion: 1.1,
	position: [0, 0],
	parameters: { inputSource: 'passthrough' },
};

const tableNode = (parameters: INodeParameters, index: number): INode => ({
	id: `table-${index}`,
	name: `Table ${index}`,
	type: TABLE_NODE,
	typeVersion: TABLE_NODE_VERSION,
	position: [220 * (index + 1), 0],
	parameters,
});
