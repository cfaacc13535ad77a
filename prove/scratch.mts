import { startSandbox } from '../sandbox/index.mts';
import { addCredential, fill, operation, raise, row, runTimed, GATEWAY } from './tableRig.mts';
const n = Number(process.argv[2] ?? 300);
const sandbox = await startSandbox({ webhookDelayMs: 1e9 } as never);
const n8n = await raise();
try {
	await addCredential(n8n, sandbox);
	const id = await n8n.createWorkflow(operation('sendDue', {}));
	console.log('empty', (await runTimed(n8n, id)).ms);
	console.log('empty', (await runTimed(n8n, id)).ms);
	const account = (sandbox.accounts as never as Record<string, { channelId: string }>)[GATEWAY]
		.channelId;
	console.log({ account });
	const now = Date.now();
	await fill(
		n8n,
		Array.from({ length: n }, (_, i) => ({
			...row(account, `m${i}`, now - 1000 * i),
			recipient: `+9199880${String(10000 + i)}`,
		})),
	);
	for (let i = 0; i < 3; i++) {
		const { items, ms } = await runTimed(n8n, id);
		console.log(
			items.length,
			'items',
			ms,
			'ms',
			items.length / (ms / 1000),
			'/s',
			JSON.stringify(items[0])?.slice(0, 300),
		);
	}
	console.log(JSON.stringify(sandbox.accounts).slice(0, 300));
} catch (e) {
	console.log(e);
} finally {
	await n8n.stop();
	await (sandbox as never as { close(): Promise<void> }).close?.();
}
