import type { Json } from '../../sandbox/types.mts';
import { instantOf, type Sms } from './sandboxRecord.mts';

type Query = Record<string, unknown>;

const maxPerPage = 50;
/** undocumented: Laravel's own default */
const usualPerPage = 15;

const dates = {
	created_at: (sms: Sms) => sms.createdAt,
	updated_at: (sms: Sms) => sms.updatedAt,
	delivered_at: (sms: Sms) => sms.deliveredAt,
	received_at: (sms: Sms) => sms.receivedAt,
	expired_at: (sms: Sms) => sms.expiredAt,
	failed_at: (sms: Sms) => sms.failedAt,
	schedule_send_at: (sms: Sms) => sms.scheduleSendAt,
};

const texts = {
	request_id: (sms: Sms) => sms.requestId,
	message_thread_id: (sms: Sms) => sms.threadId,
	to_phone_number: (sms: Sms) => sms.to,
	content: (sms: Sms) => sms.content,
	status: (sms: Sms) => sms.status,
};

/** `filter[status]=scheduled` as Laravel reads it. */
function filtersOf(query: Query): Record<string, string> {
	const filters: Record<string, string> = {};
	for (const [key, value] of Object.entries(query)) {
		const name = /^filter\[(\w+)\]$/.exec(key)?.[1];
		if (name && typeof value === 'string' && value !== '') filters[name] = value;
	}
	return filters;
}

const isWithin = (date: Date | null, range: string) => {
	if (!date) return false;
	const [start, end] = range.split(',').map((text) => {
		// undocumented: a range's form and zone; a day alone or a clock time, in UTC as in answers, are taken
		const full = text.length === 10 ? `${text} 00:00:00` : text;
		return text ? instantOf(full, 'utc') : null;
	});
	return (!start || date >= start) && (!end || date <= end);
};

/** The messages that the query's filters leave. Deleted ones show only when asked for by status. */
export function filterSms(all: readonly Sms[], query: Query, from: string): Sms[] {
	const filters = filtersOf(query);
	return all.filter((sms) => {
		if (sms.status === 'deleted' && filters.status !== 'deleted') return false;
		return Object.entries(filters).every(([name, wanted]) => {
			if (name in texts) return texts[name as keyof typeof texts](sms) === wanted;
			if (name in dates) return isWithin(dates[name as keyof typeof dates](sms), wanted);
			if (name === 'from_phone_number') return wanted === from;
			// The documents say `sent`, the payloads `sent_to_mobile`: both are understood.
			if (name === 'type') return wanted === 'sent' || wanted === 'sent_to_mobile';
			return true;
		});
	});
}

/** Sorted as `sort` says, by default the last changed first. */
export function sortSms(list: readonly Sms[], sort: unknown): Sms[] {
	const text = typeof sort === 'string' && sort ? sort : '-updated_at';
	const direction = text.startsWith('-') ? -1 : 1;
	const name = text.replace(/^-/, '');
	const dateOf = name in dates ? dates[name as keyof typeof dates] : dates.updated_at;
	const value = (sms: Sms) => dateOf(sms)?.getTime() ?? 0;
	return [...list].sort((a, b) => direction * (value(a) - value(b)));
}

/** Laravel's paginator around one page of the list. */
export function paginate<T>(list: readonly T[], query: Query, url: string): Json & { data: T[] } {
	const whole = (value: unknown, usual: number) => Math.max(1, Math.floor(Number(value)) || usual);
	// undocumented: what more than 50 gives; here 50
	const perPage = Math.min(maxPerPage, whole(query.per_page, usualPerPage));
	const page = whole(query.page, 1);
	const last = Math.max(1, Math.ceil(list.length / perPage));
	const data = list.slice((page - 1) * perPage, page * perPage);
	const link = (number: number) => {
		const search = new URLSearchParams(query as Record<string, string>);
		search.set('page', String(number));
		return `${url}?${search.toString()}`;
	};
	return {
		data,
		links: {
			first: link(1),
			last: link(last),
			prev: page > 1 ? link(page - 1) : null,
			next: page < last ? link(page + 1) : null,
		},
		meta: {
			current_page: page,
			from: data.length > 0 ? (page - 1) * perPage + 1 : null,
			last_page: last,
			path: url,
			per_page: perPage,
			to: data.length > 0 ? (page - 1) * perPage + data.length : null,
			total: list.length,
		},
	};
}
