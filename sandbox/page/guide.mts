import type { Sandbox } from '../sandbox.mts';
import { gatewayIds, type GatewayId } from '../registry.mts';

/** One value to copy into a form. */
export interface GuideField {
	label: string;
	value: string;
	/** Whether the form takes it empty, too. */
	isOptional?: boolean;
}

/** What somebody who plays has to know of one gateway. */
export interface Guide {
	gateway: GatewayId;
	/** The vendor's own spelling. */
	label: string;
	/** The name of n8n's credential; without it, of none in particular. */
	credentialName?: string;
	/** What to enter, as the form shows it, in its order. */
	fields: readonly GuideField[];
	/** How the trigger's webhook gets here. */
	webhook: {
		/** Where it is entered at the vendor, in words. */
		setupInstruction: string;
		/** Whether the trigger enters it itself. */
		isAutomatic: boolean;
		/** What the webhooks bring along, and how: empty for none. */
		secret: string;
		secretIn: 'header' | 'query';
	};
}

/** Guides for a sandbox that nobody has told about forms: the parts of its accounts. */
export const guidesByAccount = ({ accounts }: Pick<Sandbox, 'accounts'>): readonly Guide[] =>
	gatewayIds.map((gateway) => ({
		gateway,
		label: gateway,
		fields: Object.entries(accounts[gateway]).map(([label, value]) => ({
			label,
			value: String(value),
		})),
		webhook: { setupInstruction: '', isAutomatic: false, secret: '', secretIn: 'header' },
	}));
