import type { ListedFault } from '../faults.mts';
import type { GatewayId, RecordedRequest, SandboxMessage, WebhookDelivery } from '../types.mts';

/** What a gateway holds, got and told: the latest first, but what is held by its time. */
export interface GatewayView {
	gateway: GatewayId;
	/** How many times faster waits pass. */
	clockFactor: number;
	heldCount: number;
	/** `goesOutAt`: by the real clock. */
	held: ReadonlyArray<{ message: SandboxMessage; goesOutAt: Date }>;
	/** Of those that are not held. */
	messageCount: number;
	messages: ReadonlyArray<{ message: SandboxMessage; isSettable: boolean }>;
	settableStatuses: readonly string[];
	statusNote?: string;
	/** The statuses of new messages; undefined where they go their usual way. */
	script?: readonly string[];
	webhookUrls: readonly string[];
	/** In force now. */
	faults: readonly ListedFault[];
	deliveries: readonly WebhookDelivery[];
	requests: readonly RecordedRequest[];
}
