import { NodeApiError, NodeOperationError, type INode, type JsonObject } from 'n8n-workflow';
import { GatewayError } from '../../gateways/transport/gatewayError';
import { InvalidParameterError } from '../../messages/invalidParameterError';
import { joinSentences } from '../../messages/sentences';

/**
 * Turns an error into one that n8n shows: one sentence, what to do, and the item. A foreign error (an
 * expression that fails, a bug) keeps its text.
 */
export function toNodeError(
	node: INode,
	error: unknown,
	itemIndex?: number,
): NodeApiError | NodeOperationError {
	if (error instanceof GatewayError) {
		const { status, hint, code } = error.details;
		const httpCode = status === undefined ? undefined : String(status);
		const { message } = error;
		return withOwnMessage(
			message,
			new NodeApiError(node, { message, ...(code ? { code } : {}) } as JsonObject, {
				message,
				description: hint,
				httpCode,
				itemIndex,
			}),
		);
	}
	if (error instanceof InvalidParameterError) {
		const { message, hint: description } = error;
		return withOwnMessage(
			message,
			new NodeOperationError(node, message, { description, itemIndex }),
		);
	}
	if (error instanceof NodeApiError || error instanceof NodeOperationError) {
		error.context.itemIndex ??= itemIndex;
		return error;
	}
	return new NodeOperationError(node, error as Error, { itemIndex });
}

/** Appends the hint to the message, for readers who get the message only. */
export function withHintInMessage<E extends NodeApiError | NodeOperationError>(error: E): E {
	error.message = joinSentences(error.message, error.description);
	error.description = null;
	return error;
}

/**
 * n8n replaces a message that contains a system code such as ECONNRESET by a stock sentence, which after a
 * lost response would ask the user to try again.
 */
function withOwnMessage<E extends NodeApiError | NodeOperationError>(message: string, error: E): E {
	error.message = message;
	error.messages = [];
	return error;
}
