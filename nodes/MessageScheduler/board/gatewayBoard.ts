import { boardDays } from '../../../board';
import { GatewayError } from '../../../gateways/transport/gatewayError';
import { DAY_MS } from '../../../messages/duration';
import type { ScheduledMessage } from '../../../messages/scheduledMessage';
import { settle } from '../../../messages/settle';
import { BoardTally, FAILURES, MAX_LISTED } from '../../../stores/boardFigures';
import { matches } from '../../../stores/matches';
import type { MessageStore } from '../../../stores/store';
import { detailsFromGateway, fromGateway } from './boardMessage';
import { PAGE_LENGTH, recipientOf, type BoardScope, type BoardSource } from './source';

/**
 * The board over the list of a gateway's own scheduler: what goes out and what did not, but nothing of
 * delays and pauses, which no gateway reports.
 *
 * @throws GatewayError of kind `unsupported` from each page if the gateway documents no list
 */
export function gatewayBoard(store: MessageStore, scope: BoardScope): BoardSource {
	const { now, days, timezone } = scope;
	/** The latest time first. */
	const list = async (): Promise<ScheduledMessage[]> => (await store.list({})).reverse();
	return {
		overview: async () => {
			const { today, until } = boardDays(now, timezone);
			const since = Math.min(now - days * DAY_MS, today.from);
			const tally = new BoardTally({ now, since, timezone, today, until });
			const messages = await list();
			for (const message of messages) {
				const sendAt = timeOf(message);
				// When it changed, no list says.
				const counted = { status: message.status, sendAt, changedAt: sendAt };
				tally.add({ ...counted, failure: message.failure?.reason ?? null });
			}
			const failed = messages.filter(
				(message) => FAILURES.has(message.status) && timeOf(message) >= since,
			);
			return {
				view: 'overview',
				now,
				since,
				today: tally.today,
				upcoming: tally.upcoming,
				later: tally.later,
				failures: {
					total: tally.total,
					reasons: tally.mostFrequent,
					newest: failed.slice(0, MAX_LISTED).map(fromGateway),
				},
				service: null,
				isComplete: true,
			};
		},

		search: async (query) => {
			const { note, recipient } = recipientOf(query, scope);
			// No gateway knows of groups.
			const { before, after, reference, status } = query;
			const search = { recipient: query.recipient, reference, status };
			const filter = { recipient: recipient ?? undefined, status };
			const found =
				note === null
					? (await list()).filter(
							(message) =>
								matches(message, filter) &&
								(reference === undefined || message.reference === reference),
						)
					: [];
			// A place in the list: gateways give no other.
			const from = placeOf(before ?? after);
			const to = from + PAGE_LENGTH;
			return {
				view: 'search',
				now,
				search,
				messages: found.slice(from, to).map(fromGateway),
				newer: from > 0 ? String(Math.max(0, from - PAGE_LENGTH)) : null,
				older: to < found.length ? String(to) : null,
				note,
				order: 'time',
				hasGroups: false,
			};
		},

		message: async (id) => {
			const found = await settle(store.get(id));
			if (found.ok) return { view: 'message', now, message: detailsFromGateway(found.value) };
			if (found.error instanceof GatewayError && found.error.kind === 'notFound') {
				return { view: 'message', now, message: null };
			}
			throw found.error;
		},
	};
}

const timeOf = ({ scheduledAt }: ScheduledMessage): number =>
	scheduledAt === null ? Number.NaN : Date.parse(scheduledAt);

const placeOf = (text: string | undefined): number =>
	text !== undefined && /^\d{1,9}$/.test(text) ? Number(text) : 0;
