import fc from 'fast-check';
import {
	formatWallClock,
	parseWallClock,
	resolveSendTime,
	toLocal,
} from '../../../messages/sendTime';
import { changesOf, clockAt, expected, iso, isoWall, zones, type Change } from './intl.mts';
import { prove, runs } from '../../proof.mts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

// A week is short enough to find each change: the zones that stop DST for Ramadan do so for longer.
const changes = zones.flatMap((zone) => changesOf(zone, 2024, 2030, prove ? 1 : 7));
const years = { min: Date.UTC(2024, 0, 2), max: Date.UTC(2030, 11, 30) };
const anyInstant = fc.integer(years);
const anyZone = fc.constantFrom(...zones);
const anyChange = fc.constantFrom(...changes);

let cases = 0;
const counted = { dstGap: 0, dstOverlap: 0, plain: 0 };

/** Compares one clock time with the reckoning by Intl; cheap enough for 100,000 of them. */
function check(wall: number, change: Change): void {
	const wanted = expected(wall, change);
	const resolved = resolveSendTime(isoWall(wall), change.zone);
	const reason = resolved.adjusted?.[0].reason;
	cases++;
	counted[wanted.reason ?? 'plain']++;
	const shown = clockAt(wanted.instant, change.zone);
	if (
		resolved.scheduledAt !== iso(wanted.instant) ||
		reason !== wanted.reason ||
		resolved.local.slice(0, 23) !== isoWall(shown) ||
		(wanted.reason === 'dstGap' && shown !== wall + change.after - change.before)
	) {
		throw new Error(
			`${change.zone} ${isoWall(wall)}: ${iso(wanted.instant)}, not ${JSON.stringify(resolved)}`,
		);
	}
}

afterAll(() => {
	if (prove) {
		process.stdout.write(
			`DST: ${zones.length} zones, ${changes.length} changes, ${cases} cases ${JSON.stringify(counted)}\n`,
		);
	}
});

it('knows a change in each year', () => {
	expect(changes.filter(({ zone }) => zone === 'Europe/Berlin')).toHaveLength(14);
	expect(changes.filter(({ zone }) => zone === 'Asia/Kolkata')).toHaveLength(0);
});

it('agrees with Intl around every change', () => {
	const distances = [
		0,
		1,
		1000,
		MINUTE,
		15 * MINUTE,
		30 * MINUTE,
		HOUR - 1,
		HOUR,
		2 * HOUR,
		26 * HOUR,
	];
	for (const change of changes) {
		for (const edge of [change.at + change.before, change.at + change.after]) {
			for (const distance of distances) {
				check(edge + distance, change);
				check(edge - distance, change);
			}
		}
	}
}, 600_000);

it('agrees with Intl at random times near a change', () => {
	fc.assert(
		fc.property(anyChange, fc.integer({ min: -4 * HOUR, max: 4 * HOUR }), (change, distance) =>
			check(change.at + change.before + distance, change),
		),
		runs(1_000, 60_000),
	);
}, 600_000);

it('agrees with Intl at random times of all zones', () => {
	fc.assert(
		fc.property(anyInstant, anyZone, (instant, zone) => {
			const local = toLocal(iso(instant), zone);
			const [hours, minutes] = local.offset.slice(1).split(':').map(Number);
			const offset = (local.offset[0] === '-' ? -1 : 1) * (hours * HOUR + minutes * MINUTE);
			const wall = clockAt(instant, zone);
			return (
				local.local === isoWall(wall) + local.offset &&
				offset === wall - instant &&
				formatWallClock(iso(instant), zone, 'yyyy-MM-dd HH:mm:ss') ===
					isoWall(wall).slice(0, 19).replace('T', ' ')
			);
		}),
		runs(500, 50_000),
	);
}, 600_000);

it('keeps the instant of a text with an offset, in every zone', () => {
	const anyOffset = fc.integer({ min: -12 * 60, max: 14 * 60 });
	fc.assert(
		fc.property(anyInstant, anyOffset, anyZone, (instant, offset, zone) => {
			const minutes = Math.abs(offset);
			const sign = `${offset < 0 ? '-' : '+'}${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`;
			const resolved = resolveSendTime(isoWall(instant + offset * MINUTE) + sign, zone);
			return resolved.scheduledAt === iso(instant) && resolved.adjusted === undefined;
		}),
		runs(500, 50_000),
	);
}, 600_000);

it('resolves its own results to themselves', () => {
	fc.assert(
		fc.property(anyChange, fc.integer({ min: -4 * HOUR, max: 4 * HOUR }), (change, distance) => {
			const wall = change.at + change.before + distance;
			const { adjusted, ...first } = resolveSendTime(isoWall(wall), change.zone);
			for (const again of [first.scheduledAt, first.local, new Date(first.scheduledAt)]) {
				expect(resolveSendTime(again, change.zone)).toEqual(first);
			}
			return adjusted === undefined || adjusted.length === 1;
		}),
		runs(300, 20_000),
	);
}, 600_000);

it('reads a clock time that it wrote, or its earlier twin', () => {
	const near = fc
		.tuple(anyChange, fc.integer({ min: -4 * HOUR, max: 4 * HOUR }))
		.map(([{ zone, at }, distance]) => ({ zone, instant: at + distance }));
	const anywhere = fc.record({ zone: anyZone, instant: anyInstant });
	fc.assert(
		fc.property(fc.oneof(near, anywhere), ({ zone, instant }) => {
			const second = Math.floor(instant / 1000) * 1000;
			const text = formatWallClock(iso(second), zone, 'yyyy-MM-dd HH:mm:ss');
			const read = Date.parse(parseWallClock(text, zone) ?? '');
			return read <= second && clockAt(read, zone) === clockAt(second, zone);
		}),
		runs(300, 30_000),
	);
}, 600_000);

it('counts hours as they pass and days by the calendar', () => {
	const hours = fc.integer({ min: 0, max: 1000 });
	const days = fc.integer({ min: 1, max: 400 });
	fc.assert(
		fc.property(anyChange, fc.integer({ min: -50, max: 50 }), hours, days, (change, away, h, d) => {
			const now = change.at + away * HOUR;
			const at = (value: string) => resolveSendTime(value, change.zone, { now });
			const later = at(`+${d}d`);
			const wall = clockAt(now, change.zone) + d * 24 * HOUR;
			const gap = later.adjusted?.[0].reason === 'dstGap';
			return (
				at(`in ${h} hours`).scheduledAt === iso(now + h * HOUR) &&
				(gap || later.local.startsWith(isoWall(wall)))
			);
		}),
		runs(300, 20_000),
	);
}, 600_000);

describe('parseWallClock', () => {
	it.each([
		['2026-02-01 15:00:00', 'Africa/Cairo', '2026-02-01T13:00:00.000Z'],
		['2026-02-01 15:00:00', 'GMT+2', '2026-02-01T13:00:00.000Z'],
		['2026-02-01T15:00:00Z', 'Africa/Cairo', '2026-02-01T15:00:00.000Z'],
		['2026-10-25 02:30:00', 'Europe/Berlin', '2026-10-25T00:30:00.000Z'],
		['2026-03-29 02:30:00', 'Europe/Berlin', '2026-03-29T01:30:00.000Z'],
		['', 'UTC', null],
		['0000-00-00 00:00:00', 'UTC', null],
		['soon', 'UTC', null],
	])('%j in %s is %s', (text, zone, instant) => {
		expect(parseWallClock(text, zone)).toBe(instant);
	});
});

it('refuses to show what is no instant', () => {
	expect(() => toLocal('2026-02-01T15:00:00', 'UTC')).toThrow(RangeError);
	expect(() => formatWallClock('soon', 'UTC', 'HH:mm')).toThrow(RangeError);
});
