import type { IDisplayOptions, IExecuteFunctions, INodeProperties } from 'n8n-workflow';
import type { Gateway } from '../../../gateways/gateway';
import { assertSupportsType } from '../../../gateways/capabilityChecks';
import { unsupported } from '../../../gateways/transport/gatewayError';
import { InvalidParameterError } from '../../../messages/invalidParameterError';
import type { MessageContent } from '../../../messages/message';
import type { ScheduledMessage } from '../../../messages/scheduledMessage';
import type { TemplateContent } from '../../../messages/template';
import { quote } from '../../../messages/text';
import { readTemplate, REPLACEMENT, templateFields } from './template';

const LABEL = 'If the 24-Hour Window Is Closed';

/** Only where *Send Due* sends, and for what a closed window stops. */
const displayOptions: IDisplayOptions = {
	show: { storeIn: ['dataTable', 'postgres'] },
	hide: { messageType: ['template'] },
};

/**
 * What becomes of a message that the gateway no longer lets through. Beside the options and not one of
 * them: n8n has no resource mapper inside of options, nor fields that depend on one.
 */
export const ifWindowClosedFields: INodeProperties[] = [
	{
		displayName: LABEL,
		name: 'ifWindowClosed',
		type: 'options',
		options: [
			{
				name: 'Fail',
				value: 'fail',
				description: 'The message gets the status failed, with the reason of the gateway',
			},
			{
				name: 'Send a Template Instead',
				value: 'sendTemplate',
				description:
					'Send Due sends it when the gateway rejects the message, or when Record Status records that the gateway did',
			},
		],
		default: 'fail',
		description:
			'What to do if the recipient has not written to you in the 24 hours before the message is sent, since WhatsApp then delivers templates only',
		displayOptions,
	},
	...templateFields(REPLACEMENT, {
		...displayOptions,
		show: { ...displayOptions.show, ifWindowClosed: ['sendTemplate'] },
	}),
];

/**
 * What to send instead of a message; null for nothing.
 *
 * @throws InvalidParameterError naming the option, or a parameter of the template
 */
export function readReplacement(
	context: IExecuteFunctions,
	index: number,
	{ type }: Pick<MessageContent, 'type'>,
): TemplateContent | null {
	const value = context.getNodeParameter('ifWindowClosed', index, 'fail') as unknown;
	if (value === 'fail') return null;
	if (value !== 'sendTemplate') {
		throw new InvalidParameterError(
			LABEL,
			`"${LABEL}" is ${quote(value)}. Choose one of: fail, sendTemplate.`,
		);
	}
	// A template goes through at any time.
	return type === 'template' ? null : readTemplate(context, index, REPLACEMENT);
}

/**
 * Checks that a replacement could be sent.
 *
 * @throws InvalidParameterError or GatewayError of kind `unsupported`, before any request
 */
export function assertReplaceable(
	gateway: Gateway,
	{ replacement }: { readonly replacement: TemplateContent | null },
): void {
	if (replacement === null) return;
	assertSupportsType(gateway, 'template');
	if (gateway.capabilities.windowClosedCode === undefined) {
		throw unsupported(
			`"${LABEL}" is "sendTemplate", but this node does not learn of a closed window from ${gateway.label} with this credential`,
			'Choose "Fail".',
		);
	}
}

/** That a message may come too late for the gateway to let it through. */
export function windowWarnings(
	{ label, capabilities: { windowClosedCode } }: Pick<Gateway, 'label' | 'capabilities'>,
	{ type, replacement = null, storedIn }: MayComeTooLate,
): readonly string[] {
	if (windowClosedCode === undefined || type === 'template' || replacement !== null) return [];
	const store =
		storedIn === 'gateway' ? 'set "Store Messages In" to "n8n Data Table" and then ' : 'set ';
	return [
		`${label} delivers this ${type} message only if the recipient writes to you within the 24 hours before it is sent. Schedule a template, or ${store}"${LABEL}".`,
	];
}

type MayComeTooLate = Pick<ScheduledMessage, 'type' | 'replacement' | 'storedIn'>;
