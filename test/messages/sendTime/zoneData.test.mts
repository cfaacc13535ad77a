import { tz } from 'moment-timezone';
import {
	applyPassedRule,
	applySendingWindow,
	isTimezone,
	resolveSendTime,
	spreadSendTimes,
	type SendingWindow,
} from '../../../messages/sendTime';
import { currentZone } from '../../../messages/sendTime/zoneData';
import { ZONE_CHANGES } from '../../../messages/sendTime/zoneChanges';
import { prove } from '../../proof.mts';
import { changesOf, iso, isReported, isWrong, offsetAt } from './reckoning.mts';

const HOUR = 3_600_000;
const names = tz.names().filter((name) => isTimezone(name) && /^[A-Z].*\/|^Cuba$/.test(name));

/** The zones that changed after the release of this Node.js's own data. */
const behind = ZONE_CHANGES.filter(({ release }) => release > process.versions.tz!);
const isBehind = behind.length > 0;
const wrongHere = new Set<string>();

afterAll(() => {
	if (prove) {
		process.stdout.write(
			`Time zones: this Node.js has ${process.versions.tz}, the newest data is ${tz.dataVersion}; it is wrong about ${[...wrongHere].join(', ') || 'none'}\n`,
		);
	}
});

it('tells each zone that this Node.js is wrong about, at just the instants where it is', () => {
	const last = prove ? 2036 : 2030;
	for (const zone of names) {
		for (const { at } of changesOf(zone, 2024, last)) {
			for (const away of [-HOUR, -1, 0, HOUR / 2, HOUR - 1, HOUR, 30 * 24 * HOUR]) {
				const isOld = isWrong(at + away, zone);
				if (isOld) wrongHere.add(zone);
				if (isReported(resolveSendTime(at + away, zone)) !== isOld) {
					throw new Error(`${zone} at ${iso(at + away)}: ${isOld ? 'not told' : 'told wrongly'}`);
				}
			}
		}
	}
	const known = behind.flatMap((change) => change.names).filter((name) => names.includes(name));
	expect([...wrongHere].sort()).toEqual(known.sort());
}, 600_000);

it('has its offsets from the newest data', () => {
	for (const { names: zones, periods } of ZONE_CHANGES) {
		for (const zone of zones) {
			for (const { from, to, offset } of periods) {
				const end = Math.min(to, Date.UTC(2037, 0, 1));
				for (let instant = from; instant < end; instant += HOUR) {
					if (offsetAt(instant, zone) !== offset) throw new Error(`${zone} at ${iso(instant)}`);
				}
			}
		}
	}
});

it('names all names of a zone', () => {
	for (const { names: zones } of ZONE_CHANGES) {
		const one = tz.zone(zones[0])!;
		const equal = tz.names().filter((name) => {
			const other = tz.zone(name)!;
			return `${other.untils}` === `${one.untils}` && `${other.offsets}` === `${one.offsets}`;
		});
		expect(zones).toEqual(expect.arrayContaining(equal));
	}
});

it('trusts data that has the change, whatever it says of later years', () => {
	const at = Date.UTC(2026, 10, 1, 9);
	const clock = (atChange: number, later: number) => ({
		name: 'america/vancouver',
		offsetAt: (instant: number) => (instant < at + 1 ? atChange : later) * HOUR,
	});
	expect(currentZone(clock(-7, -8))).toBeUndefined();
	expect(currentZone(clock(-8, -8))).toMatchObject({ release: '2026b' });
	expect(currentZone(clock(-8, -8))?.offsetAt(at + HOUR)).toBe(-7 * HOUR);
	expect(currentZone({ ...clock(-8, -8), name: 'America/Whitehorse' })).toBeUndefined();
});

(isBehind ? describe : describe.skip)('with data older than release 2026b', () => {
	const VANCOUVER = 'America/Vancouver';
	const remedy = 'Use a newer Node.js, or set ICU_TIMEZONE_FILES_DIR to a folder with newer data.';
	const because = (zone: string, release: string) =>
		`The timezone data of this Node.js is older than release ${release}, in which the clock of ${zone} changed, so`;
	const vancouver = because(VANCOUVER, '2026b');
	const window: SendingWindow = {
		from: '09:00',
		to: '18:00',
		weekdays: [1, 2, 3, 4, 5],
		timezone: VANCOUVER,
	};
	const notes = ({ adjusted = [] }: ReturnType<typeof resolveSendTime>) =>
		adjusted.map(({ reason, note }) => [reason, note]);

	it('says how far a clock time is off, and moves nothing', () => {
		const local = '2026-12-01T09:00:00.000-08:00';
		expect(resolveSendTime('2026-12-01 09:00', VANCOUVER)).toEqual({
			scheduledAt: '2026-12-01T17:00:00.000Z',
			local,
			timezone: VANCOUVER,
			offset: '-08:00',
			adjusted: [
				{
					reason: 'outdatedTimezoneData',
					from: local,
					to: local,
					note: `${vancouver} this time is 1 hour late. ${remedy}`,
				},
			],
		});
		const { adjusted } = resolveSendTime('2026-12-01 09:00', 'africa/casablanca');
		expect(adjusted?.[0].note).toBe(
			`${because('Africa/Casablanca', '2026c')} this time is 1 hour early. ${remedy}`,
		);
	});

	it('says it of a zone in brackets, and of a time that old data skips', () => {
		expect(notes(resolveSendTime('2026-12-01T09:00[America/Vancouver]', 'UTC'))).toEqual([
			['outdatedTimezoneData', `${vancouver} this time is 1 hour late. ${remedy}`],
		]);
		expect(notes(resolveSendTime('2027-03-14 02:30', VANCOUVER))).toMatchObject([
			['dstGap', expect.anything()],
			['outdatedTimezoneData', `${vancouver} this time is 1 hour late. ${remedy}`],
		]);
	});

	it('leaves out a change that only old data has', () => {
		const { scheduledAt, adjusted } = resolveSendTime('2026-11-01 01:30', VANCOUVER);
		expect([scheduledAt, adjusted]).toEqual(['2026-11-01T08:30:00.000Z', undefined]);
	});

	it('says of an instant that it was kept', () => {
		expect(notes(resolveSendTime('2026-12-01T16:00:00Z', VANCOUVER))).toEqual([
			[
				'outdatedTimezoneData',
				`${vancouver} the instant was kept, but the clock time shown for it is 1 hour behind, and so is what an expression reckons in that zone. ${remedy}`,
			],
		]);
	});

	it('takes the offset of the new clock and that of the old one beside the zone', () => {
		for (const offset of ['-07:00', '-08:00']) {
			const text = `2026-12-01T09:00:00${offset}[America/Vancouver]`;
			expect(resolveSendTime(text, 'UTC').adjusted).toBeUndefined();
		}
		expect(() => resolveSendTime('2026-12-01T09:00-06:00[America/Vancouver]', 'UTC')).toThrow(
			/whose offset is not the one/,
		);
	});

	it('says nothing of a time before the change, nor of another zone', () => {
		expect(resolveSendTime('2026-10-31 09:00', VANCOUVER).adjusted).toBeUndefined();
		expect(resolveSendTime('2026-12-01 09:00', 'America/Whitehorse').adjusted).toBeUndefined();
		expect(resolveSendTime('2026-12-01 09:00', 'Etc/GMT+8').adjusted).toBeUndefined();
		expect(resolveSendTime('2027-06-01 09:00', 'America/Havana').adjusted).toBeUndefined();
	});

	it('says it once, whatever moves the time', () => {
		const now = Date.UTC(2026, 11, 4, 20);
		const asked = resolveSendTime('2026-12-04 09:00', VANCOUVER);
		const later = applyPassedRule(asked, { ifPassed: 'nextDay', now, window });
		const reasons = ['outdatedTimezoneData', 'passed', 'sendingWindow'];
		expect(notes(later).map(([reason]) => reason)).toEqual(reasons);
		const [, second] = spreadSendTimes([asked, asked], { spacingSeconds: 60, window });
		expect(notes(second).map(([reason]) => reason)).toEqual(['outdatedTimezoneData', 'spacing']);
	});

	it('says it of the next day, where the change lies between', () => {
		const asked = resolveSendTime('2026-10-31 23:00', VANCOUVER);
		const now = Date.UTC(2026, 10, 1, 12);
		expect(notes(applyPassedRule(asked, { ifPassed: 'nextDay', now }))).toEqual([
			['passed', expect.stringContaining('the same time of a later day')],
			['outdatedTimezoneData', `${vancouver} this time is 1 hour late. ${remedy}`],
		]);
	});

	it('says it of a sending window in such a zone', () => {
		const note = `${vancouver} the sending window is not kept exactly. ${remedy}`;
		// At 17:30 in Vancouver, 16:30 by the old data; at 08:30, 07:30; at 18:30, 17:30.
		const at = (value: string) => resolveSendTime(value, 'Europe/Berlin');
		expect(notes(applySendingWindow(at('2026-12-01T00:30:00Z'), window))).toEqual([]);
		expect(notes(applySendingWindow(at('2026-12-01T15:30:00Z'), window))).toMatchObject([
			['sendingWindow', expect.anything()],
			['outdatedTimezoneData', note],
		]);
		const late = applySendingWindow(at('2026-12-02T01:30:00Z'), window);
		expect(notes(late)).toEqual([['outdatedTimezoneData', note]]);
		expect(late.scheduledAt).toBe('2026-12-02T01:30:00.000Z');
		const spread = spreadSendTimes([at('2026-12-02T01:30:00Z')], { spacingSeconds: 60, window });
		expect(spread).toEqual([late]);
	});

	it('keeps "now" the earliest moment beside it', () => {
		const now = Date.UTC(2026, 11, 2, 1, 30);
		const resolved = resolveSendTime('now', VANCOUVER, { now });
		expect(resolved).toMatchObject({ earliest: true });
		expect(isReported(resolved)).toBe(true);
		const other = resolveSendTime('now', 'UTC', { now });
		expect(applySendingWindow(other, window)).toMatchObject({ earliest: true });
	});
});
