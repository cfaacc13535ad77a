import { bySecret } from '../../test/e2e/hostileSender.mts';

export const sender = bySecret(
	({ accounts: { whapi } }, id, more) =>
		`{"statuses":[{"id":"${id}","status":"sent","recipient_id":"919988066776","timestamp":"1712995378"}],"event":{"type":"statuses","event":"post"},"channel_id":"${whapi.channelId}"${more}}`,
);
