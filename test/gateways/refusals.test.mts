import { chatWhatsApp } from '../../gateways/chatWhatsApp';
import type { Gateway } from '../../gateways/gateway';
import {
	assertSendable,
	requireLookup,
	requireScheduler,
	assertSupportsType,
} from '../../gateways/capabilityChecks';
import { GatewayError } from '../../gateways/transport/gatewayError';
import { MESSAGE_TYPES, type OutgoingMessage } from '../../messages/message';
import { parseRecipient } from '../../messages/recipient';

const withoutScheduler: Gateway = {
	...chatWhatsApp,
	label: 'Other',
	capabilities: { ...chatWhatsApp.capabilities, messageTypes: ['text'], scheduling: null },
};
const refusal = (work: () => unknown): [string, string, string | undefined] => {
	try {
		work();
	} catch (error) {
		if (error instanceof GatewayError) return [error.kind, error.message, error.details.hint];
	}
	throw new Error('nothing was refused');
};
const message: OutgoingMessage = {
	type: 'text',
	text: 'Hello',
	mediaUrl: null,
	caption: null,
	fileName: null,
	template: null,
	reference: null,
	idempotencyKey: 'k',
	recipient: parseRecipient('+919988066776'),
};

it.each(['text', 'image', 'video', 'document', undefined] as const)(
	'ChatWhatsApp schedules %s',
	(type) => {
		expect(requireScheduler(chatWhatsApp, type)).toBe(chatWhatsApp.scheduler);
	},
);

it.each(['audio', 'voice'] as const)('ChatWhatsApp does not schedule %s', (type) => {
	expect(refusal(() => requireScheduler(chatWhatsApp, type))).toEqual([
		'unsupported',
		`ChatWhatsApp schedules text, image, video and document, but not ${type}`,
		'Choose another "Message Type".',
	]);
});

it('a gateway without scheduler says what to do instead', () => {
	const [kind, sentence, hint] = refusal(() => requireScheduler(withoutScheduler, 'text'));
	expect([kind, sentence]).toEqual(['unsupported', 'Other has no scheduler of its own']);
	// Only *Schedule* has the one parameter; the operations that read and change messages have the other.
	expect(hint).toMatch(
		/^In "Schedule", set "Store Messages In" to .*"Send Due".* In other operations, set "Stored In"/,
	);
});

it.each(MESSAGE_TYPES)('ChatWhatsApp sends %s, or says what it sends', (type) => {
	const work = () => assertSupportsType(chatWhatsApp, type);
	if (type === 'text' || type === 'image') return expect(work).not.toThrow();
	const [kind, sentence, hint] = refusal(work);
	expect(kind).toBe('unsupported');
	expect(sentence).toBe(
		`ChatWhatsApp documents no way to send ${type} immediately; it sends text and image`,
	);
	const schedules = type === 'video' || type === 'document';
	expect(hint?.includes('"Schedule"')).toBe(schedules);
});

it('one type is listed without a comma', () => {
	expect(refusal(() => assertSupportsType(withoutScheduler, 'image'))[1]).toMatch(
		/; it sends text$/,
	);
});

it('a message is held against type and recipient before any request', () => {
	expect(() => assertSendable(chatWhatsApp, message)).not.toThrow();
	expect(() => assertSendable(chatWhatsApp, { ...message, type: 'audio' })).toThrow(GatewayError);
	const recipient = parseRecipient('123456789@lid');
	expect(() => assertSendable(chatWhatsApp, { ...message, recipient })).toThrow('"Recipient" is');
});

it('a gateway without look-up says so', () => {
	expect(refusal(() => requireLookup(chatWhatsApp))[1]).toBe(
		'ChatWhatsApp documents no way to look up a sent message',
	);
});
