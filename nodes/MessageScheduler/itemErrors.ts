import type {
	IExecuteFunctions,
	INodeExecutionData,
	NodeApiError,
	NodeOperationError,
} from 'n8n-workflow';
import { settleSync } from '../../messages/settle';
import { shorten } from '../../messages/text';
import { toNodeError, withHintInMessage } from '../shared/nodeErrors';
import { isToolRun } from './aiTool';

/**
 * The error as n8n shows it. With an index, the message begins with the item's position, counted from 1,
 * and its recipient, if there are several items.
 */
export function toUserError(
	context: IExecuteFunctions,
	error: unknown,
	index?: number,
): NodeApiError | NodeOperationError {
	const nodeError = withItem(context, toNodeError(context.getNode(), error, index), index);
	// An AI Agent passes only the message of an error to its model.
	return isToolRun(context) ? withHintInMessage(nodeError) : nodeError;
}

/**
 * The output item for a failed item if the user chose *On Error: Continue*: the input columns unchanged,
 * and `error`, which says what happened and what to do. It replaces an input column `error`.
 *
 * *Using error output*: n8n recognizes an error item by `json.error`, with no other keys than `error` and
 * `message` beside it (n8n 1 to 2.41), and merges the paired input item's columns into it. A key `message`
 * added here would replace the user's. (The item property `error` would also work, but n8n then drops all
 * columns.) *Regular output*: n8n adds nothing, so the columns are added here.
 */
export function errorItem(
	context: IExecuteFunctions,
	error: unknown,
	index: number,
	isOfItem: boolean,
): INodeExecutionData {
	const { message } = withHintInMessage(toUserError(context, error, isOfItem ? index : undefined));
	const isMerged = context.getNode().onError === 'continueErrorOutput' || isToolRun(context);
	const columns = isMerged ? {} : context.getInputData()[index].json;
	return { json: { ...columns, error: message }, pairedItem: { item: index } };
}

function withItem<E extends NodeApiError | NodeOperationError>(
	context: IExecuteFunctions,
	error: E,
	index: number | undefined,
): E {
	const count = context.getInputData().length;
	if (index === undefined || count < 2 || NAMED_BY_N8N.test(error.message)) return error;
	const recipient = recipientOf(context, index);
	const who = recipient === '' || error.message.includes(recipient) ? '' : ` (${recipient})`;
	error.message = `Item ${index + 1} of ${count}${who}: ${error.message}`;
	// n8n's editor appends "[item 1]" to the message of an error with an index, which counts from 0.
	error.context.itemIndex = undefined;
	return error;
}

/** n8n's own errors about a parameter's type already name the item. */
const NAMED_BY_N8N = /\[item \d+\]/;

/** The recipient as the user entered it, on one line and shortened; empty if there is none. */
function recipientOf(context: IExecuteFunctions, index: number): string {
	const read = settleSync(() => context.getNodeParameter('recipient', index, '') as unknown);
	const given = read.ok ? read.value : '';
	return typeof given === 'string' || typeof given === 'number'
		? shorten(String(given).trim())
		: '';
}
