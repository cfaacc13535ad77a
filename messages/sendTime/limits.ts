import { InvalidParameterError } from '../invalidParameterError';
import { IF_PASSED, passedRefusal } from './passed';
import { formatSendTime } from './resolve';
import { formatDuration } from '../duration';
import type { Instant, ResolvedSendTime } from './types';
import { instantFrom } from './wallClock';

/** How far ahead a gateway accepts messages. */
export interface SendLimits {
	now: Instant;
	/** Milliseconds; null for no limit. */
	minLeadMs: number | null;
	/** Milliseconds; null for no limit. */
	maxLeadMs: number | null;
	/** The gateway's name, as its vendor spells it. */
	gatewayLabel: string;
	/** The name that the user sees for the send time. */
	parameter?: string;
	/** The alternative for a time that is too near or too far ahead, as it continues `Enter an earlier time, or`. */
	elsewhere?: string;
}

/**
 * Checks a send time against the gateway's limits, which are inclusive.
 *
 * @throws InvalidParameterError if the time is in the past, too soon or too far ahead; the message names the
 *   gateway's limits
 */
export function assertWithin(resolved: ResolvedSendTime, limits: SendLimits): void {
	const { minLeadMs, maxLeadMs, gatewayLabel, parameter = 'Send At', elsewhere } = limits;
	const now = Number(limits.now);
	const ahead = instantFrom(resolved.scheduledAt) - now;
	const reject = (advice: string): never => {
		throw new InvalidParameterError(
			parameter,
			`"${parameter}" is ${formatSendTime(resolved)}${movedBy(resolved)}, ${formatDuration(ahead)} from now, but ${gatewayLabel} accepts messages ${limitsInWords(minLeadMs, maxLeadMs)} ahead`,
			advice,
		);
	};

	if (ahead < 0) throw passedRefusal(resolved, now, parameter);
	if (minLeadMs !== null && ahead < minLeadMs) {
		const or = elsewhere === undefined ? '' : `, or ${elsewhere}`;
		reject(`Enter a later time, or choose another "${IF_PASSED}" under Options${or}.`);
	}
	if (maxLeadMs !== null && ahead > maxLeadMs) {
		reject(`Enter an earlier time${elsewhere === undefined ? '' : `, or ${elsewhere}`}.`);
	}
}

function movedBy(resolved: ResolvedSendTime): string {
	const moves = resolved.adjusted?.filter(({ reason }) => reason !== 'outdatedTimezoneData');
	const last = moves?.at(-1)?.reason;
	if (last === 'spacing') return ' after "Spacing"';
	return last === 'sendingWindow' ? ' after "Sending Window"' : '';
}

/** `at least 1 minute and at most 30 days`. */
function limitsInWords(minLeadMs: number | null, maxLeadMs: number | null): string {
	return [
		...(minLeadMs ? [`at least ${formatDuration(minLeadMs)}`] : []),
		...(maxLeadMs !== null ? [`at most ${formatDuration(maxLeadMs)}`] : []),
	].join(' and ');
}
