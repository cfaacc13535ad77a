import { Sandbox, type SandboxOptions } from './sandbox.mts';

export { definitionOf, gatewayIds, isGatewayId } from './registry.mts';
export type { RequestCounts } from './counts.mts';
export type { AppliedFault, Fault, FaultKind, ListedFault, RateHints } from './faults.mts';
export type { Guide, GuideField } from './page/guide.mts';
export { webhookTarget } from './page/webhookTarget.mts';
export type { Sandbox, SandboxOptions } from './sandbox.mts';
export type { ScriptSequence, ScriptStep } from './script.mts';
export type {
	GatewayId,
	IncomingMessage,
	RecordedRequest,
	SandboxMessage,
	WebhookDelivery,
	WebhookTarget,
} from './types.mts';

/** Starts the stand-in for all gateways on 127.0.0.1. */
export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
	const sandbox = new Sandbox(options);
	await sandbox.listen(options.port ?? 0);
	return sandbox;
}
