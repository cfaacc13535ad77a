import { chatWhatsApp } from '../gateways/chatWhatsApp/sandbox.mts';
import { evolutionApi } from '../gateways/evolutionApi/sandbox.mts';
import { greenApi } from '../gateways/greenApi/sandbox.mts';
import { hypersenderSms } from '../gateways/hypersenderSms/sandbox.mts';
import { hypersenderWhatsApp } from '../gateways/hypersenderWhatsApp/sandbox.mts';
import { twilio } from '../gateways/twilio/sandbox.mts';
import { waha } from '../gateways/waha/sandbox.mts';
import { whapi } from '../gateways/whapi/sandbox.mts';
import { whatsAppCloud } from '../gateways/whatsAppCloud/sandbox.mts';
import type { AccountOf, AnySandboxDefinition } from './define.mts';
import type { DialectContext } from './dialect.mts';

/** Every network that the sandbox stands in for, by the gateway's id. One line adds one. */
export const sandboxes = {
	chatWhatsApp,
	evolutionApi,
	greenApi,
	hypersenderSms,
	hypersenderWhatsApp,
	twilio,
	waha,
	whapi,
	whatsAppCloud,
};

export type GatewayId = keyof typeof sandboxes;

/** The dialects, each by its own class: what one can do beyond the others is its own. */
export type Dialects = {
	[Id in GatewayId]: InstanceType<(typeof sandboxes)[Id]['dialect']>;
};

/** Where each gateway is, and what is valid there. */
export type Accounts = { [Id in GatewayId]: AccountOf<Dialects[Id]> };

/** The ids of all of them. */
export const gatewayIds = Object.keys(sandboxes) as GatewayId[];

/** Whether a value names one of the sandbox's gateways. */
export const isGatewayId = (value: unknown): value is GatewayId =>
	typeof value === 'string' && Object.hasOwn(sandboxes, value);

/** What the tools know of a gateway. */
export const definitionOf = (id: GatewayId): AnySandboxDefinition => sandboxes[id];

/** A dialect of each gateway, over the same clock, webhooks and scripts. */
export const createDialects = (kit: Omit<DialectContext, 'id'>): Dialects =>
	Object.fromEntries(
		gatewayIds.map((id) => [id, new (definitionOf(id).dialect)({ ...kit, id })]),
	) as Dialects;
