import type { RequestFault } from '../faults.mts';

/** How long an outage lasts that somebody begins on the page, in real milliseconds. */
export const OUTAGE_MS = 60_000;

/** What the page offers to break at one gateway, and what somebody sees who sends meanwhile. */
export const outages: ReadonlyArray<{ id: string; label: string; fault: RequestFault }> = [
	{ id: '401', label: '401: key rejected', fault: { kind: 'errorBefore', status: 401 } },
	{ id: '503', label: '503: not available', fault: { kind: 'errorBefore', status: 503 } },
	{ id: 'timeout', label: 'Timeout: no response', fault: { kind: 'hang' } },
];

/** Nobody listens: befalls all gateways, and the page with them. */
export const REFUSED = { id: 'refused', label: 'Connection refused (also for this page)' };
