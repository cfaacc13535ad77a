import type { RecordedRequest } from './types.mts';

/** How many requests came, and what befell them. */
export interface RequestCounts {
	total: number;
	/** By `POST /messages/text`, as the vendor's path is recorded. */
	byPath: Record<string, number>;
	/** By kind of fault; `none` for those that no fault befell. */
	byFault: Record<string, number>;
	/** By the HTTP status that was answered; `none` for those without an answer. */
	byStatus: Record<string, number>;
}

/** Counts requests. */
export function countRequests(requests: readonly RecordedRequest[]): RequestCounts {
	const counts: RequestCounts = { total: requests.length, byPath: {}, byFault: {}, byStatus: {} };
	const add = (to: Record<string, number>, key: string) => {
		to[key] = (to[key] ?? 0) + 1;
	};
	for (const { method, path, fault, status } of requests) {
		add(counts.byPath, `${method} ${path}`);
		add(counts.byFault, fault ?? 'none');
		add(counts.byStatus, String(status ?? 'none'));
	}
	return counts;
}
