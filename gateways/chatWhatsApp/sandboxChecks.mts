import { asRecord, textOf } from '../../sandbox/dialect.mts';

const longestHorizonMs = 30 * 24 * 60 * 60 * 1000;

/** ISO 8601 in UTC: `Z`, or the zero offset that the documented PHP and Python samples make. */
const utcTime = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]00:?00)$/;

/** undocumented: the vendor's texts for bad parameters; these only have to say what is wrong. */
export function sendProblem(body: unknown, type: 'text' | 'image'): string | undefined {
	const fields = asRecord(body);
	for (const field of ['to', type]) {
		if (!textOf(fields[field])) return `${field} is required`;
	}
	return undefined;
}

/** Why a message cannot be scheduled; the one-minute lead is advice, and not enforced. */
export function scheduleProblem(body: unknown, now: Date): string | undefined {
	const { to, text, type = 'text', media, scheduledAt } = asRecord(body);
	if (!textOf(to)) return 'to is required';
	if (!['text', 'image', 'video', 'document'].includes(String(type))) {
		return `type ${String(type)} is not supported`;
	}
	// The table marks `text` as required, yet the documented image message has none.
	if (type === 'text' ? !textOf(text) : !textOf(media) && !textOf(text)) return 'text is required';
	if (!textOf(scheduledAt)) return 'scheduledAt is required';
	const due = Date.parse(String(scheduledAt));
	// undocumented: other offsets; the documents say UTC, so others are refused
	if (!utcTime.test(String(scheduledAt)) || Number.isNaN(due)) {
		return 'scheduledAt must be an ISO 8601 datetime in UTC';
	}
	if (due <= now.getTime()) return 'scheduledAt must be in the future';
	if (due > now.getTime() + longestHorizonMs) {
		return 'scheduledAt must be within 30 days';
	}
	return undefined;
}
