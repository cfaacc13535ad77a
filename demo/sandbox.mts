/** `npm run sandbox`: the sandbox gateway alone, to try things by hand. */
import { parseArgs } from 'node:util';

import pc from 'picocolors';

import { guides } from '../harness/credentialForm.mts';
import { startSandbox, webhookTarget, type Sandbox } from '../sandbox/index.mts';
import { WEBHOOK_SECRET } from './gateways.mts';

const usage = `Usage: npm run sandbox -- [options]

  --port <number>          default 3900; 0 takes a free one
  --clock-factor <number>  how many times faster waits pass; default 1
  --seed <number>          for ids and faults; default 1
  --webhook-url <url>      where every gateway posts its webhooks, with the credential's secret
  --help
`;

/** What somebody needs to use it: what to enter into the credential, an example each, the page. */
function describe(sandbox: Sandbox): string {
	const parts = sandbox.guides.map(({ gateway, label, fields }) => {
		const lines = fields.map((field) => `  ${pc.dim(field.label.padEnd(16))} ${field.value}`);
		const head = `${pc.bold(label)} (${gateway})`;
		return [head, ...lines, `  ${pc.green(sandbox.curl(gateway))}`].join('\n');
	});
	const pages = [
		`${pc.bold('Page')}     ${sandbox.origin}/  shows its scheduled and received messages, with buttons to test faults`,
		`${pc.bold('Control')}  ${sandbox.origin}/_sandbox  the same as an API`,
	].join('\n');
	return [...parts, pages, pc.dim('Press Ctrl-C to stop it.')].join('\n\n');
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
