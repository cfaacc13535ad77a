import type { DailyHours } from './openingHours';
import { parseHours } from './windowText';

/**
 * How sure a preset is. A: the text of the law or the regulator's page was read. B: several independent
 * sources agree. C: one vendor, or custom.
 */
export type Sureness = 'A' | 'B' | 'C';

/** Hours in which promotional messages may be sent by law or custom. A starting point, and no legal advice. */
export interface QuietHoursPreset {
	readonly id: string;
	/** As users see it. */
	readonly name: string;
	/** ISO 3166; empty for any country. */
	readonly countries: readonly string[];
	/** Whose numbers it is for, if the recipient's country decides: how they begin, without `+`. */
	readonly prefixes: readonly string[];
	/** The hours of the recipient's local time, as `formatHours` writes them. */
	readonly hours: string;
	/** The rule, and what it is for. */
	readonly basis: string;
	readonly sure: Sureness;
	/** ISO date: when the sources were read. */
	readonly asOf: string;
	readonly source: string;
}

const AS_OF = '2026-11-21';
const DAILY = 'Mon Tue Wed Thu Fri Sat Sun';
const WORKDAYS = 'Mon Tue Wed Thu Fri';
const MON_TO_SAT = `${WORKDAYS} Sat`;

type Line = readonly [
	id: string,
	name: string,
	countries: string,
	prefixes: string,
	hours: string,
	basis: string,
	sure: Sureness,
	source: string,
];

/** One preset a line. None knows public holidays. */
const LINES: readonly Line[] = [
	['australia', 'Australia', 'AU', '61', `${WORKDAYS} 09:00-20:00; Sat 09:00-17:00`, 'Telemarketing and Research Calls Industry Standard 2017: calls; not on national holidays. No hours for messages.', 'A', 'donotcall.gov.au'],
	['belgium', 'Belgium', 'BE', '32', `${DAILY} 09:00-20:00`, 'Custom: no regulation was found.', 'C', 'CM.com country rules, Ometria help 19820202385437'],
	['brazil', 'Brazil', 'BR', '55', `${MON_TO_SAT} 09:00-21:00`, 'Custom: no law on hours of messages was found.', 'C', 'help.salesforce.com 000380714, Vero help'],
	['canada', 'Canada', 'CA', '', `${DAILY} 08:00-21:00`, 'Custom: the anti-spam act (CASL) has no hours.', 'C', 'Klaviyo help 4408737146651, Ometria help 19820202385437'],
	['canadaCalls', 'Canada, Calls', 'CA', '', `${WORKDAYS} 09:00-21:30; Sat Sun 10:00-18:00`, 'CRTC Unsolicited Telecommunications Rules: calls and faxes, not messages.', 'B', 'crtc.gc.ca/eng/trules-reglest.htm'],
	['colombia', 'Colombia', 'CO', '57', `${WORKDAYS} 07:00-19:00; Sat 08:00-15:00`, 'Ley 2300 de 2023, art. 3: advertising by SMS, messaging apps, mail and calls; not on holidays; one contact a day.', 'B', 'canalcncmedellin.com, accolombianlawyers.com'],
	['france', 'France', 'FR', '33', `${MON_TO_SAT} 08:00-20:00`, 'Operators block promotional SMS on Sundays, public holidays and at night; they differ on the evening.', 'B', 'Brevo help 11884482521234, esendex.fr, sendtargetsms.com'],
	['franceCalls', 'France, Calls', 'FR', '', `${WORKDAYS} 10:00-13:00; ${WORKDAYS} 14:00-20:00`, 'Décret 2022-1313, Code de la consommation D. 223-9: calls without consent; not on public holidays; 4 in 30 days.', 'A', 'actu-juridique.fr, nextinpact.com'],
	['germany', 'Germany', 'DE', '49', `${DAILY} 08:00-21:00`, 'Custom: no law on hours was found.', 'C', 'Klaviyo help 4408737146651'],
	['india', 'India', 'IN', '91', `${DAILY} 10:00-21:00`, 'TRAI, TCCCPR: promotional and service explicit SMS, refused outside these hours since October 2025.', 'B', 'smsgatewayhub.com'],
	['ireland', 'Ireland', 'IE', '353', `${DAILY} 08:00-21:00`, 'Custom: no law on hours was found.', 'C', 'Klaviyo help 4408737146651'],
	['italy', 'Italy', 'IT', '39', `${WORKDAYS} 09:00-20:00; Sat 10:00-19:00`, 'Code of conduct for telemarketing, in force since 28 September 2024: calls; not on holidays.', 'B', 'money.it'],
	['kazakhstan', 'Kazakhstan', 'KZ', '76,77', `${DAILY} 09:00-22:00`, 'Custom.', 'C', 'Vero help "SMS quiet hours compliance"'],
	['mexico', 'Mexico', 'MX', '52', `${DAILY} 08:00-20:00`, 'Custom.', 'C', 'Vero help "SMS quiet hours compliance"'],
	['netherlands', 'Netherlands', 'NL', '31', `${DAILY} 08:00-21:00`, 'Custom: no law on hours was found.', 'C', 'Klaviyo help 4408737146651'],
	['newZealand', 'New Zealand', 'NZ', '64', `${DAILY} 08:00-21:00`, 'Custom: no law on hours was found.', 'C', 'Klaviyo help 4408737146651'],
	['southAfrica', 'South Africa', 'ZA', '27', `${WORKDAYS} 08:00-20:00; Sat 09:00-13:00`, 'Consumer Protection Act s. 12 and regulation: direct marketing to a consumer at home; not on public holidays. The sender has to prove the time.', 'A', 'acts.co.za (reg. 293)'],
	['southKorea', 'South Korea', 'KR', '82', `${DAILY} 08:00-21:00`, 'Network Act art. 50: advertising at night needs a separate consent.', 'B', 'dfinery.ai guide, donga.com'],
	['spain', 'Spain', 'ES', '34', `${WORKDAYS} 09:00-21:00`, 'Art. 96.2 of the consumer act (LGDCU): calls; not on public holidays. Prudent for messages.', 'B', 'huffingtonpost.es, genbeta.com'],
	['uae', 'United Arab Emirates', 'AE', '971', `${DAILY} 09:00-21:00`, 'TDRA: marketing SMS. Sources say from 7 or 8 or 9; this is the common part.', 'B', 'unifonic.com, help.clicksend.com'],
	['uaeCalls', 'United Arab Emirates, Calls', 'AE', '', `${DAILY} 09:00-18:00`, 'Cabinet Resolution 56 of 2024: calls; at most one a day and two a week.', 'A', 'emirates247.com'],
	['uk', 'United Kingdom', 'GB', '44', `${MON_TO_SAT} 09:00-20:00`, 'Custom: no hours in the law (PECR).', 'C', 'Klaviyo help 4408737146651, Listrak help 8291119, Ometria help 19820202385437'],
	['usConnecticut', 'United States, Connecticut', 'US', '', `${DAILY} 09:00-20:00`, 'State law since 1 October 2023: messages, too.', 'B', 'dropcowboy.com/state-compliance'],
	['usFederal', 'United States, Federal', 'US', '', `${DAILY} 08:00-21:00`, 'TCPA, 47 CFR 64.1200(c)(1): telephone solicitation, held to cover messages; contested for those with consent.', 'A', '47 CFR 64.1200'],
	['usFlorida', 'United States, Florida', 'US', '', `${DAILY} 08:00-20:00`, 'Fla. Stat. 501.616(6); at most 3 in 24 hours on one matter.', 'A', 'lawserver.com 501-616, flsenate.gov SB 1120'],
	['usMaryland', 'United States, Maryland', 'US', '', `${DAILY} 08:00-20:00`, 'State law.', 'B', 'dropcowboy.com/state-compliance'],
	['usOklahoma', 'United States, Oklahoma', 'US', '', `${DAILY} 08:00-20:00`, 'Telephone Solicitation Act of 2022: messages, too; at most 3 in 24 hours.', 'B', 'ropesdataphiles.com, dinsmore.com'],
	['usStrict', 'United States, Strict', 'US', '1', `${MON_TO_SAT} 09:00-20:00; Sun 12:00-20:00`, 'Meets the federal rule and those of the states here. Not those of Rhode Island and Kentucky, and not the Sundays of Alabama, Louisiana and Mississippi.', 'B', 'the rows of the United States in this table'],
	['usTexas', 'United States, Texas', 'US', '', `${MON_TO_SAT} 09:00-21:00; Sun 12:00-21:00`, 'Business and Commerce Code; SB 140 of 2025 counts messages.', 'B', 'dropcowboy.com/state-compliance'],
	['usWashington', 'United States, Washington', 'US', '', `${DAILY} 08:00-20:00`, 'HB 1497, since 9 June 2022: calls.', 'B', 'dinsmore.com'],
	['vietnam', 'Vietnam', 'VN', '84', `${DAILY} 07:00-22:00`, 'Decree 91/2020: messages; at most 3 a day.', 'B', 'dlapiperdataprotection.com'],
	['elsewhere', 'Any Other Country', '', '', `${DAILY} 09:00-20:00`, 'No rule: prudent hours.', 'C', 'this package'],
];

const listOf = (text: string) => text.split(',').filter((part) => part !== '');

/** All presets, by the names of their countries; the one for any other country comes last. */
export const QUIET_HOURS: readonly QuietHoursPreset[] = LINES.map(
	([id, name, countries, prefixes, hours, basis, sure, source]) => ({
		id,
		name,
		countries: listOf(countries),
		prefixes: listOf(prefixes),
		hours,
		basis,
		sure,
		asOf: AS_OF,
		source,
	}),
);

/** When the newest of the sources was read: an ISO date. */
export const QUIET_HOURS_AS_OF = AS_OF;

const ELSEWHERE = QUIET_HOURS[QUIET_HOURS.length - 1];

/**
 * The preset for a recipient: by how the number begins, and otherwise the one for any other country.
 *
 * @param phone E.164 with `+`; null for a recipient without a number
 */
export const presetOfNumber = (phone: string | null): QuietHoursPreset =>
	QUIET_HOURS.find(({ prefixes }) =>
		prefixes.some((prefix) => phone !== null && phone.startsWith(`+${prefix}`)),
	) ?? ELSEWHERE;

/** The hours in which a preset lets messages be sent. */
export const hoursOfPreset = ({ hours }: QuietHoursPreset): readonly DailyHours[] =>
	parseHours(hours);
