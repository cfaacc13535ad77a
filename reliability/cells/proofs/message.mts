import type { Json } from '../../../harness/client.mts';
import { expectSame, only, operation } from '../proof.mts';

/** Messages that are sent immediately. */

export const send = operation({
	parameters: ({ recipient, text }) => ({ recipient, text }),
	judge: (bench, items) => {
		const { gateway, recipient } = only(items);
		expectSame('output', [gateway, recipient], [bench.gateway.id, bench.recipient]);
		expectSame('sent', bench.sent(), 1);
	},
});

export const get = operation<Json>({
	prepare: async ({ operate, recipient, text }) => {
		const [sent] = await operate('message.send', { recipient, text });
		return sent;
	},
	parameters: ({ gateway, recipient }, sent) => ({
		messageId: sent === undefined ? 'nobodys-message' : sent[gateway.capabilities.lookup!.by],
		options: { recipient },
	}),
	judge: ({ gateway }, items, sent) => {
		const { by } = gateway.capabilities.lookup!;
		const found = only(items);
		expectSame('output', [found.gateway, found[by]], [gateway.id, sent[by]]);
	},
});
