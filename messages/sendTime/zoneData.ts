import { localText } from './wallClock';
import { formatDuration } from '../duration';
import type { Adjustment, ResolvedSendTime } from './types';
import type { TimeZone } from './zone';
import { ZONE_CHANGES, type ZoneChange } from './zoneChanges';

/**
 * Zones are read with the time zone data of the Node.js that runs n8n, which may be older than the
 * last changes of the law. Such a time is reported, and not corrected: n8n's own expressions and date
 * picker read with the same data, and two reckonings in one workflow would be worse than one.
 */
const changes = new Map<string, ZoneChange>(
	ZONE_CHANGES.flatMap((change) =>
		change.names.map((name): [string, ZoneChange] => [name.toLowerCase(), change]),
	),
);

/** A zone as the newest data that we know has it. */
export interface CurrentZone extends TimeZone {
	/** The release of the time zone database that is needed. */
	readonly release: string;
}

/**
 * The zone as the newest data that we know has it, where the data of this process is older.
 *
 * The first instant of the change is the probe. Data that has it is as new as ours or newer, and
 * is trusted, whatever it says of later years.
 *
 * @returns undefined if the data of this process is to be trusted
 */
export function currentZone(zone: TimeZone): CurrentZone | undefined {
	const change = changes.get(zone.name.toLowerCase());
	if (change === undefined) return undefined;

	const { release, periods } = change;
	if (zone.offsetAt(periods[0].from) === periods[0].offset) return undefined;
	return {
		name: zone.name,
		release,
		offsetAt: (instant) =>
			periods.find(({ from, to }) => instant >= from && instant < to)?.offset ??
			zone.offsetAt(instant),
	};
}

const remedy = (consequence: string, { name, release }: CurrentZone): string =>
	`The timezone data of this Node.js is older than release ${release}, in which the clock of ${name} changed, so ${consequence}. Use a newer Node.js, or set ICU_TIMEZONE_FILES_DIR to a folder with newer data.`;

/** The sentence for a clock time that this process reads as a wrong instant. */
export const misreadNote = (lateBy: number, zone: CurrentZone): string =>
	remedy(`this time is ${formatDuration(lateBy)} ${lateBy > 0 ? 'late' : 'early'}`, zone);

/** The sentence for a sending window that is kept by a wrong clock. */
export const windowNote = (zone: CurrentZone): string =>
	remedy('the sending window is not kept exactly', zone);

const shownNote = (ahead: number, zone: CurrentZone): string =>
	remedy(
		`the instant was kept, but the clock time shown for it is ${formatDuration(ahead)} ${ahead > 0 ? 'ahead' : 'behind'}, and so is what an expression reckons in that zone`,
		zone,
	);

/** The step that says so. Nothing is moved by it. */
export const outdated = (instant: number, zone: TimeZone, note: string): Adjustment => {
	const local = localText(instant, zone);
	return { reason: 'outdatedTimezoneData', from: local, to: local, note };
};

/** Whether this send time already has the note about a zone with outdated data. */
export const isReported = ({ adjusted = [] }: Pick<ResolvedSendTime, 'adjusted'>, name: string) =>
	adjusted.some(
		({ reason, note }) => reason === 'outdatedTimezoneData' && note.includes(`clock of ${name} `),
	);

/** Adds the step for an instant that this process shows wrongly, once. */
export function tellShown(
	resolved: ResolvedSendTime,
	instant: number,
	zone: TimeZone,
): ResolvedSendTime {
	const current = currentZone(zone);
	const ahead = current === undefined ? 0 : zone.offsetAt(instant) - current.offsetAt(instant);
	if (current === undefined || ahead === 0 || isReported(resolved, zone.name)) return resolved;
	const step = outdated(instant, zone, shownNote(ahead, current));
	return { ...resolved, adjusted: [...(resolved.adjusted ?? []), step] };
}
