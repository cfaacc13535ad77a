import type { IExecuteFunctions, INodeProperties } from 'n8n-workflow';
import { parseContent, type MessageContent } from '../../../messages/message';
import { parseRecipient, recipientAsGiven, type Recipient } from '../../../messages/recipient';
import { readDefaultCountry } from './defaultCountry';
import { MESSAGE_TEMPLATE, readTemplate, templateFields } from './template';

/** Recipient and content of a message. */
export const messageFields: INodeProperties[] = [
	{
		displayName: 'Recipient',
		name: 'recipient',
		type: 'string',
		required: true,
		default: '',
		placeholder: 'e.g. +14155238886',
		description:
			'Phone number with country code, or a WhatsApp chat ID such as 120363039326117111@g.us for a group',
	},
	{
		displayName: 'Message Type',
		name: 'messageType',
		type: 'options',
		options: [
			{ name: 'Audio', value: 'audio' },
			{ name: 'Document', value: 'document' },
			{ name: 'Image', value: 'image' },
			{ name: 'Template', value: 'template' },
			{ name: 'Text', value: 'text' },
			{ name: 'Video', value: 'video' },
			{ name: 'Voice', value: 'voice' },
		],
		default: 'text',
		description:
			'Type of the message. Not every gateway supports every type; the node checks this before it sends.',
	},
	{
		displayName: 'Text',
		name: 'text',
		type: 'string',
		typeOptions: { rows: 3 },
		required: true,
		default: '',
		placeholder: 'e.g. Your appointment is tomorrow at 10:00',
		description: 'What the recipient reads',
		displayOptions: { show: { messageType: ['text'] } },
	},
	{
		displayName: 'Media URL',
		name: 'mediaUrl',
		type: 'string',
		required: true,
		default: '',
		placeholder: 'e.g. https://example.com/image.jpg',
		description:
			'Public URL of the file, which the gateway downloads. Some gateways reject a URL with a query (?…).',
		displayOptions: { hide: { messageType: ['text', 'template'] } },
	},
	{
		displayName: 'Caption',
		name: 'caption',
		type: 'string',
		default: '',
		placeholder: 'e.g. Your invoice',
		description: 'Text below the media',
		displayOptions: { show: { messageType: ['image', 'video', 'document'] } },
	},
	{
		displayName: 'File Name',
		name: 'fileName',
		type: 'string',
		default: '',
		placeholder: 'e.g. invoice.pdf',
		description: 'Name under which the recipient sees the file. If empty, the name in the URL.',
		displayOptions: { show: { messageType: ['document', 'image'] } },
	},
	...templateFields(MESSAGE_TEMPLATE, { messageType: ['template'] }),
];

/**
 * Reads recipient and content of one item. `recipientAsGiven` is not null if *Default Country* changed the
 * number.
 *
 * @throws InvalidParameterError
 */
export function readMessage(
	context: IExecuteFunctions,
	index: number,
): {
	readonly content: MessageContent & { readonly recipient: Recipient };
	readonly recipientAsGiven: string | null;
} {
	const read = (name: string): unknown => context.getNodeParameter(name, index, '');
	const type = read('messageType');
	const given = read('recipient');
	const country = readDefaultCountry(context, index);
	const recipient = parseRecipient(given, country);
	const content = {
		recipient,
		...parseContent({
			type,
			...(type === 'template'
				? { template: readTemplate(context, index, MESSAGE_TEMPLATE) }
				: type === 'text'
					? { text: read('text') }
					: { mediaUrl: read('mediaUrl') }),
			...(['image', 'video', 'document'].includes(type as string)
				? { caption: read('caption') }
				: {}),
			...(['image', 'document'].includes(type as string) ? { fileName: read('fileName') } : {}),
		}),
	};
	return {
		content,
		recipientAsGiven: country === null ? null : recipientAsGiven(given, recipient),
	};
}
