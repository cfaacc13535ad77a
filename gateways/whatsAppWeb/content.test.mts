import fc from 'fast-check';
import type { ReceivedType } from '../../messages/receivedMessage';
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

/** The names of WAWebProtobufsE2E.proto, by what a person did. */
it.each<[type: ReceivedType, names: string[]]>([
	['text', ['conversation', 'extendedTextMessage']],
	['image', ['imageMessage']],
	['video', ['videoMessage', 'ptvMessage']],
	['audio', ['audioMessage']],
	['document', ['documentMessage']],
	['sticker', ['stickerMessage']],
	['location', ['locationMessage', 'liveLocationMessage']],
	['contact', ['contactMessage', 'contactsArrayMessage']],
	[
		'button',
		[
			'templateButtonReplyMessage',
			'buttonsResponseMessage',
			'listResponseMessage',
			'interactiveResponseMessage',
			'pollUpdateMessage',
		],
	],
	['reaction', ['reactionMessage']],
	['other', ['pollCreationMessage', 'pollCreationMessageV3', 'orderMessage', 'eventMessage']],
])('%s: %j', (type, names) => {
	const isFile = ['image', 'video', 'audio', 'document', 'sticker'].includes(type);
	for (const name of names) {
		const read = readContent({ [name]: { mimetype: 'a/b', contextInfo: { stanzaId: 'OURS' } } });
		expect([name, read?.type]).toEqual([name, type]);
		expect(read?.file).toEqual(isFile ? { mimeType: 'a/b', fileName: null } : null);
		expect(read?.inReplyTo).toBe(name === 'pollUpdateMessage' ? null : 'OURS');
		expect(read?.aboutMessageId).toBeNull();
	}
});

it.each([
	'ephemeralMessage',
	'viewOnceMessage',
	'viewOnceMessageV2',
	'viewOnceMessageV2Extension',
	'documentWithCaptionMessage',
	'lottieStickerMessage',
])('reads what %s wraps', (wrapper) => {
	const inner = { imageMessage: { caption: 'c' } };
	expect(readContent({ [wrapper]: { message: inner } })).toMatchObject({
		type: 'image',
		text: 'c',
	});
	expect(readContent({ [wrapper]: {} })).toMatchObject({ type: 'other', text: null });
});

it('unwraps as often as occurs, and not without an end', () => {
	const wrapped = (times: number): Record<string, unknown> =>
		times === 0 ? { conversation: 'x' } : { ephemeralMessage: { message: wrapped(times - 1) } };
	expect(readContent(wrapped(4))).toMatchObject({ type: 'text', text: 'x' });
	expect(readContent(wrapped(5))).toMatchObject({ type: 'other', text: null });
});

it.each<[what: string, message: object, expected: object]>([
	[
		'a row of a list',
		{ listResponseMessage: { title: 'Tuesday', singleSelectReply: { selectedRowId: 'r' } } },
		{ text: 'Tuesday', button: { id: 'r', title: 'Tuesday', kind: 'list' } },
	],
	[
		'a native flow',
		{
			interactiveResponseMessage: {
				body: { text: 'Yes' },
				nativeFlowResponseMessage: { paramsJson: '{"id":"yes-1"}' },
			},
		},
		{ text: 'Yes', button: { id: 'yes-1', title: 'Yes', kind: 'button' } },
	],
	[
		'a native flow whose parameters are a list',
		{ interactiveResponseMessage: { nativeFlowResponseMessage: { paramsJson: '["id"]' } } },
		{ button: { id: null, title: null } },
	],
	[
		'a vote',
		{
			pollUpdateMessage: {
				pollCreationMessageKey: { id: 'OURS' },
				vote: { selectedOptions: ['Mon', 'Tue'] },
			},
		},
		{ text: 'Mon, Tue', button: { id: null, title: 'Mon, Tue', kind: 'poll' }, inReplyTo: 'OURS' },
	],
	[
		'a vote that is encrypted',
		{ pollUpdateMessage: { vote: { selectedOptions: [{ 0: 17 }] } } },
		{ text: null, button: { id: null, title: null, kind: 'poll' }, inReplyTo: null },
	],
	[
		'a voice note',
		{ audioMessage: { ptt: true, mimetype: 'audio/ogg' } },
		{ type: 'voice', file: { mimeType: 'audio/ogg', fileName: null } },
	],
	['an audio file that says it is none', { audioMessage: { ptt: false } }, { type: 'audio' }],
	['an image, which has no name', { imageMessage: { title: 't' } }, { file: { fileName: null } }],
])('reads %s, too', (_, message, expected) =>
	expect(readContent(message as never)).toMatchObject(expected),
);

it.each([
	...['protocolMessage', 'editedMessage', 'deviceSentMessage', 'keepInChatMessage'],
	...['pinInChatMessage', 'encReactionMessage', 'encEventResponseMessage', 'encCommentMessage'],
	...['secretEncryptedMessage', 'stickerSyncRmrMessage', 'requestPhoneNumberMessage'],
	...['placeholderMessage', 'messageHistoryNotice', 'callLogMesssage', 'bcallMessage'],
])('nobody wrote %s', (name) => {
	expect(readContent({ [name]: { text: 'x' } })).toBeNull();
	expect(readContent({ conversation: 'x', [name]: {} })).toMatchObject({ text: 'x' });
});

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
