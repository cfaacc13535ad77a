import { shorten } from '../../messages/text';

/**
 * `status` of a session (src/structures/enums.dto.ts; waha.devlike.pro/docs/how-to/sessions), and what to do in each
 * but WORKING, the only one in which messages go out. As it goes on after "The WAHA session".
 */
export const NOT_WORKING: Readonly<Record<string, string>> = {
	STOPPED: 'is stopped. Start it in the dashboard of WAHA, then test again.',
	STARTING: 'is still starting. Wait a minute and test again.',
	SCAN_QR_CODE:
		'is not linked to a phone. Scan its QR code in the dashboard of WAHA with the phone, then test again.',
	PASSKEY_REQUIRED:
		'waits for a passkey. Complete the login in the dashboard of WAHA, then test again.',
	PASSKEY_CONFIRMATION_REQUIRED:
		'waits for the confirmation of a passkey. Complete the login in the dashboard of WAHA, then test again.',
	FAILED: 'has failed. Restart it in the dashboard of WAHA, or log in again.',
};

export const WORKING = 'WORKING';

/** What to do in a state that no page documents. */
export const OTHERWISE = 'Check it in the dashboard of WAHA.';

/** What is wrong with a session in this state, and what to do. */
export function toDoIn(state: string | null): string {
	if (state !== null && Object.hasOwn(NOT_WORKING, state))
		return `The session ${NOT_WORKING[state]}`;
	const told = state === null ? '' : `${shorten(state)} and `;
	return `The session is ${told}not ${WORKING}. ${OTHERWISE}`;
}
