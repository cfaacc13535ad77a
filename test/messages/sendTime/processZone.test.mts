import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { resolve } from 'node:path';

/** Runs in a process of its own, under a timezone and Luxon settings that must not matter. */
const script = `
const { Settings } = require('luxon');
Settings.defaultZone = process.env.TZ;
Settings.defaultLocale = 'ar-EG';
Settings.defaultNumberingSystem = 'arab';
Settings.now = () => 0;
const sendTime = require(${JSON.stringify(resolve('messages/sendTime/index.ts'))});
const now = Date.parse('2026-03-28T23:30:00Z');
const values = [
	'2026-02-01T15:00:00Z', '2026-02-01T15:00:00+02:00', '2026-02-01T15:00:00', '2026-02-01 15:00',
	'2026-03-29 02:30', '2026-10-25 02:30', '2026-03-08 02:30', '2026-11-01 01:30', '2026-03-29 00:00',
	'2026-02-01T15:00[Europe/Berlin]', 1769938200, '1769938200000', new Date(1769938200000),
	'now', 'in 2 hours', '+1d', 'today 18:30', 'tomorrow 02:30', 'sunday 08:00', 'next sunday 08:00',
	'2026-02-01', '03/04/2026', 'February 1, 2026 3:00 PM', '2026-02-01T15', 'Sun, 01 Feb 2026 15:00:00 GMT',
];
const zones = ['Asia/Kolkata', 'Europe/Berlin', 'America/New_York', 'Pacific/Kiritimati', 'UTC', 'local', ''];
const window = { from: '22:00', to: '02:30', weekdays: [5, 6, 7], timezone: 'Europe/Berlin' };
const results = [];
for (const zone of zones) for (const value of values) {
	try {
		const first = sendTime.resolveSendTime(value, zone, { now });
		const later = sendTime.applyPassedRule(first, { ifPassed: 'nextDay', now, minLeadMs: 60000 });
		results.push(first, later, sendTime.applySendingWindow(later, window),
			sendTime.formatWallClock(first.scheduledAt, zone, 'yyyy-MM-dd HH:mm:ss EEE'),
			sendTime.parseWallClock(first.local.slice(0, 19), zone),
			sendTime.spreadSendTimes([first, first], { spacingSeconds: 60, jitterSeconds: 30, seed: 's', window }));
	} catch (refusal) {
		results.push(refusal.message);
	}
}
console.log(JSON.stringify({ hours: new Date(2026, 0, 1).getUTCHours(), results }));
`;

async function runIn(timezone: string): Promise<{ hours: number; results: unknown[] }> {
	const { stdout } = await promisify(execFile)(
		process.execPath,
		['--require', 'tsx/cjs', '--eval', script],
		{ env: { ...process.env, TZ: timezone, NODE_OPTIONS: '' }, maxBuffer: 16 * 1024 * 1024 },
	);
	return JSON.parse(stdout);
}

it('gives the same in a process of any timezone, whatever Luxon is set to', async () => {
	const zones = ['UTC', 'Pacific/Kiritimati', 'America/New_York', 'Europe/Berlin'];
	const [utc, ...others] = await Promise.all(zones.map(runIn));
	expect(utc.results).toHaveLength(5 * (20 * 6 + 5) + 2 * 25);
	for (const other of others) {
		expect(other.hours).not.toBe(utc.hours); // the process did take its timezone
		expect(other.results).toEqual(utc.results);
	}
}, 60_000);
