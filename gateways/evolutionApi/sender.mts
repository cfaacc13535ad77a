import { bySecret } from '../../test/e2e/hostileSender.mts';

export const sender = bySecret(
	({ accounts: { evolutionApi } }, id, more) =>
		`{"event":"messages.update","instance":"${evolutionApi.instanceName}","data":{"keyId":"${id}","remoteJid":"553188561070@s.whatsapp.net","fromMe":true,"status":"SERVER_ACK"}${more}}`,
);
