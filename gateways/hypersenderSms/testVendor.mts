import { DateTime } from 'luxon';
import type { Outcome, PreparedRequest } from '../transport/request';
import sent from './fixtures/message-sent.webhook.json';
import { ok } from '../hypersender/fakeGateway.mts';
import { INSTANCE } from './testValues.mts';

export type VendorRecord = Record<string, unknown>;

/** A message as the vendor tells it, with all fields of its sample. */
export const record = (changes: VendorRecord = {}): VendorRecord => ({
	...sent.data,
	phone_id: INSTANCE,
	request_id: 'order-7',
	to_phone_number: '+201001234567',
	content: 'Your appointment is tomorrow.',
	schedule_send_at: '2026-02-03 07:30:00',
	schedule_on_phone_at: null,
	sent_at: null,
	created_at: '2026-02-01 14:00:00',
	updated_at: '2026-02-01 14:00:00',
	status: 'scheduled',
	...changes,
});

interface VendorOptions {
	/** What deleting does. */
	deletes?: 'removes' | 'marks' | 'nothing' | 'sends';
	/** How `filter[request_id]` compares. */
	filter?: 'exact' | 'partial';
	perPage?: number;
	/** The account's, in which it reads `schedule_send_at`. All that it tells is UTC. */
	timezone?: string;
}

/** As much of the vendor as the scheduler asks for. */
export class Vendor {
	private readonly options: Required<VendorOptions>;

	constructor(
		public records: VendorRecord[],
		options: VendorOptions = {},
	) {
		this.options = {
			deletes: 'removes',
			filter: 'exact',
			perPage: 50,
			timezone: 'Africa/Cairo',
			...options,
		};
	}

	readonly answer = ({ method, url, query, body }: PreparedRequest): Outcome => {
		const path = new URL(url).pathname.split('/').at(-1);
		if (method === 'GET' && path === 'messages') return this.list(query);
		if (method === 'DELETE' && path === 'delete-message') return this.delete(query);
		if (method === 'POST' && path === 'send-message') {
			const { to, content, request_id, schedule_send_at = null } = body ?? {};
			const status = schedule_send_at === null ? 'pending' : 'scheduled';
			const created = record({
				id: `id-${this.records.length + 1}`,
				to_phone_number: to,
				content,
				request_id,
				schedule_send_at: this.inUtc(schedule_send_at),
				status,
			});
			this.records.push(created);
			return ok(created);
		}
		return ok({ message: 'Not found' }, 404);
	};

	private inUtc(text: unknown): string | null {
		if (typeof text !== 'string') return null;
		const format = 'yyyy-MM-dd HH:mm:ss';
		const { timezone: zone } = this.options;
		return DateTime.fromFormat(text, format, { zone }).toUTC().toFormat(format);
	}

	private list(query: PreparedRequest['query']): Outcome {
		const same = (value: unknown, wanted: string | number | undefined, name: string) => {
			if (wanted === undefined) return true;
			return this.options.filter === 'partial' && name === 'request_id'
				? String(value).includes(String(wanted))
				: value === wanted;
		};
		const left = this.records.filter((each) =>
			['request_id', 'status', 'to_phone_number'].every((name) =>
				same(each[name], query[`filter[${name}]`], name),
			),
		);
		const { perPage } = this.options;
		const page = Number(query.page ?? 1);
		const last = Math.max(1, Math.ceil(left.length / perPage));
		return ok({
			data: left.slice((page - 1) * perPage, page * perPage),
			links: { first: 'x', last: 'x', prev: null, next: page < last ? 'https://next' : null },
			meta: { current_page: page, last_page: last, per_page: perPage, total: left.length },
		});
	}

	private delete({ messageId }: PreparedRequest['query']): Outcome {
		const { deletes } = this.options;
		const mark = (status: string) => {
			this.records = this.records.map((each) =>
				each.id === messageId ? { ...each, status } : each,
			);
		};
		if (deletes === 'removes') {
			this.records = this.records.filter((each) => each.id !== messageId);
		}
		if (deletes === 'marks') mark('deleted');
		if (deletes === 'sends') mark('sending');
		return ok({});
	}
}
