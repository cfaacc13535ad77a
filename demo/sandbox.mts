/** `npm run sandbox`: the sandbox gateway alone, to try things by hand. */
import { parseArgs } from 'node:util';

import pc from 'picocolors';

import { guides } from '../harness/credentialForm.mts';
import { startSandbox, webhookTarget, type GatewayId, type Sandbox } from '../sandbox/index.mts';
import { WEBHOOK_SECRET } from './gateways.mts';

const usage = `Usage: npm run sandbox -- [options]

  --port <number>          default 3900; 0 takes a free one
  --clock-factor <number>  how many times faster waits pass; default 1
  --seed <number>          for ids and faults; default 1
  --webhook-url <url>      where every gateway posts its webhooks, with the credential's secret
  --help
`;

/** How to send a first message through each gateway. */
function examples({ accounts }: Sandbox): Record<GatewayId, string> {
	const { chatWhatsApp, hypersenderSms, hypersenderWhatsApp, whapi, greenApi } = accounts;
	const json = `-H 'Content-Type: application/json'`;
	const inAMinute = new Date(Date.now() + 60_000).toISOString();
	const bearer = (token: string) => `-H 'Authorization: Bearer ${token}'`;
	const smsUrl = `${hypersenderSms.baseUrl}/${hypersenderSms.instanceId}`;
	const whatsAppUrl = `${hypersenderWhatsApp.baseUrl}/${hypersenderWhatsApp.instanceId}`;
	const greenUrl = `${greenApi.baseUrl}/waInstance${greenApi.idInstance}`;
	return {
		chatWhatsApp: `curl ${chatWhatsApp.baseUrl}/sessions/${chatWhatsApp.sessionId}/scheduled -H 'X-API-Key: ${chatWhatsApp.apiKey}' ${json} -d '{"to":"919988066776","text":"Hello","scheduledAt":"${inAMinute}"}'`,
		hypersenderSms: `curl ${smsUrl}/send-message ${bearer(hypersenderSms.apiToken)} ${json} -d '{"to":"+201891838278","content":"Hello"}'`,
		hypersenderWhatsApp: `curl ${whatsAppUrl}/send-text ${bearer(hypersenderWhatsApp.apiToken)} ${json} -d '{"chatId":"201063178738@c.us","text":"Hello"}'`,
		whapi: `curl ${whapi.baseUrl}/messages/text ${bearer(whapi.apiToken)} ${json} -d '{"to":"61371989951","body":"Hello"}'`,
		greenApi: `curl ${greenUrl}/sendMessage/${greenApi.apiTokenInstance} ${json} -d '{"chatId":"11001234568@c.us","message":"Hello"}'`,
	};
}

/** What somebody needs to use it: what to enter into the credential, an example each, the page. */
function describe(sandbox: Sandbox): string {
	const example = examples(sandbox);
	const parts = sandbox.guides.map(({ gateway, label, fields }) => {
		const lines = fields.map((field) => `  ${pc.dim(field.label.padEnd(16))} ${field.value}`);
		const head = `${pc.bold(label)} (${gateway})`;
		return [head, ...lines, `  ${pc.green(example[gateway])}`].join('\n');
	});
	const pages = [
		`${pc.bold('Page')}     ${sandbox.origin}/  shows what it holds and got, with buttons to play with`,
		`${pc.bold('Control')}  ${sandbox.origin}/_sandbox  the same for programs`,
	].join('\n');
	return [...parts, pages, pc.dim('Ctrl-C ends it.')].join('\n\n');
}

async function main(): Promise<void> {
	const { values } = parseArgs({
		options: {
			port: { type: 'string', default: '3900' },
			'clock-factor': { type: 'string', default: '1' },
			seed: { type: 'string', default: '1' },
			'webhook-url': { type: 'string' },
			help: { type: 'boolean', default: false },
		},
	});
	if (values.help) {
		process.stdout.write(usage);
		return;
	}
	const sandbox = await startSandbox({
		port: Number(values.port),
		clockFactor: Number(values['clock-factor']),
		seed: Number(values.seed),
		guides: guides(WEBHOOK_SECRET),
		logger: (line) => process.stdout.write(`${pc.dim(new Date().toISOString())} ${line}\n`),
	});
	const url = values['webhook-url'];
	if (url) {
		for (const guide of sandbox.guides)
			sandbox.setWebhook(guide.gateway, webhookTarget(guide, url));
	}
	process.stdout.write(`${describe(sandbox)}\n\n`);
	for (const signal of ['SIGINT', 'SIGTERM'] as const) {
		process.once(signal, () => void sandbox.close());
	}
}

main().catch((error: unknown) => {
	process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n${usage}`);
	process.exitCode = 1;
});
