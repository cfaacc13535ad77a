import { parseArgs } from 'node:util';

import { gatewayIds } from '../gateways/registry.ts';

/** One that schedules by itself and needs nothing else. */
const DEFAULT_GATEWAY = 'chatWhatsApp';

/** Where the messages of the demo wait: at the gateway, or in a PostgreSQL of the demo's own. */
export const STORES = ['gateway', 'postgres'] as const;
export type DemoStore = (typeof STORES)[number];

/** What `npm start` was asked for. */
export interface DemoOptions {
	readonly gateway: string;
	readonly store: DemoStore;
	readonly once: boolean;
	readonly help: boolean;
}

export const usage = `Usage: npm start -- [options]

  --gateway <id>   one of: ${gatewayIds.join(', ')}; default ${DEFAULT_GATEWAY}
  --store <store>  where messages wait: ${STORES.join(' or ')}; default ${STORES[0]}
  --once           ends by itself: exit code 0 if everything arrived
  --help
`;

/** @throws Error that names the option and what it may be */
export function parseOptions(args: readonly string[]): DemoOptions {
	const { values } = parseArgs({
		args: [...args],
		options: {
			gateway: { type: 'string', default: DEFAULT_GATEWAY },
			store: { type: 'string', default: STORES[0] },
			once: { type: 'boolean', default: false },
			help: { type: 'boolean', default: false },
		},
	});
	const store = STORES.find((each) => each === values.store);
	if (store === undefined) {
		throw new Error(`There is no store "${values.store}". Choose one of: ${STORES.join(', ')}.`);
	}
	return { ...values, store };
}
