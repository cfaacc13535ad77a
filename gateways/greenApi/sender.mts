import { bySecret } from '../../test/e2e/hostileSender.mts';

export const sender = bySecret(
	({ accounts: { greenApi } }, id, more) =>
		`{"typeWebhook":"outgoingMessageStatus","chatId":"919988066776@c.us","instanceData":{"idInstance":${greenApi.idInstance}},"timestamp":1586700802,"idMessage":"${id}","status":"sent"${more}}`,
);
