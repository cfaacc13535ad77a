import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { gateways } from '../../gateways/registry';
import { resources } from '../../nodes/MessageScheduler/operations';
import { startSandbox, type Sandbox } from '../../sandbox/index.mts';
import {
	byId,
	credentialFor,
	inSeconds,
	outputOf,
	receive,
	SECRET,
	type Json,
} from './fakeContext.mts';
import { differences, differencesOfKind, folder, read, schemaOf } from './schema.mts';

/**
 * The output schemas, which n8n shows before a node has run, against real outputs: the same keys, and
 * each value of its type or null.
 */
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
	const wanted = resources.flatMap(({ option: resource, operations }) =>
		operations.map(({ option }) => `${resource.value}/${option.value}.json`),
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
	await fits('schedule', {
		...message,
		sendAt: inSeconds(-60),
		options: { ifTimePassed: 'sendEarliest', reference: 'order-1' },
	});
	// Far ahead: the sandbox's clock is fast, and the machine may be slow.
	const first = await fits('schedule', { ...message, sendAt: inSeconds(5 * 86_400) });
	await fits('get', byId(first));
	await fits('getAll', {});
	const moved = await fits('reschedule', { ...byId(first), sendAt: inSeconds(6 * 86_400) });
	await fits('cancel', byId(moved));
});

it.each(gateways.map(({ id, capabilities }) => [id, capabilities.lookup] as const))(
	'fits what Send and Get of a message give at %s',
	async (gateway, lookup) => {
		const own = { credential: credentialFor(sandbox, {}, gateway) };
		const parameters = { resource: 'message', operation: 'send', ...message };
		const [sent] = await outputOf(parameters, own);
		expect(differences(sent, schemaOf('message', 'send'))).toEqual([]);
		if (lookup === null) return;
		await sandbox.idle();
		const [found] = await outputOf(
			{
				resource: 'message',
				operation: 'get',
				messageId: sent[lookup.by],
				options: { recipient: message.recipient },
			},
			own,
		);
		expect(differences(found, schemaOf('message', 'get'))).toEqual([]);
	},
);

// Both kinds of events against it: test/nodes/received.test.mts.
it('fits what the trigger gives', async () => {
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
	expect(differencesOfKind(events[0], schema)).toEqual([]);
});

it('tells a difference', () => {
	const schema = schemaOf('scheduledMessage', 'purge');
	expect(differences({ deleted: 1 }, schema)).toEqual([]);
	expect(differences({ deleted: '1' }, schema)).toEqual(['$.deleted is no integer']);
	expect(differences({ removed: 1 }, schema)).toEqual(['$.deleted is missing', '$.removed is new']);
});
