import { describeAddress } from '../../messages/recipient';
import type { ReceivedMessageInput } from '../../messages/receivedMessage';
import { objectAt, textAt, type JsonObject } from '../json';
import { readSerialId } from './messageKey';

/**
 * Who wrote a message, and in which chat. `from` is the chat, and in a group `participant` the person. The
 * key in `_data` has the person's other address: of LID and phone number the one that `from` is not
 * (`remoteJidAlt` in the SDK's sample of a direct message).
 */
export function peopleOf(
	payload: JsonObject,
): Pick<ReceivedMessageInput, 'from' | 'fromLid' | 'chat'> {
	const key = objectAt(objectAt(payload, '_data'), 'key');
	const serial = readSerialId(textAt(payload, 'id') ?? '');
	const chat = describeAddress(serial?.chat ?? textAt(payload, 'from') ?? textAt(key, 'remoteJid'));
	const isGroup = chat?.kind === 'group';
	const names = isGroup
		? [textAt(payload, 'participant'), textAt(key, 'participant'), textAt(key, 'participantAlt')]
		: [chat?.address, textAt(key, 'remoteJid'), textAt(key, 'remoteJidAlt')];
	const addresses = names.map(describeAddress).filter((one) => one !== null);
	const from = addresses.find(({ phone }) => phone !== null) ?? addresses.at(0) ?? null;
	const lid = addresses.find(({ kind }) => kind === 'lid');
	return { from, fromLid: lid?.address ?? null, chat: isGroup ? chat : from };
}
