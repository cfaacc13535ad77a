import { bySecret } from '../../test/e2e/hostileSender.mts';

export const sender = bySecret(
	({ accounts: { chatWhatsApp } }, id, more) =>
		`{"event":"message.sent","sessionId":"${chatWhatsApp.sessionId}","scheduledId":"${id}","status":"success"${more}}`,
);
