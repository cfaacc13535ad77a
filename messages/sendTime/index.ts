export { assertWithin, type SendLimits } from './limits';
export { applyPassedRule, type IfPassed, type PassedRule } from './passed';
export { resolveSendTime, type ResolveOptions } from './resolve';
export { spacingOffset, spreadSendTimes, type Spacing } from './spacing';
export type { Adjustment, AdjustmentReason, Instant, ResolvedSendTime } from './types';
export { formatWallClock, parseWallClock, showInstant } from './wallClock';
export { applySendingWindow, openingHours, type SendingWindow } from './window';
export { formatWindow, parseWindow } from './windowText';
export { isTimezone } from './zone';
