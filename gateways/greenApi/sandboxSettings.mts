import type { Json } from '../../sandbox/types.mts';

/** The settings of an instance; the switches are `yes` or `no`. */
export type GreenSettings = Record<string, string | number>;

/** A new instance: all switches off. */
export const newSettings = (wid: string): GreenSettings => ({
	wid,
	webhookUrl: '',
	webhookUrlToken: '',
	delaySendMessagesMilliseconds: 500,
	outgoingWebhook: 'no',
	outgoingMessageWebhook: 'no',
	outgoingAPIMessageWebhook: 'no',
	incomingWebhook: 'no',
	stateWebhook: 'no',
	pollMessageWebhook: 'no',
	incomingCallWebhook: 'no',
	incomingBlockWebhook: 'no',
	editedMessageWebhook: 'no',
	deletedMessageWebhook: 'no',
});

/** The settings that there are: WABA has no `outgoingMessageWebhook`. */
export function shownSettings(settings: GreenSettings, isWaba: boolean): GreenSettings {
	const { outgoingMessageWebhook, ...others } = settings;
	return isWaba ? others : { ...others, outgoingMessageWebhook };
}

const isText = (name: string) => name === 'webhookUrl' || name === 'webhookUrlToken';

/** Why a change is refused; undocumented: the vendor's texts, and what it does with unknown names. */
export function settingsProblem(change: Json, settings: GreenSettings): string | undefined {
	const names = Object.keys(change).filter((name) => name in settings && name !== 'wid');
	if (names.length === 0) return 'At least one setting must be given';
	for (const name of names) {
		const value = change[name];
		if (isText(name)) {
			if (typeof value !== 'string') return `${name} must be a string`;
		} else if (name === 'delaySendMessagesMilliseconds') {
			if (!Number.isInteger(value) || Number(value) < 500) return `${name} must be at least 500`;
		} else if (value !== 'yes' && value !== 'no') {
			return `${name} must be yes or no`;
		}
	}
	return undefined;
}

/** The settings with the change; names that are no settings are left out. */
export function changeSettings(settings: GreenSettings, change: Json): GreenSettings {
	const known = Object.entries(change).filter(([name]) => name in settings && name !== 'wid');
	return { ...settings, ...Object.fromEntries(known) } as GreenSettings;
}

const unswitchable: readonly string[] = ['failed', 'noAccount'];

/**
 * Whether a status goes out. `failed` and `noAccount` cannot be switched off. For the others
 * `outgoingWebhook` alone is not enough: for messages of the phone the documents ask for
 * `outgoingMessageWebhook` beside it, and for those sent by the API the older ones for that, too, the
 * newer ones for `outgoingAPIMessageWebhook`; here either will do.
 */
export function isStatusWanted(settings: GreenSettings, status: string, byApi: boolean): boolean {
	if (unswitchable.includes(status)) return true;
	const { outgoingWebhook, outgoingMessageWebhook, outgoingAPIMessageWebhook } = settings;
	const second = outgoingMessageWebhook === 'yes' || (byApi && outgoingAPIMessageWebhook === 'yes');
	return outgoingWebhook === 'yes' && second;
}
