import { textOf } from '../../sandbox/dialect.mts';

/** An error of the API: its code, its text and the HTTP status. */
export interface Problem {
	readonly code: number;
	readonly text: string;
	readonly status: number;
}

export const problem = (code: number, text: string, status = 400): Problem => ({
	code,
	text,
	status,
});

const earliestMs = 900_000;
const latestMs = 3_024_000_000;
const longestText = 1_600;
const mostMedia = 10;
const longestValidity = 36_000;

/** What exists in the account. */
export interface Known {
	readonly senders: readonly string[];
	readonly services: readonly string[];
	readonly templates: readonly string[];
}

const isUrl = (text: string) => /^https?:\/\//.test(text) && URL.canParse(text);

/** Why a message cannot be created; undefined if it can. undocumented: in which order this is checked */
export function createProblem(form: URLSearchParams, known: Known, now: Date): Problem | undefined {
	return (
		partiesProblem(form, known) ??
		contentProblem(form, known) ??
		optionsProblem(form) ??
		timeProblem(form, now)
	);
}

function partiesProblem(form: URLSearchParams, known: Known): Problem | undefined {
	const to = textOf(form.get('To'));
	const from = textOf(form.get('From'));
	const service = textOf(form.get('MessagingServiceSid'));
	if (!to) return problem(21604, "A 'To' phone number is required.");
	if (!/^(whatsapp:)?\+[1-9]\d{6,14}$/.test(to)) {
		return problem(21211, `Invalid 'To' Phone Number: ${to}`);
	}
	if (!from && !service) return problem(21603, "A 'From' phone number is required.");
	if (service && !/^MG[0-9a-f]{32}$/.test(service)) {
		return problem(21705, 'The Messaging Service Sid is invalid');
	}
	if (service && !known.services.includes(service)) {
		return problem(21701, 'The Messaging Service does not exist');
	}
	if (!from) return undefined;
	if (from === to) return problem(21266, "'To' and 'From' number cannot be the same");
	if (from.startsWith('whatsapp:') !== to.startsWith('whatsapp:')) {
		return problem(63007, 'Twilio could not find a Channel with the specified From address');
	}
	return known.senders.includes(from)
		? undefined
		: problem(21660, `Mismatch between the 'From' number ${from} and the account`);
}

function contentProblem(form: URLSearchParams, known: Known): Problem | undefined {
	const body = textOf(form.get('Body'));
	const media = form.getAll('MediaUrl');
	const template = textOf(form.get('ContentSid'));
	const variables = textOf(form.get('ContentVariables'));
	if (!body && media.length === 0 && !template)
		return problem(21619, 'A text message body is required');
	if ((body ?? '').length > longestText) {
		return problem(21617, 'The concatenated message body exceeds the 1600 character limit');
	}
	if (media.length > mostMedia)
		return problem(21623, 'Number of media files exceeds allowed limit');
	if (!media.every(isUrl)) return problem(21620, 'Invalid media URL(s)');
	if (!variables)
		return template && !known.templates.includes(template) ? badTemplate() : undefined;
	if (!template) return problem(21654, 'ContentSid Required');
	if (body) return problem(35127, 'Body and ContentVariables cannot be combined');
	if (!known.templates.includes(template)) return badTemplate();
	return isFlat(variables)
		? undefined
		: problem(21656, 'The ContentVariables Parameter is invalid');
}

const badTemplate = () => problem(21655, 'The ContentSid is Invalid');

/** A JSON text of an object whose values are texts. */
function isFlat(text: string): boolean {
	try {
		const values: unknown = JSON.parse(text);
		return (
			typeof values === 'object' &&
			values !== null &&
			!Array.isArray(values) &&
			Object.values(values).every((value) => typeof value === 'string')
		);
	} catch {
		return false;
	}
}

function optionsProblem(form: URLSearchParams): Problem | undefined {
	const callback = textOf(form.get('StatusCallback'));
	if (callback && !(isUrl(callback) && !new URL(callback).hostname.includes('_'))) {
		return problem(21609, `The StatusCallback URL ${callback} is not a valid URL.`);
	}
	const validity = form.get('ValidityPeriod');
	const isValid = /^\d+$/.test(validity ?? '1') && Number(validity ?? 1) >= 1;
	return isValid && Number(validity ?? 1) <= longestValidity
		? undefined
		: problem(21624, 'The ValidityPeriod is invalid');
}

function timeProblem(form: URLSearchParams, now: Date): Problem | undefined {
	const kind = textOf(form.get('ScheduleType'));
	const time = textOf(form.get('SendAt'));
	if (!isScheduled(form)) return undefined;
	if (kind !== 'fixed') return problem(35126, 'ScheduleType is not supported');
	if (!time) return problem(35111, 'SendAt parameter is missing');
	// undocumented: forms of ISO 8601 other than this one
	if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(time) || Number.isNaN(Date.parse(time))) {
		return problem(35114, 'SendAt timestamp is not supported');
	}
	const ahead = Date.parse(time) - now.getTime();
	return ahead >= earliestMs && ahead <= latestMs
		? undefined
		: problem(35114, 'SendAt must be between 900 seconds and 35 days in the future');
}

/**
 * Whether the message waits: without a Messaging Service Twilio sends it at once, by two of its pages. A third
 * page says that it is refused; what is sent at once is the worse of the two.
 */
export const isScheduled = (form: URLSearchParams): boolean =>
	Boolean(textOf(form.get('ScheduleType')) && textOf(form.get('MessagingServiceSid')));
