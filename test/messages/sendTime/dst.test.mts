import fc from 'fast-check';
import {
	formatWallClock,
	parseWallClock,
	resolveSendTime,
	showInstant,
} from '../../../messages/sendTime';
import {
	changesOf,
	clockAt,
	expected,
	iso,
	isoWall,
	isReported,
	isWrong,
	zones,
	type Change,
} from './reckoning.mts';
import { prove, runs } from '../../proof.mts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

const changes = zones.flatMap((zone) => changesOf(zone, 2024, 2030));
const years = { min: Date.UTC(2024, 0, 2), max: Date.UTC(2030, 11, 30) };
const anyInstant = fc.integer(years);
const anyZone = fc.constantFrom(...zones);
const anyChange = fc.constantFrom(...changes);

let cases = 0;
const counted = { dstGap: 0, dstOverlap: 0, plain: 0, told: 0 };

/**
 * Compares one clock time with the other reckoning; cheap enough for 100,000 of them. Where this
 * Node.js's data is too old to be right, just that must be told, and nowhere else.
 */
function check(wall: number, { zone }: Change): void {
	const wanted = expected(wall, zone);
	const resolved = resolveSendTime(isoWall(wall), zone);
	cases++;
	const instant = Date.parse(resolved.scheduledAt);
	const shown = Date.parse(`${resolved.local.slice(0, 23)}Z`);
	const isRight = instant === wanted.instant && shown === clockAt(instant, zone);
	const fault =
		isReported(resolved) === isRight
			? 'told of outdated data'
			: isRight
				? faultOf(wall, wanted, resolved.adjusted?.[0].reason, shown)
				: faultOfNote(instant - wanted.instant, resolved.adjusted?.at(-1)?.note ?? '');
	counted[isRight ? (wanted.reason ?? 'plain') : 'told']++;
	if (fault !== null) {
		throw new Error(
			`${fault}: ${zone} ${isoWall(wall)}: ${iso(wanted.instant)}, not ${JSON.stringify(resolved)}`,
		);
	}
}

function faultOf(
	wall: number,
	{ reason, length = 0 }: ReturnType<typeof expected>,
	told: string | undefined,
	shown: number,
): string | null {
	if (told !== reason) return 'reason';
	return shown === wall + length ? null : 'clock';
}

function faultOfNote(lateBy: number, note: string): string | null {
	const wanted =
		lateBy === 0 ? / the instant was kept, / : lateBy > 0 ? / 1 hour late\. / : / 1 hour early\. /;
	return wanted.test(note) ? null : 'note';
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

it('agrees with the newest data around every change', () => {
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

it('agrees with the newest data at random times near a change', () => {
	fc.assert(
		fc.property(anyChange, fc.integer({ min: -4 * HOUR, max: 4 * HOUR }), (change, distance) =>
			check(change.at + change.before + distance, change),
		),
		runs(1_000, 60_000),
	);
}, 600_000);

it('agrees with the newest data at random times of all zones', () => {
	fc.assert(
		fc.property(anyInstant, anyZone, (instant, zone) => {
			const resolved = resolveSendTime(instant, zone);
			const { local, offset: text } = resolved;
			const [hours, minutes] = text.slice(1).split(':').map(Number);
			const offset = (text[0] === '-' ? -1 : 1) * (hours * HOUR + minutes * MINUTE);
			const wall = instant + offset;
			return (
				isReported(resolved) === isWrong(instant, zone) &&
				(isReported(resolved) || wall === clockAt(instant, zone)) &&
				local === isoWall(wall) + text &&
				showInstant(iso(instant), zone) === `${local}[${zone}]` &&
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
			const steps = isWrong(instant, zone) ? 1 : 0;
			return (
				resolved.scheduledAt === iso(instant) &&
				(resolved.adjusted?.length ?? 0) === steps &&
				isReported(resolved) === (steps === 1)
			);
		}),
		runs(500, 50_000),
	);
}, 600_000);

it('resolves its own results to themselves', () => {
	fc.assert(
		fc.property(anyChange, fc.integer({ min: -4 * HOUR, max: 4 * HOUR }), (change, distance) => {
			const wall = change.at + change.before + distance;
			const { adjusted = [], ...first } = resolveSendTime(isoWall(wall), change.zone);
			for (const value of [first.scheduledAt, first.local, new Date(first.scheduledAt)]) {
				const { adjusted: steps = [], ...again } = resolveSendTime(value, change.zone);
				expect(again).toEqual(first);
				expect(steps).toHaveLength(isWrong(Date.parse(first.scheduledAt), change.zone) ? 1 : 0);
			}
			const other = adjusted.filter(({ reason }) => reason !== 'outdatedTimezoneData');
			return other.length <= 1 && adjusted.length - other.length <= 1;
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
			const isOld = isWrong(read, zone) || isWrong(second, zone);
			return (
				read <= second &&
				formatWallClock(iso(read), zone, 'yyyy-MM-dd HH:mm:ss') === text &&
				(isOld || clockAt(read, zone) === clockAt(second, zone))
			);
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
				(gap || isReported(later) || later.local.startsWith(isoWall(wall)))
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

it('shows an instant of any year, and nothing for what is none', () => {
	const anyDate = fc.date({ noInvalidDate: true });
	fc.assert(
		fc.property(fc.oneof(anyDate, fc.string(), fc.date()), anyZone, (value, zone) => {
			const isNone = value instanceof Date && Number.isNaN(value.getTime());
			const text = value instanceof Date ? (isNone ? 'Invalid Date' : value.toISOString()) : value;
			const shown = showInstant(text, zone);
			// The first and the last day that a Date holds have no clock time in every zone.
			const isInside = value instanceof Date && Math.abs(value.getTime()) < 8.64e15 - 24 * HOUR;
			return isInside ? shown!.endsWith(`[${zone}]`) : typeof shown === 'string' || shown === null;
		}),
		runs(500, 50_000),
	);
	expect(showInstant('2026-02-01T09:30:00.000Z', 'Asia/Kolkata')).toBe(
		'2026-02-01T15:00:00.000+05:30[Asia/Kolkata]',
	);
	expect(showInstant('0026-02-01T09:30:00.000Z', 'UTC')).toBe('0026-02-01T09:30:00.000+00:00[UTC]');
	expect(showInstant('+099999-02-01T09:30:00.000Z', 'Asia/Kolkata')).toBe(
		'+099999-02-01T15:00:00.000+05:30[Asia/Kolkata]',
	);
	for (const text of ['', 'soon', '2026-02-01T15:00:00', '2026-13-01T15:00:00Z', '1']) {
		expect(showInstant(text, 'UTC')).toBeNull();
	}
});

it('refuses to write what is no instant for a gateway', () => {
	expect(() => formatWallClock('soon', 'UTC', 'HH:mm')).toThrow(RangeError);
	expect(() => formatWallClock('2026-02-01T15:00:00', 'UTC', 'HH:mm')).toThrow(RangeError);
});
