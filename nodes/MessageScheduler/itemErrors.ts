import type {
	IExecuteFunctions,
	INodeExecutionData,
	NodeApiError,
	NodeOperationError,
} from 'n8n-workflow';
import { settleSync } from '../../stores/settle';
import { shorten } from '../../messages/sendTime/text';
import { toNodeError, withHintInMessage } from '../shared/nodeErrors';
import { isToolRun } from './aiTool';

/**
 * What went wrong, for whoever reads it. With an index: with that item; among several items its
 * position, counted from 1, and its recipient stand first.
 */
export function toUserError(
	context: IExecuteFunctions,
	error: unknown,
	index?: number,
): NodeApiError | NodeOperationError {
	const nodeError = withItem(context, toNodeError(context.getNode(), error, index), index);
	// An AI Agent tells its model the message of an error only.
	return isToolRun(context) ? withHintInMessage(nodeError) : nodeError;
}

/**
 * The item that stands for one that went wrong, where the user chose *On Error: Continue*: its own
 * columns untouched, and `error`, which says what happened and what to do. A column `error` of the
 * user's own gives way.
 *
 * *Using error output*: n8n knows an item for one of an error by its `json.error` and by no other keys
 * than `error` and `message` beside it (n8n 1 to 2.41), and puts the paired input item's columns under
 * it by itself. A key `message` of ours would then take the place of the user's. (An item's own
 * property `error` would do as well, but n8n then throws all columns away.) *Regular output*: n8n adds
 * nothing, so the columns are added here.
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
	// n8n's editor puts "[item 1]" behind the message of an error with an index: the second, from 0.
	error.context.itemIndex = undefined;
	return error;
}

/** n8n's own errors of a parameter's type name the item already. */
const NAMED_BY_N8N = /\[item \d+\]/;

/** The recipient as the user gave it, on one line and shortened; empty where there is none. */
function recipientOf(context: IExecuteFunctions, index: number): string {
	const read = settleSync(() => context.getNodeParameter('recipient', index, '') as unknown);
	const given = read.ok ? read.value : '';
	return typeof given === 'string' || typeof given === 'number'
		? shorten(String(given).trim())
		: '';
}
