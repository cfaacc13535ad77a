import { InvalidParameterError } from '../messages/invalidParameterError';
import { timeZone } from '../messages/sendTime/zone';
import { quote } from '../messages/text';
import { html, type Html } from './html';

/** Dates and numbers in the reader's zone and language. Instants in milliseconds since 1970. */
export interface Format {
	/** The zone's name. */
	readonly timezone: string;
	/** What the clock of the zone shows, as if it were UTC. */
	localMs(ms: number): number;
	/** `1,234`. */
	count(value: number): string;
	/** `Sun, 22 Nov 2026, 09:15`. */
	moment(ms: number): string;
	/** `Sunday, 22 November`. */
	day(ms: number): string;
	/** `Sun`. */
	weekday(ms: number): string;
	/** `22`. */
	dayOfMonth(ms: number): string;
	/** `09:15`. */
	clock(ms: number): string;
	/** `12%`; near none and all with a decimal. */
	share(part: number, all: number): string;
	/** A moment as HTML that machines read, too; a dash for none. @param iso ISO 8601, UTC */
	time(iso: string | null): Html;
}

/** Stands for what is not known. */
export const NONE = '–';

/**
 * @param language a BCP 47 tag
 * @throws InvalidParameterError naming *Language* or *Timezone*
 */
export function createFormat(language: string, timezone: string): Format {
	assertLanguage(language);
	const zone = timeZone(timezone);
	// The package's own zones, which also have offsets: `Intl` of Node 20 has none.
	const dates = (options: Intl.DateTimeFormatOptions) => {
		const format = new Intl.DateTimeFormat(language, { timeZone: 'UTC', ...options });
		return (ms: number) => format.format(ms + zone.offsetAt(ms));
	};
	const clock = { hour: '2-digit', minute: '2-digit' } as const;
	const date = { weekday: 'short', day: 'numeric', month: 'short', year: 'numeric' } as const;
	const moment = dates({ ...date, ...clock });
	const numbers = new Intl.NumberFormat(language);
	const percent = (digits: number) =>
		new Intl.NumberFormat(language, { style: 'percent', maximumFractionDigits: digits });
	const [whole, fine] = [percent(0), percent(1)];
	return {
		timezone: zone.name,
		localMs: (ms) => ms + zone.offsetAt(ms),
		count: (value) => numbers.format(value),
		moment,
		day: dates({ weekday: 'long', day: 'numeric', month: 'long' }),
		weekday: dates({ weekday: 'short' }),
		dayOfMonth: dates({ day: 'numeric' }),
		clock: dates(clock),
		share: (part, all) => {
			const ratio = all === 0 ? 0 : part / all;
			const isNearEnd = ratio < 0.01 || ratio > 0.99;
			return (isNearEnd ? fine : whole).format(ratio);
		},
		time: (iso) => {
			const ms = iso === null ? Number.NaN : Date.parse(iso);
			if (Number.isNaN(ms)) return html`${NONE}`;
			return html`<time datetime="${new Date(ms).toISOString()}" lang="${language}"
				>${moment(ms)}</time
			>`;
		},
	};
}

function assertLanguage(language: string): void {
	try {
		if (Intl.getCanonicalLocales(language).length === 1) return;
	} catch {
		// As below.
	}
	throw new InvalidParameterError(
		'Language',
		`"Language" is ${quote(language)}. Enter a language tag, e.g. en-GB, de-DE or pt-BR.`,
	);
}

const UNITS = [
	['d', 86_400],
	['h', 3_600],
	['min', 60],
	['s', 1],
] as const;

/** `3 h 20 min`: at most two units that follow one another. */
export function formatSeconds(seconds: number): string {
	if (seconds < 10) return `${Math.round(seconds * 10) / 10} s`;
	const whole = Math.round(seconds);
	const first = UNITS.findIndex(([, length]) => whole >= length);
	const [unit, length] = UNITS[first];
	const [smaller, size] = UNITS[first + 1] ?? [null, 1];
	const rest = smaller === null ? 0 : Math.floor((whole % length) / size);
	return `${Math.floor(whole / length)} ${unit}${rest === 0 ? '' : ` ${rest} ${smaller}`}`;
}
