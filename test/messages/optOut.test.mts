import fc from 'fast-check';
import { runs } from '../proof.mts';
import {
	DEFAULT_OPT_OUT_LISTS,
	OPT_OUT_LIST_NAMES,
	OPT_OUT_LISTS,
	optOutDetector,
	type OptOut,
} from '../../messages/optOut';
import type { ButtonReply } from '../../messages/receivedMessage';

const message = (text: string | null, button: ButtonReply | null = null) => ({
	text,
	button,
	optOut: null,
});
const detect = optOutDetector(DEFAULT_OPT_OUT_LISTS);
const meaningOf = (text: string | null) => detect(message(text));

/** The words as the carriers and vendors print them, read here independently of the code's lists. */
const STOP = 'STOP STOPALL UNSUBSCRIBE QUIT OPTOUT OPT-OUT REVOKE ARRET ARRETE ARRETT'.split(' ');

describe('by default', () => {
	it.each<[OptOut, string[]]>([
		['stop', STOP],
		['start', ['START', 'UNSTOP']],
		['help', ['HELP', 'INFO']],
	])('%s: %j, and no other word of the lists', (meaning, words) => {
		for (const word of words) expect([word, meaningOf(word)]).toEqual([word, meaning]);
		const listed = DEFAULT_OPT_OUT_LISTS.flatMap((list) => [
			...((OPT_OUT_LISTS[list].words as Partial<Record<OptOut, readonly string[]>>)[meaning] ?? []),
		]);
		expect(listed.sort()).toEqual([...words].sort());
	});

	it.each(['YES', 'Yes', 'END', 'CANCEL', 'Cancel.', 'NO', 'OK', '1', '👍'])(
		'%s answers a question of ours and means nothing else',
		(answer) => {
			expect(meaningOf(answer)).toBeNull();
			expect(detect(message(answer, { id: answer, title: answer, kind: 'button' }))).toBeNull();
		},
	);
});

it.each<[string, OptOut]>([
	['CANCEL', 'stop'],
	['end', 'stop'],
	['Yes!', 'start'],
])('%s is a word only where its list is chosen', (word, meaning) => {
	expect(optOutDetector(['answers'])(message(word))).toBe(meaning);
});

describe('a word is known', () => {
	it.each([
		['in any case', 'sToP'],
		['between spaces and lines', ' \n\tStop\r\n '],
		['between no-break spaces', '\u00a0Stop\u2003'],
		['with punctuation around', '«Stop!!!»'],
		['in quotation marks', '“STOP”'],
		['in WhatsApp’s bold, italics and struck-out', '*_~Stop~_*'],
		['in WhatsApp’s fixed width', '```stop```'],
		['with a full stop of another script', 'stop。'],
		['between marks of writing direction', '\u202aStop\u202c\u200f'],
		['behind a byte order mark', '\ufeffStop'],
		['with a zero-width space in it', 'St\u200bop'],
		['with a soft hyphen in it', 'unsub\u00adscribe'],
		['in full-width letters', 'ＳＴＯＰ'],
		['with a non-breaking hyphen', 'opt\u2011out'],
		['with an en dash', 'Opt–Out'],
		['as two words', 'opt out'],
		['with its accent', 'Arrêt'],
		['with the accent as a mark of its own', 'arre\u0302te\u0301'],
		['with the Turkish i', 'qu\u0130t'],
		['with the Turkish i without a dot', 'qu\u0131t'],
	])('%s: %j', (_, text) => expect(meaningOf(text)).toBe('stop'));
});

describe('a word is not', () => {
	it.each([
		['a part of a sentence', 'Please stop'],
		['the beginning of one', 'STOP PLEASE'],
		['one of several lines', 'STOP\nThank you'],
		['a part of a word', 'nonstop'],
		['a longer word', 'stopped'],
		['one that is split in two', 'STOP ALL'],
		['one that is split by a hyphen', 'UN-SUBSCRIBE'],
		['another letter of the same look', 'ЅТОР'],
		['beside an emoji, which may turn it into a joke', 'stop 😂'],
		['the placeholder of an undecryptable message', '{{SWE001}}'],
		['nothing', ''],
		['only punctuation', '…!'],
		['only invisible marks', '\u200b\u200b'],
	])('%s: %j', (_, text) => expect(meaningOf(text)).toBeNull());

	it('a text of more than 200 characters, which is not looked at', () => {
		expect(meaningOf(`STOP${' '.repeat(196)}`)).toBe('stop');
		expect(meaningOf(`STOP${' '.repeat(197)}`)).toBeNull();
		const title = `STOP${' '.repeat(197)}`;
		expect(detect(message('no', { id: null, title, kind: 'button' }))).toBeNull();
	});

	it('a text of megabytes, which is not looked at', () => {
		expect(meaningOf(`STOP${' '.repeat(20_000_000)}`)).toBeNull();
	});
});

describe('a button', () => {
	it.each<[string, ButtonReply, OptOut | null]>([
		['whose title is a word', { id: '7', title: 'Stop', kind: 'button' }, 'stop'],
		['whose id is a word', { id: 'STOP', title: 'Not any more', kind: 'template' }, 'stop'],
		['of a list', { id: 'help', title: 'What is this?', kind: 'list' }, 'help'],
		['with neither', { id: 'slot-1', title: 'Tuesday', kind: 'poll' }, null],
		['without either', { id: null, title: null, kind: 'button' }, null],
	])('%s counts as it: %j', (_, button, meaning) => {
		expect(detect(message(button.title, button))).toBe(meaning);
	});

	it('means stop where its words disagree: who may want that must not be written to', () => {
		expect(detect(message('START', { id: 'STOP', title: 'START', kind: 'button' }))).toBe('stop');
	});
});

describe('the gateway’s verdict', () => {
	it.each<[OptOut]>([['stop'], ['start'], ['help']])('%s comes before the words', (optOut) => {
		expect(detect({ text: 'STOP', button: null, optOut })).toBe(optOut);
		expect(optOutDetector([])({ text: 'nada', button: null, optOut })).toBe(optOut);
	});
});

describe('own words', () => {
	it.each([
		['ABMELDEN', 'abmelden'],
		['Bitte nicht mehr', '  bitte  NICHT mehr. '],
		['キャンセル', 'キャンセル'],
		['キャンセル', 'ｷｬﾝｾﾙ'],
		['रोकें', 'रोकें'],
		['إيقاف', '\u200fإيقاف\u200f'],
		['🛑', '🛑'],
		['🛑', '\u2068🛑\ufe0f\u2069'],
		['Groß', 'GROSS'],
		['STOP ALL', 'Stop all!'],
		['UN-SUBSCRIBE', 'un-subscribe'],
	])('%s: %j', (own, text) => {
		expect(optOutDetector([], [own])(message(text))).toBe('stop');
		expect(detect(message(text))).toBeNull();
	});

	it('come before the lists, and empty ones are none', () => {
		const own = optOutDetector(['english'], ['START', '', ' ', '—', '\u200b']);
		expect(own(message('start'))).toBe('stop');
		expect(own(message('unstop'))).toBe('start');
		expect(own(message(''))).toBeNull();
		expect(own(message('!'))).toBeNull();
	});

	it('differ where vowel signs differ: they are no accents', () => {
		expect(optOutDetector([], ['रोकें'])(message('रक'))).toBeNull();
	});
});

const around = fc.stringMatching(/^[\s.!?*_~"'«»“”\u200b\u2060\ufeff-]{0,8}$/u);
const words = OPT_OUT_LIST_NAMES.flatMap((list) => Object.values(OPT_OUT_LISTS[list].words).flat());
const all = optOutDetector(OPT_OUT_LIST_NAMES);

it('every word counts in any case and with anything of that kind around it', () => {
	fc.assert(
		fc.property(
			fc.constantFrom(...words),
			around,
			around,
			fc.array(fc.boolean(), { minLength: 12, maxLength: 12 }),
			(word, before, after, upper) => {
				const cased = [...word]
					.map((letter, index) => (upper[index] ? letter : letter.toLowerCase()))
					.join('');
				expect(all(message(`${before}${cased}${after}`))).not.toBeNull();
			},
		),
		runs(1_000),
	);
});

it('no text with another word beside one counts, whatever separates them', () => {
	const other = fc.stringMatching(/^[a-z0-9а-я]{1,12}$/u).filter((word) => word !== 'out');
	fc.assert(
		fc.property(
			fc.constantFrom(...words),
			other,
			fc.constantFrom(' ', '\n', '. ', ', '),
			fc.boolean(),
			(word, another, gap, first) => {
				const text = first ? `${word}${gap}${another}` : `${another}${gap}${word}`;
				expect(all(message(text))).toBeNull();
			},
		),
		runs(1_000),
	);
});

it('any text at all gives a verdict or none, and the same one again', () => {
	fc.assert(
		fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'grapheme' }), (text, own) => {
			const detector = optOutDetector(OPT_OUT_LIST_NAMES, [own, text]);
			const seen = detector(message(text));
			expect([null, 'stop', 'start', 'help']).toContain(seen);
			expect(detector(message(text))).toBe(seen);
		}),
		runs(1_000),
	);
});
