import type { ReceivedMessage } from './receivedMessage';

/** What a person wants: no more messages, messages again, or to know what to do. */
export type OptOut = 'stop' | 'start' | 'help';

/** Words of one language or kind, by what they mean. */
interface WordList {
	readonly label: string;
	readonly words: Readonly<Partial<Record<OptOut, readonly string[]>>>;
}

/**
 * The word lists, by the vendors' and the carriers' own: Twilio's defaults (support.twilio.com 223134027) and those
 * of its Proxy (proxy/opt-out-keywords), AWS (sms-voice keywords-required), CTIA's Messaging Principles.
 *
 * CANCEL, END and YES also answer questions that we ask ("Reply CANCEL to cancel your appointment"), so
 * they are a list of their own.
 */
export const OPT_OUT_LISTS = {
	english: {
		label: 'English',
		words: {
			stop: ['STOP', 'STOPALL', 'UNSUBSCRIBE', 'QUIT', 'OPTOUT', 'OPT-OUT', 'REVOKE'],
			start: ['START', 'UNSTOP'],
			help: ['HELP', 'INFO'],
		},
	},
	french: { label: 'French', words: { stop: ['ARRET', 'ARRETE', 'ARRETT'] } },
	answers: {
		label: 'Words That Also Answer Questions',
		words: { stop: ['CANCEL', 'END'], start: ['YES'] },
	},
} as const satisfies Readonly<Record<string, WordList>>;

export type OptOutList = keyof typeof OPT_OUT_LISTS;

export const OPT_OUT_LIST_NAMES = Object.keys(OPT_OUT_LISTS) as OptOutList[];

/** Those of which nobody means anything else. */
export const DEFAULT_OPT_OUT_LISTS: readonly OptOutList[] = ['english', 'french'];

/** A longer text is not one of the words, and is not looked at: it may be megabytes. */
const MAX_LENGTH = 200;

/** The first meaning counts: who has given a word as one for stopping means that. */
const MEANINGS = ['stop', 'start', 'help'] as const;

/**
 * Tells what the person wants: by the gateway's own verdict, else by the words.
 *
 * A message counts if its whole text is a word, or the id or title of the button that was chosen: in any
 * case, with or without accents, punctuation around it and invisible marks. A word within a sentence does
 * not.
 *
 * @param lists whose words count
 * @param ownStopWords more words that mean `stop`
 */
export function optOutDetector(
	lists: readonly OptOutList[],
	ownStopWords: readonly string[] = [],
): (message: Pick<ReceivedMessage, 'optOut' | 'text' | 'button'>) => OptOut | null {
	const meanings = new Map<string, OptOut>();
	for (const meaning of MEANINGS) {
		const own = meaning === 'stop' ? ownStopWords : [];
		const listed = lists.flatMap((list) => (OPT_OUT_LISTS[list] as WordList).words[meaning] ?? []);
		for (const word of [...own, ...listed]) {
			const folded = foldWord(word);
			if (folded !== '' && !meanings.has(folded)) meanings.set(folded, meaning);
		}
	}
	return ({ optOut, text, button }) => {
		if (optOut !== null) return optOut;
		const meant = [text, button?.id ?? null, button?.title ?? null].map((said) =>
			said === null || said.length > MAX_LENGTH ? undefined : meanings.get(foldWord(said)),
		);
		return MEANINGS.find((meaning) => meant.includes(meaning)) ?? null;
	};
}

/** The accents of Latin, Greek and Cyrillic letters; the vowel signs of other scripts are not among them. */
const ACCENTS = /[\u0300-\u036f]/g;
const INVISIBLE = /\p{Default_Ignorable_Code_Point}/gu;
/** Dashes and spaces are the same within a word too: OPT-OUT, OPT OUT. */
const GAPS = /[\p{Dash_Punctuation}\s\p{Control}]+/gu;
/** `~` and the grave accent are WhatsApp's marks for struck-out and fixed-width text. */
const AROUND = /^[\p{Punctuation}~`\s]+|[\p{Punctuation}~`\s]+$/gu;

/** A word in the form in which words are compared. Upper case: the Turkish `ı` has no other that is I. */
const foldWord = (word: string): string =>
	word
		.replace(INVISIBLE, '')
		.normalize('NFKD')
		.replace(ACCENTS, '')
		.toUpperCase()
		.normalize('NFC')
		.replace(GAPS, ' ')
		.replace(AROUND, '');
