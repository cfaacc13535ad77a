import { textOf } from '../../../gateways/transport/gatewayError';
import { readFileSync, writeFileSync } from 'node:fs';
import { InvalidParameterError } from '../../../messages/invalidParameterError';
import { resolveSendTime } from '../../../messages/sendTime';
import { ZONE_CHANGES } from '../../../messages/sendTime/zoneChanges';

const FILE = 'docs/time-zones.md';
const NOW = '2026-01-15T10:00:00.000Z';
const ZONES = [
	'UTC',
	'Europe/Berlin',
	'America/New_York',
	'Asia/Kolkata',
	'Australia/Lord_Howe',
	'Pacific/Kiritimati',
];
const GROUPS: Array<[title: string, values: unknown[]]> = [
	[
		'With an offset: an instant, the same in every timezone',
		[
			'2026-02-01T15:00:00Z',
			'2026-02-01T15:00:00+02:00',
			'2026-02-01 15:00:00 +05:30',
			'20260201T150000Z',
			'2026-10-25T02:30:00+01:00',
			'2026-02-01T15:00+01:00[Europe/Berlin]',
			1769958000,
			1769958000000,
			'1769958000',
		],
	],
	[
		'Without an offset: clock time in the timezone',
		[
			'2026-02-01T15:00:00',
			'2026-02-01 15:00',
			'2026-2-1 9:05',
			'2026/07/01 15:00',
			'2026-02-01T15:00[Asia/Tokyo]',
		],
	],
	[
		'When the clock changes',
		[
			'2026-03-29 02:30',
			'2026-10-25 02:30',
			'2026-03-08 02:30',
			'2026-11-01 01:30',
			'2026-10-04 02:15',
			'2026-04-05 01:45',
		],
	],
	[
		'Relative',
		[
			'now',
			'in 2 hours',
			'+2h30m',
			'+1d',
			'in 3 days 09:00',
			'today 18:30',
			'tomorrow 09:00',
			'friday 08:00',
			'next friday 08:00',
		],
	],
	[
		'Rejected',
		[
			'2026-02-01',
			'tomorrow',
			'03/04/2026 15:00',
			'3.4.2026 15:00',
			'2026-02-30 15:00',
			'2026-02-01T15:00+05:00[Europe/Berlin]',
			'1999-12-31 15:00',
			46054.625,
			'February 1, 2026 3:00 PM',
			'in 2 months',
		],
	],
];

function row(value: unknown): string {
	const cells = ZONES.map((zone) => {
		const { scheduledAt, local, adjusted } = resolveSendTime(value, zone, { now: new Date(NOW) });
		const reason = adjusted?.map((step) => ` *${step.reason}*`).join('') ?? '';
		return `${short(scheduledAt)}<br>${short(local)}${reason}`;
	});
	return `| ${[code(value), ...cells].join(' | ')} |`;
}

function refusedRow(value: unknown): string {
	try {
		resolveSendTime(value, 'UTC', { now: new Date(NOW) });
	} catch (refusal) {
		if (refusal instanceof InvalidParameterError) return `| ${code(value)} | ${textOf(refusal)} |`;
		throw refusal;
	}
	throw new Error(`${value} is not refused`);
}

/** `America/Vancouver, Canada/Pacific (2026b)`: a zone's names, and the release that it needs. */
const changes = () =>
	ZONE_CHANGES.map(({ names, release }) => `${names.join(', ')} (${release})`).join('; ');

const short = (text: string) => text.replace(/:00\.000|\.000/, '');
const code = (value: unknown) => `\`${value}\`${typeof value === 'number' ? ' (number)' : ''}`;

function page(): string {
	const lines = [
		'# Send times and time zones',
		'',
		'<!-- Written by test/messages/sendTime/docs.test.mts: UPDATE_DOCS=1 npx jest sendTime/docs -->',
		'',
		"What *Send At* means, by the node's *Timezone*. Each cell: the instant in UTC, and below it what the clock in the timezone shows. The server's timezone never matters. " +
			`The relative values are resolved on Thursday ${short(NOW)}.`,
		'',
		'- A value with an offset or `Z`, a Luxon DateTime, a Date and a Unix time are instants and are kept.',
		'- Unix time: 9 or 10 digits before the point are seconds, 12 or 13 are milliseconds. Both must lie in the years 2000 to 2100, so neither is ever mistaken for the other.',
		"- A value without an offset, and what n8n's date picker gives, is clock time in *Timezone*, or in the timezone in brackets.",
		'- `dstGap`: the clock skips that time, so it is moved forward by the length of the gap. `dstOverlap`: the clock shows that time twice, so the earlier of the two is used.',
		`- \`outdatedTimezoneData\`: the time zone data of the Node.js that runs n8n is older than a change of the timezone's clock. It moves nothing: n8n's own expressions use the same data, and two different results in one workflow would be worse than one. The note says what is off, and what to do: see [troubleshooting](troubleshooting.md#the-clock-of-a-timezone-changed-recently). Known changes: ${changes()}.`,
		'- Whatever moves a time respects the *Sending Window*: *Spacing* and each choice of *If the Time Has Passed* continue to its next opening.',
		'- *Same Time Next Day* is for a time that has passed when the run begins. A time that is still ahead, but nearer than the gateway accepts (or than 5 seconds, which a request may need), moves to the earliest possible moment instead. So does one that passes while the run is busy with other items.',
		'- Relative: `now`; `in` or `+` with one or more of seconds (`s`), minutes (`m`), hours (`h`), days (`d`) and weeks (`w`), and after days or weeks a time of day; `today`, `tomorrow` or a weekday, with a time of day. Hours, minutes and seconds are elapsed time; days and weeks are calendar days. A weekday is the next one whose time is still to come, today included; with `next`, today is excluded.',
		'- `now` means the earliest moment that the gateway accepts.',
		'- *Timezone* is an IANA name or an offset like `UTC+2`. Abbreviations that several countries share, like `IST`, `BST` or `CST`, are rejected.',
	];
	for (const [title, values] of GROUPS) {
		lines.push('', `## ${title}`, '');
		if (title === 'Rejected') {
			lines.push('| value | error |', '|---|---|', ...values.map(refusedRow));
		} else {
			lines.push(`| value | ${ZONES.join(' | ')} |`, `|---|${ZONES.map(() => '---|').join('')}`);
			lines.push(...values.map(row));
		}
	}
	return `${lines.join('\n')}\n`;
}

it(`${FILE} says what the code does`, () => {
	if (process.env.UPDATE_DOCS === '1') writeFileSync(FILE, page());
	expect(readFileSync(FILE, 'utf8')).toBe(page());
});
