import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from '../harness/folders.mts';

/** The path of one of a gateway's fixtures, from the root of the project. */
export const fixturePath = (gateway: string, name: string): string =>
	`gateways/${gateway}/fixtures/${name}`;

/** One of a gateway's fixtures: a sample of the vendor, parsed. */
export const fixture = (gateway: string, name: string): unknown =>
	JSON.parse(readFileSync(join(projectRoot(), fixturePath(gateway, name)), 'utf8'));

/** The webhooks in the vendor's documents, by the names of their files. */
export const webhooksOf = (gateway: string): Array<readonly [name: string, body: unknown]> =>
	readdirSync(join(projectRoot(), fixturePath(gateway, '')))
		.filter((name) => name.endsWith('.webhook.json'))
		.map((name) => [name, fixture(gateway, name)]);

/** Those of them that tell of an incoming message: their names begin with `received-`. */
export const receivedOf = (gateway: string) =>
	webhooksOf(gateway).filter(([name]) => name.startsWith('received-'));
