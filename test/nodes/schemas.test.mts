import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gateways } from '../../gateways/registry';
import { operations } from '../../nodes/MessageScheduler/operations';
import { startSandbox, type Sandbox } from '../../sandbox/index.mts';
import {
	byId,
	credentialFor,
	inSeconds,
	outputOf,
	receive,
	SECRET,
	type Json,
} from './harness.mts';

/**
 * The output schemas, which n8n shows before a node has run, against real outputs: the same keys, and
 * each value of its type or null.
 */
interface Schema {
	readonly type: string;
	readonly properties?: Record<string, Schema>;
	readonly items?: Schema;
	readonly version?: number;
}

const folder = (node: string) => join(__dirname, '../../nodes', node, '__schema__');
const read = (...path: string[]): Schema =>
	JSON.parse(readFileSync(join(...path), 'utf8')) as Schema;
const schemaOf = (resource: string, operation: string) =>
	read(folder('MessageScheduler'), 'v1.0.0', resource, `${operation}.json`);

/** What a value has that its schema has not, the other way about, or of another type. */
function differences(value: unknown, { type, properties, items }: Schema, at = '$'): string[] {
	if (value === null) return [];
	if (type === 'array') {
		if (!Array.isArray(value)) return [`${at} is no array`];
		return value.flatMap((each, index) => differences(each, items!, `${at}[${index}]`));
	}
	if (type === 'object') {
		if (typeof value !== 'object' || Array.isArray(value)) return [`${at} is no object`];
		const known = Object.entries(properties ?? {});
		// `raw` is the gateway's own.
		if (known.length === 0) return [];
		const missing = known.filter(([key]) => !Object.hasOwn(value, key));
		return [
			...missing.map(([key]) => `${at}.${key} is missing`),
			...Object.entries(value).flatMap(([key, inner]) => {
				const schema = known.find(([name]) => name === key)?.[1];
				return schema ? differences(inner, schema, `${at}.${key}`) : [`${at}.${key} is new`];
			}),
		];
	}
	const is = type === 'integer' ? Number.isInteger(value) : typeof value === type;
	return is ? [] : [`${at} is no ${type}`];
}

let sandbox: Sandbox;
let credential: Json;

beforeAll(async () => {
	sandbox = await startSandbox({ rateLimits: false, clockFactor: 60 });
	credential = credentialFor(sandbox);
});
afterAll(async () => await sandbox.close());

it('there is one for each operation, and no other', () => {
	const base = join(folder('MessageScheduler'), 'v1.0.0');
	const files = readdirSync(base).flatMap((resource) =>
		readdirSync(join(base, resource)).map((name) => `${resource}/${name}`),
	);
	const wanted = Object.entries(operations).flatMap(([resource, each]) =>
		Object.keys(each).map((operation) => `${resource}/${operation}.json`),
	);
	expect(files.sort()).toEqual(wanted.sort());
	for (const file of files) expect(read(base, file)).toMatchObject({ type: 'object', version: 1 });
	expect(existsSync(join(folder('MessageSchedulerTrigger'), 'v2.0.0.json'))).toBe(true);
});

const message = { recipient: '+919988066776', text: 'hello' };

it('fits what the operations of a scheduled message give', async () => {
	const fits = async (operation: string, parameters: Json) => {
		const output = await outputOf({ operation, ...parameters }, { credential });
		expect(output).not.toEqual([]);
		const schema = schemaOf('scheduledMessage', operation);
		for (const item of output) expect(differences(item, schema)).toEqual([]);
		return output[0].scheduleId;
	};
	const first = await fits('schedule', {
		...message,
		sendAt: inSeconds(-60),
		options: { ifTimePassed: 'sendEarliest', reference: 'order-1' },
	});
	await fits('get', byId(first));
	await fits('getAll', {});
	const moved = await fits('reschedule', { ...byId(first), sendAt: inSeconds(7200) });
	await fits('cancel', byId(moved));
});

it.each(gateways.map(({ id, capabilities }) => [id, capabilities.looksUp] as const))(
	'fits what Send and Get of a message give at %s',
	async (gateway, looksUp) => {
		const own = { credential: credentialFor(sandbox, {}, gateway) };
		const parameters = { resource: 'message', operation: 'send', ...message };
		const [sent] = await outputOf(parameters, own);
		expect(differences(sent, schemaOf('message', 'send'))).toEqual([]);
		if (looksUp === null) return;
		await sandbox.idle();
		const [found] = await outputOf(
			{
				resource: 'message',
				operation: 'get',
				messageId: sent[looksUp.by],
				options: { recipient: message.recipient },
			},
			own,
		);
		expect(differences(found, schemaOf('message', 'get'))).toEqual([]);
	},
);

it('fits what the trigger gives, and so what Record Status passes on', async () => {
	const body = {
		event: 'message.sent',
		status: 'success',
		scheduledId: 'x',
		result: { to: '919988066776' },
	};
	const { events } = await receive(
		{ headers: { authorization: SECRET }, body },
		{},
		{ credential },
	);
	const schema = read(folder('MessageSchedulerTrigger'), 'v2.0.0.json');
	expect(differences(events[0], schema)).toEqual([]);
	const { properties } = schemaOf('scheduledMessage', 'recordStatus');
	const boolean = { type: 'boolean' };
	expect(properties).toEqual({ ...schema.properties, recorded: boolean, kept: boolean });
});

it('tells a difference', () => {
	const schema = schemaOf('scheduledMessage', 'purge');
	expect(differences({ deleted: 1 }, schema)).toEqual([]);
	expect(differences({ deleted: '1' }, schema)).toEqual(['$.deleted is no integer']);
	expect(differences({ removed: 1 }, schema)).toEqual(['$.deleted is missing', '$.removed is new']);
});
