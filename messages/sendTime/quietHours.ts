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

/**
 * One preset a line, by its name: id, name, countries, prefixes, hours, mark, sources, basis. None knows
 * public holidays.
 */
const LINES = `
australia|Australia|AU|61|Mon Tue Wed Thu Fri 09:00-20:00; Sat 09:00-17:00|A|donotcall.gov.au|Telemarketing and Research Calls Industry Standard 2017: calls; not on national holidays. No hours for messages.
belgium|Belgium|BE|32|Mon Tue Wed Thu Fri Sat Sun 09:00-20:00|C|CM.com country rules, Ometria help 19820202385437|Custom: no regulation was found.
brazil|Brazil|BR|55|Mon Tue Wed Thu Fri Sat 09:00-21:00|C|help.salesforce.com 000380714, Vero help|Custom: no law on hours of messages was found.
canada|Canada|CA||Mon Tue Wed Thu Fri Sat Sun 08:00-21:00|C|Klaviyo help 4408737146651, Ometria help 19820202385437|Custom: the anti-spam act (CASL) has no hours.
canadaCalls|Canada, Calls|CA||Mon Tue Wed Thu Fri 09:00-21:30; Sat Sun 10:00-18:00|B|crtc.gc.ca/eng/trules-reglest.htm|CRTC Unsolicited Telecommunications Rules: calls and faxes, not messages.
colombia|Colombia|CO|57|Mon Tue Wed Thu Fri 07:00-19:00; Sat 08:00-15:00|B|canalcncmedellin.com, accolombianlawyers.com|Ley 2300 de 2023, art. 3: advertising by SMS, messaging apps, mail and calls; not on holidays; one contact a day.
france|France|FR|33|Mon Tue Wed Thu Fri Sat 08:00-20:00|B|Brevo help 11884482521234, esendex.fr, sendtargetsms.com|Operators block promotional SMS on Sundays, public holidays and at night; they differ on the evening.
franceCalls|France, Calls|FR||Mon Tue Wed Thu Fri 10:00-13:00; Mon Tue Wed Thu Fri 14:00-20:00|A|actu-juridique.fr, nextinpact.com|Décret 2022-1313, Code de la consommation D. 223-9: calls without consent; not on public holidays; 4 in 30 days.
germany|Germany|DE|49|Mon Tue Wed Thu Fri Sat Sun 08:00-21:00|C|Klaviyo help 4408737146651|Custom: no law on hours was found.
india|India|IN|91|Mon Tue Wed Thu Fri Sat Sun 10:00-21:00|B|smsgatewayhub.com|TRAI, TCCCPR: promotional and service explicit SMS, refused outside these hours since October 2025.
ireland|Ireland|IE|353|Mon Tue Wed Thu Fri Sat Sun 08:00-21:00|C|Klaviyo help 4408737146651|Custom: no law on hours was found.
italy|Italy|IT|39|Mon Tue Wed Thu Fri 09:00-20:00; Sat 10:00-19:00|B|money.it|Code of conduct for telemarketing, in force since 28 September 2024: calls; not on holidays.
kazakhstan|Kazakhstan|KZ|76,77|Mon Tue Wed Thu Fri Sat Sun 09:00-22:00|C|Vero help "SMS quiet hours compliance"|Custom.
mexico|Mexico|MX|52|Mon Tue Wed Thu Fri Sat Sun 08:00-20:00|C|Vero help "SMS quiet hours compliance"|Custom.
netherlands|Netherlands|NL|31|Mon Tue Wed Thu Fri Sat Sun 08:00-21:00|C|Klaviyo help 4408737146651|Custom: no law on hours was found.
newZealand|New Zealand|NZ|64|Mon Tue Wed Thu Fri Sat Sun 08:00-21:00|C|Klaviyo help 4408737146651|Custom: no law on hours was found.
southAfrica|South Africa|ZA|27|Mon Tue Wed Thu Fri 08:00-20:00; Sat 09:00-13:00|A|acts.co.za (reg. 293)|Consumer Protection Act s. 12 and regulation: direct marketing to a consumer at home; not on public holidays. The sender has to prove the time.
southKorea|South Korea|KR|82|Mon Tue Wed Thu Fri Sat Sun 08:00-21:00|B|dfinery.ai guide, donga.com|Network Act art. 50: advertising at night needs a separate consent.
spain|Spain|ES|34|Mon Tue Wed Thu Fri 09:00-21:00|B|huffingtonpost.es, genbeta.com|Art. 96.2 of the consumer act (LGDCU): calls; not on public holidays. Prudent for messages.
uae|United Arab Emirates|AE|971|Mon Tue Wed Thu Fri Sat Sun 09:00-21:00|B|unifonic.com, help.clicksend.com|TDRA: marketing SMS. Sources say from 7 or 8 or 9; this is the common part.
uaeCalls|United Arab Emirates, Calls|AE||Mon Tue Wed Thu Fri Sat Sun 09:00-18:00|A|emirates247.com|Cabinet Resolution 56 of 2024: calls; at most one a day and two a week.
uk|United Kingdom|GB|44|Mon Tue Wed Thu Fri Sat 09:00-20:00|C|Klaviyo help 4408737146651, Listrak help 8291119, Ometria help 19820202385437|Custom: no hours in the law (PECR).
usConnecticut|United States, Connecticut|US||Mon Tue Wed Thu Fri Sat Sun 09:00-20:00|B|dropcowboy.com/state-compliance|State law since 1 October 2023: messages, too.
usFederal|United States, Federal|US||Mon Tue Wed Thu Fri Sat Sun 08:00-21:00|A|47 CFR 64.1200|TCPA, 47 CFR 64.1200(c)(1): telephone solicitation, held to cover messages; contested for those with consent.
usFlorida|United States, Florida|US||Mon Tue Wed Thu Fri Sat Sun 08:00-20:00|A|lawserver.com 501-616, flsenate.gov SB 1120|Fla. Stat. 501.616(6); at most 3 in 24 hours on one matter.
usMaryland|United States, Maryland|US||Mon Tue Wed Thu Fri Sat Sun 08:00-20:00|B|dropcowboy.com/state-compliance|State law.
usOklahoma|United States, Oklahoma|US||Mon Tue Wed Thu Fri Sat Sun 08:00-20:00|B|ropesdataphiles.com, dinsmore.com|Telephone Solicitation Act of 2022: messages, too; at most 3 in 24 hours.
usStrict|United States, Strict|US|1|Mon Tue Wed Thu Fri Sat 09:00-20:00; Sun 12:00-20:00|B|the rows of the United States in this table|Meets the federal rule and those of the states here. Not those of Rhode Island and Kentucky, and not the Sundays of Alabama, Louisiana and Mississippi.
usTexas|United States, Texas|US||Mon Tue Wed Thu Fri Sat 09:00-21:00; Sun 12:00-21:00|B|dropcowboy.com/state-compliance|Business and Commerce Code; SB 140 of 2025 counts messages.
usWashington|United States, Washington|US||Mon Tue Wed Thu Fri Sat Sun 08:00-20:00|B|dinsmore.com|HB 1497, since 9 June 2022: calls.
vietnam|Vietnam|VN|84|Mon Tue Wed Thu Fri Sat Sun 07:00-22:00|B|dlapiperdataprotection.com|Decree 91/2020: messages; at most 3 a day.
elsewhere|Any Other Country|||Mon Tue Wed Thu Fri Sat Sun 09:00-20:00|C|this package|No rule: prudent hours.
`;

const listOf = (text: string) => text.split(',').filter((part) => part !== '');

/** All presets, by the names of their countries; the one for any other country comes last. */
export const QUIET_HOURS: readonly QuietHoursPreset[] = LINES.trim()
	.split('\n')
	.map((line) => {
		const [id, name, countries, prefixes, hours, sure, source, basis] = line.split('|');
		return {
			id,
			name,
			countries: listOf(countries),
			prefixes: listOf(prefixes),
			hours,
			basis,
			sure: sure as Sureness,
			asOf: AS_OF,
			source,
		};
	});

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
