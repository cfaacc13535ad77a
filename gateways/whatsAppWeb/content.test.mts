import fc from 'fast-check';
import { runs } from '../../test/proof.mts';
import { readContent } from './content';

const NOTHING = { text: null, inReplyTo: null, aboutMessageId: null };
const quoting = { contextInfo: { stanzaId: 'OURS' } };

it.each<[what: string, message: object, expected: object]>([
	['a text', { conversation: 'Hi' }, { type: 'text', text: 'Hi', inReplyTo: null, file: null }],
	[
		'a text that answers',
		{ extendedTextMessage: { text: 'Hi', ...quoting } },
		{ type: 'text', text: 'Hi', inReplyTo: 'OURS' },
	],
	[
		'one beside keys of a group',
		{ senderKeyDistributionMessage: { groupId: 'g' }, conversation: 'Hi', messageContextInfo: {} },
		{ text: 'Hi' },
	],
	[
		'one in two wrappers',
		{ ephemeralMessage: { message: { viewOnceMessageV2: { message: { conversation: 'x' } } } } },
		{ text: 'x' },
	],
	[
		'a document with a caption',
		{
			documentWithCaptionMessage: {
				message: { documentMessage: { caption: 'c', fileName: 'a.pdf', mimetype: 'm' } },
			},
		},
		{ type: 'document', text: 'c', file: { mimeType: 'm', fileName: 'a.pdf' } },
	],
	['a document by its title', { documentMessage: { title: 't' } }, { file: { fileName: 't' } }],
	['a voice note of Go', { audioMessage: { PTT: true } }, { type: 'voice' }],
	['a round video', { ptvMessage: {} }, { type: 'video' }],
	[
		'a reaction of Go',
		{ reactionMessage: { key: { ID: 'OURS' }, text: '👍' } },
		{ type: 'reaction', text: '👍', aboutMessageId: 'OURS', inReplyTo: null },
	],
	[
		'a button',
		{ buttonsResponseMessage: { selectedButtonId: 'b', selectedDisplayText: 'B', ...quoting } },
		{
			type: 'button',
			text: 'B',
			button: { id: 'b', title: 'B', kind: 'button' },
			inReplyTo: 'OURS',
		},
	],
	[
		'a button of Go',
		{ templateButtonReplyMessage: { selectedID: 'b', contextInfo: { stanzaID: 'OURS' } } },
		{ button: { id: 'b', title: null, kind: 'template' }, inReplyTo: 'OURS' },
	],
	[
		'a native flow whose parameters are no JSON',
		{ interactiveResponseMessage: { nativeFlowResponseMessage: { paramsJson: '{' } } },
		{ type: 'button', button: { id: null, title: null, kind: 'button' } },
	],
	['a name that comes later', { hologramMessageV3: {} }, { type: 'other', text: null }],
])('reads %s', (_, message, expected) =>
	expect(readContent(message as never)).toMatchObject(expected),
);

it.each<[what: string, message: object]>([
	['nothing', {}],
	['keys', { senderKeyDistributionMessage: {}, messageContextInfo: {} }],
	['keys of another kind', { fastRatchetKeySenderKeyDistributionMessage: {} }],
	['a protocol message', { protocolMessage: {} }],
	['an edit, which has an event of its own', { editedMessage: { message: {} } }],
	['a call', { call: {}, callLogEntryMessage: {} }],
	['what is no content', { base64: 'AAAA', mediaUrl: 'https://s3.example' }],
	['a content that is none', { imageMessage: 7, conversation: null }],
])('nobody wrote %s', (_, message) => expect(readContent(message as never)).toBeNull());

it('never throws, whatever the message', () => {
	const names = fc.constantFrom(
		...[
			'conversation',
			'ephemeralMessage',
			'imageMessage',
			'reactionMessage',
			'message',
			'__proto__',
		],
		...[
			'pollUpdateMessage',
			'interactiveResponseMessage',
			'vote',
			'selectedOptions',
			'contextInfo',
		],
	);
	const { value } = fc.letrec<{ value: unknown }>((tie) => ({
		value: fc.oneof(
			{ depthSize: 'small' },
			fc.jsonValue(),
			fc.dictionary(names, tie('value'), { maxKeys: 4 }),
			fc.array(tie('value'), { maxLength: 3 }),
		),
	}));
	fc.assert(
		fc.property(fc.dictionary(names, value), (message) => {
			const { text, inReplyTo, aboutMessageId } = readContent(message) ?? NOTHING;
			const isRight = (each: unknown) => each === null || (typeof each === 'string' && each !== '');
			return [text, inReplyTo, aboutMessageId].every(isRight);
		}),
		runs(200),
	);
});
