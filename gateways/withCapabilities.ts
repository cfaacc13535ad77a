import type { Capabilities } from './capabilities';
import type { Gateway } from './gateway';

/** A gateway that can do this and no more: what it cannot do is not there. */
export const withCapabilities = (gateway: Gateway, capabilities: Capabilities): Gateway => ({
	...gateway,
	capabilities,
	scheduler: capabilities.scheduling === null ? undefined : gateway.scheduler,
	lookup: capabilities.lookup === null ? undefined : gateway.lookup,
	registration: capabilities.webhooks.registration === 'api' ? gateway.registration : undefined,
});
