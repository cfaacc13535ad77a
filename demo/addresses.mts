import pc from 'picocolors';

import type { GuideField } from '../sandbox/index.mts';

/** What `npm start` tells at its end. */
export interface Addresses {
	editor: string;
	owner: { email: string; password: string };
	/** The sandbox's page, of the gateway that is shown. */
	page: string;
	/** What to enter into a credential for that gateway, in the form's order. */
	fields: readonly GuideField[];
}

/** Where to look, how to log in, and what to enter into an empty credential: fits 80 columns. */
export function addressesText({ editor, owner, page, fields }: Addresses): string {
	const width = Math.max(...fields.map(({ label }) => label.length));
	return [
		`  Editor    ${pc.bold(editor)}`,
		`  Log-in    ${owner.email}  ${owner.password}`,
		`  Sandbox   ${pc.bold(page)}`,
		'            its scheduled and received messages, with buttons to test faults',
		'',
		'  To create your own credential (Message Gateway API), enter:',
		...fields.map(({ label, value }) => `    ${pc.dim(label.padEnd(width))}  ${value}`),
		"  The other gateways' values are on the sandbox's page.",
		'',
		pc.dim('  Nothing leaves this machine. Press Ctrl-C to stop n8n and the sandbox.'),
	].join('\n');
}
