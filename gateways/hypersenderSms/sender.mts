import { bySecret } from '../../test/e2e/hostileSender.mts';

export const sender = bySecret(
	({ accounts: { hypersenderSms } }, id, more) =>
		`{"event":"message.phone.sent","data":{"id":"${id}","phone_id":"${hypersenderSms.instanceId}","to_phone_number":"+201478398428","status":"sent","sent_at":"2025-01-22 20:04:03","timezone":"GMT+2"}${more}}`,
	({ accounts }) => [['x-instanceid', accounts.hypersenderSms.instanceId]],
);
