import type { Dialect } from '../dialect.mts';
import type { ListedFault } from '../faults.mts';
import type { RecordedRequest, WebhookDelivery } from '../types.mts';
import type { GatewayView } from './view.mts';

/** How many webhooks and requests a view has. */
const maxTraffic = 20;

/** What a view of one gateway is made of; deliveries and requests are those of this gateway, oldest first. */
export interface Seen extends Pick<GatewayView, 'gateway' | 'clockFactor' | 'script'> {
	readonly dialect: Dialect;
	readonly faults: readonly ListedFault[];
	readonly deliveries: readonly WebhookDelivery[];
	readonly requests: readonly RecordedRequest[];
}

/** What a gateway holds, got and told, for people: the latest first, and at most `most` messages. */
export function viewOf(
	{ dialect, faults, deliveries, requests, ...seen }: Seen,
	most: number,
): GatewayView {
	const latest = <T,>(all: readonly T[], atMost = most): T[] => all.slice(-atMost).reverse();
	const held = dialect.messages.flatMap((message) => {
		const goesOutAt = dialect.goesOutAt(message);
		return goesOutAt ? [{ message, goesOutAt }] : [];
	});
	const others = dialect.messages.filter((message) => !dialect.goesOutAt(message));
	return {
		...seen,
		heldCount: held.length,
		held: held.sort((a, b) => a.goesOutAt.getTime() - b.goesOutAt.getTime()).slice(0, most),
		messageCount: others.length,
		messages: latest(others).map((message) => ({
			message,
			isSettable: dialect.isSettable(message),
		})),
		settableStatuses: dialect.settableStatuses,
		statusNote: dialect.statusNote,
		webhookUrls: dialect.webhookUrls(),
		faults: faults.filter((one) => one.gateway === undefined || one.gateway === seen.gateway),
		deliveries: latest(deliveries, maxTraffic),
		requests: latest(requests, maxTraffic),
	};
}
