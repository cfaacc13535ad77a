import type { IDisplayOptions, IExecuteFunctions, INodeProperties } from 'n8n-workflow';
import { InvalidParameterError } from '../../../messages/invalidParameterError';
import { parseContent, type MessageContent } from '../../../messages/message';
import { parseRecipient, recipientAsGiven, type Recipient } from '../../../messages/recipient';
import { quote } from '../../../messages/text';
import { findInputFile, type InputFile } from '../../shared/inputFile';
import { readDefaultCountry } from './defaultCountry';
import { MESSAGE_TEMPLATE, readTemplate, templateFields } from './template';

/** n8n's own spelling, which its linter would change. */
const FILE_FROM_N8N = 'File From n8n';

/** The types whose whole content is not a file; a template may have one in its header. */
const NO_MEDIA = { messageType: ['text', 'template'] };

const OF_TEMPLATE: IDisplayOptions = { show: { messageType: ['template'] } };

const mediaSourceField = (
	description: string,
	ofUrl: string,
	displayOptions: IDisplayOptions,
): INodeProperties => ({
	displayName: 'Media Source',
	name: 'mediaSource',
	type: 'options',
	options: [
		{
			name: FILE_FROM_N8N,
			value: 'binary',
			description: 'Upload a binary field of the item to the gateway',
		},
		{ name: 'URL', value: 'url', description: ofUrl },
	],
	default: 'url',
	description,
	displayOptions,
});

const binaryField = (displayOptions: IDisplayOptions): INodeProperties => ({
	displayName: 'Input Binary Field',
	name: 'binaryPropertyName',
	type: 'string',
	required: true,
	default: 'data',
	placeholder: 'e.g. data',
	hint: 'The name of the input field containing the file to be sent',
	displayOptions: {
		...displayOptions,
		show: { ...displayOptions.show, mediaSource: ['binary'] },
	},
});

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
	mediaSourceField(
		'Where the file is. Not every gateway accepts files from n8n; the node checks this before it sends.',
		'The gateway downloads the file',
		{ hide: NO_MEDIA },
	),
	binaryField({ hide: NO_MEDIA }),
	{
		displayName: 'Media URL',
		name: 'mediaUrl',
		type: 'string',
		required: true,
		default: '',
		placeholder: 'e.g. https://example.com/image.jpg',
		description:
			'Public URL of the file, which the gateway downloads. Some gateways reject a URL with a query (?…).',
		displayOptions: { show: { mediaSource: ['url'] }, hide: NO_MEDIA },
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
		description:
			'Name under which the recipient sees the file. If empty, its own name, or the one in the URL.',
		displayOptions: { show: { messageType: ['document', 'image'] } },
	},
	...templateFields(MESSAGE_TEMPLATE, OF_TEMPLATE, [
		mediaSourceField(
			'Where the file in the header of the template is, if the template has one. Not every gateway accepts files from n8n; the node checks this before it sends.',
			'The gateway downloads the file from a URL in the variables',
			OF_TEMPLATE,
		),
		binaryField(OF_TEMPLATE),
	]),
];

/** Which types have a file name of their own in the node; of a document, the recipient sees it. */
const NAMED = ['image', 'document'];

/**
 * Reads recipient and content of one item, and finds its file if the media is one of n8n.
 * `recipientAsGiven` is not null if *Default Country* changed the number.
 *
 * @throws InvalidParameterError
 */
export function readMessage(
	context: IExecuteFunctions,
	index: number,
): {
	readonly content: MessageContent & { readonly recipient: Recipient };
	readonly recipientAsGiven: string | null;
	readonly file: InputFile | null;
} {
	const read = (name: string): unknown => context.getNodeParameter(name, index, '');
	const type = read('messageType');
	const given = read('recipient');
	const country = readDefaultCountry(context, index);
	const recipient = parseRecipient(given, country);
	const hasMedia = !NO_MEDIA.messageType.includes(type as string);
	const isTemplate = type === 'template';
	const isFile = (hasMedia || isTemplate) && readMediaSource(context, index) === 'binary';
	const isUrl = hasMedia && !isFile;
	const parsed = {
		recipient,
		...parseContent({
			type,
			hasFile: isFile,
			...(isTemplate ? { template: readTemplate(context, index, MESSAGE_TEMPLATE) } : {}),
			...(type === 'text' ? { text: read('text') } : {}),
			...(isUrl ? { mediaUrl: read('mediaUrl') } : {}),
			...(['image', 'video', 'document'].includes(type as string)
				? { caption: read('caption') }
				: {}),
			...(NAMED.includes(type as string) ? { fileName: read('fileName') } : {}),
		}),
	};
	const file = isFile ? findInputFile(context, index, read('binaryPropertyName')) : null;
	const fileName = parsed.fileName ?? (type === 'document' ? (file?.fileName ?? null) : null);
	return {
		content: { ...parsed, fileName },
		file,
		recipientAsGiven: country === null ? null : recipientAsGiven(given, recipient),
	};
}

/** @throws InvalidParameterError naming *Media Source* */
function readMediaSource(context: IExecuteFunctions, index: number): 'url' | 'binary' {
	const value = context.getNodeParameter('mediaSource', index, 'url');
	if (value === 'url' || value === 'binary') return value;
	throw new InvalidParameterError(
		'Media Source',
		`"Media Source" is ${quote(value)}. Use one of: url, binary.`,
	);
}
