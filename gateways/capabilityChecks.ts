import type { MessageType, OutgoingMessage } from '../messages/message';
import type { LookupCapabilities } from './capabilities';
import type { Gateway, NativeScheduler } from './gateway';
import { assertFileHasPlace } from './templateFiles';
import { unsupported } from './transport/gatewayError';
import { assertTakesFile, assertTakesUploads } from './uploadChecks';

/**
 * The gateway's scheduler, if it can schedule this type of message; without a type, if it has one.
 *
 * @throws GatewayError of kind `unsupported`, before any request
 */
export function requireScheduler(gateway: Gateway, type?: MessageType): NativeScheduler {
	const { scheduling, schedulingNeeds } = gateway.capabilities;
	if (scheduling === null || gateway.scheduler === undefined) {
		throw unsupported(
			`${gateway.label} has no scheduler of its own${schedulingNeeds === undefined ? '' : ` without ${schedulingNeeds}`}`,
			'In "Schedule", set "Store Messages In" to "n8n Data Table": n8n then stores the message and the operation "Send Due" sends it. In other operations, set "Stored In" to the same.',
		);
	}
	if (type !== undefined && !scheduling.types.includes(type)) {
		throw unsupported(
			`${gateway.label} schedules ${list(scheduling.types)}, but not ${type}`,
			'Choose another "Message Type".',
		);
	}
	return gateway.scheduler;
}

/**
 * Checks that the gateway sends this type of message immediately.
 *
 * @throws GatewayError of kind `unsupported`, before any request
 */
export function assertSupportsType(gateway: Gateway, type: MessageType): void {
	const { messageTypes, scheduling } = gateway.capabilities;
	if (messageTypes.includes(type)) return;
	throw unsupported(
		`${gateway.label} documents no way to send ${type} immediately; it sends ${list(messageTypes)}`,
		scheduling?.types.includes(type)
			? 'Use the operation "Schedule" with a time a little ahead, or choose another "Message Type".'
			: 'Choose another "Message Type".',
	);
}

/**
 * Checks, without any request, that the gateway sends this very message.
 *
 * @throws InvalidParameterError or GatewayError of kind `unsupported`
 */
export function assertSendable(gateway: Gateway, message: OutgoingMessage): void {
	assertSupportsType(gateway, message.type);
	if (message.file !== undefined) assertTakesFile(gateway, message.type, message.file);
	assertTakesUploads(gateway, message);
	assertFileHasPlace(gateway, message);
	gateway.assertSendable(message);
}

/**
 * The gateway's look-up of sent messages, if it has one.
 *
 * @throws GatewayError of kind `unsupported`, before any request
 */
export function requireLookup({ label, capabilities, lookup }: Gateway): {
	readonly needs: LookupCapabilities;
	readonly lookup: NonNullable<Gateway['lookup']>;
} {
	if (capabilities.lookup === null || lookup === undefined) {
		throw unsupported(
			`${label} documents no way to look up a sent message`,
			'Follow its statuses with the Message Scheduler Trigger.',
		);
	}
	return { needs: capabilities.lookup, lookup };
}

/** Whether a code of the gateway says that a template would be delivered, and this content is not. */
export const isWindowClosed = (
	{ capabilities: { windowClosedCode } }: Pick<Gateway, 'capabilities'>,
	code: string | null | undefined,
): boolean => windowClosedCode !== undefined && code === windowClosedCode;

/** Whether a code of the gateway says that the recipient has asked for no more messages. */
export const isOptOut = (
	{ optedOutCodes = [] }: Pick<Gateway, 'optedOutCodes'>,
	code: string | null | undefined,
): boolean => typeof code === 'string' && optedOutCodes.includes(code);

const list = (words: readonly string[]) =>
	words.length < 2 ? words.join() : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;
