export { assertWithin, type SendLimits } from './limits';
export { formatLocalTime, toLocalTime, type LocalTime } from './localTime';
export { openingHours, type DailyHours, type SendingWindow } from './openingHours';
export { applyPassedRule, type IfPassed, type PassedRule } from './passed';
export {
	hoursOfPreset,
	presetOfNumber,
	QUIET_HOURS,
	QUIET_HOURS_AS_OF,
	type QuietHoursPreset,
} from './quietHours';
export { resolveSendTime, type ResolveOptions } from './resolve';
export { shiftSendTime, type Shift } from './shift';
export { spacingOffset, spreadSendTimes, type Spacing } from './spacing';
export type { Adjustment, AdjustmentReason, Instant, ResolvedSendTime } from './types';
export { formatWallClock, parseWallClock, showInstant } from './wallClock';
export { applySendingWindow, keptWindow, type KeptWindow } from './window';
export { formatHours, formatWindow, parseHours, parseWindow } from './windowText';
export { assertTimezone, isTimezone, timezoneNames } from './zone';
