import { output, type Client, type Json } from '../../harness/client.mts';
import { inSeconds, oneNode, until, type Environment } from './environment.mts';

export const IN_TABLE = { storeIn: 'dataTable' };

export const byId = (value: unknown): Json => ({ scheduleId: { __rl: true, mode: 'id', value } });

/** Operations on a message of a Data Table find it, or have it as their default. */
const isFoundById = ({ storeIn }: Json): boolean => storeIn === IN_TABLE.storeIn;

/** Counted from when the node runs, however busy the machine is. */
export const SOON = '={{ $now.plus(2, "seconds") }}';

type N8n = Pick<Client, 'createWorkflow' | 'runManually'>;

/** Runs the action node in workflows of its own. */
export function operationsOn(n8n: () => N8n, timeoutMs = 30_000) {
	const run = async (...args: Parameters<typeof oneNode>) => {
		const id = await n8n().createWorkflow(oneNode(...args));
		return await n8n().runManually(id, { timeoutMs });
	};
	/** One operation with the credential of that name; its items, or its error. */
	const operate = async (credential: string, operation: string, parameters: Json = {}) => {
		const execution = await run(credential, { operation, ...parameters });
		if (execution.error) throw new Error(`${operation}: ${JSON.stringify(execution.error)}`);
		return output(execution, 'Message Scheduler');
	};
	return { run, operate };
}

/**
 * A message that n8n holds goes the whole way: scheduled, read, listed, moved, another one cancelled,
 * and sent by one of two dispatchers. The credential has the name of the gateway.
 */
export async function expectAllOperations(
	{ n8n, sandbox }: Pick<Environment, 'sandbox'> & { readonly n8n: N8n },
	gateway: string,
	timeoutMs?: number,
	place: Json = IN_TABLE,
): Promise<void> {
	const { run, operate: operateOn } = operationsOn(() => n8n, timeoutMs);
	const operate = async (credential: string, operation: string, parameters: Json = {}) =>
		await operateOn(credential, operation, { ...(isFoundById(place) ? {} : place), ...parameters });
	const sentTo = () => sandbox.messages(gateway as never).length;

	const parameters = { ...place, recipient: '+919988066776', text: `to ${gateway}` };
	const far = inSeconds(400 * 86_400);
	const [held] = await operate(gateway, 'schedule', { ...parameters, sendAt: far });
	expect(held).toMatchObject({
		storedIn: 'n8n',
		gateway,
		status: 'scheduled',
		scheduledAt: far,
		recipient: '+919988066776',
		text: `to ${gateway}`,
	});
	expect(held.scheduleId).toMatch(/^[0-9a-f-]{36}$/);

	const [read] = await operate(gateway, 'get', byId(held.scheduleId));
	// What only *Schedule* tells.
	const { adjusted, recipientAsGiven, warnings, timezoneSource, possibleTimezones, ...known } =
		held;
	expect(adjusted).toEqual([]);
	expect([recipientAsGiven, warnings]).not.toContain(undefined);
	expect([timezoneSource, possibleTimezones]).toEqual([null, []]);
	expect(read).toEqual(known);
	const listed = await operate(gateway, 'getAll', {
		...place,
		filters: { status: 'scheduled' },
	});
	expect(listed.map(({ scheduleId }) => scheduleId)).toEqual([held.scheduleId]);

	expect(await operate(gateway, 'sendDue')).toEqual([]);

	const [moved] = await operate(gateway, 'reschedule', {
		...byId(held.scheduleId),
		sendAt: SOON,
	});
	expect(moved).toMatchObject({ scheduleId: held.scheduleId, status: 'scheduled' });
	const soon = String(moved.scheduledAt);
	expect(Date.parse(soon)).toBeLessThan(Date.parse(far));

	const [other] = await operate(gateway, 'schedule', { ...parameters, sendAt: far });
	const [cancelled] = await operate(gateway, 'cancel', byId(other.scheduleId));
	expect(cancelled).toMatchObject({ scheduleId: other.scheduleId, status: 'cancelled' });
	const again = await run(gateway, {
		operation: 'cancel',
		...(isFoundById(place) ? {} : place),
		...byId(other.scheduleId),
	});
	expect(again.error?.message).toMatch(/already cancelled/);

	await expectMany(async (...args) => await operate(gateway, ...args), {
		...parameters,
		sendAt: far,
	});

	const sentBefore = sentTo();
	await until(
		() => Date.now(),
		(now) => now > Date.parse(soon),
	);
	const dispatched = await Promise.all([operate(gateway, 'sendDue'), operate(gateway, 'sendDue')]);
	expect(dispatched.flat()).toMatchObject([{ scheduleId: held.scheduleId, attempts: 1 }]);
	expect(['sent', 'queued']).toContain(dispatched.flat()[0].status);
	await sandbox.idle({ ignoreScheduled: true });
	expect(sentTo() - sentBefore).toBe(1);
}

/** A group of messages is moved, shown and cancelled together, and nothing else is. */
async function expectMany(
	operate: (operation: string, parameters: Json) => Promise<Json[]>,
	message: Json,
): Promise<void> {
	const group = 'spring campaign';
	for (const text of ['one', 'two']) {
		await operate('schedule', { ...message, text, options: { group } });
	}
	const ofGroup = { storeIn: message.storeIn, filters: { group } };
	const toMove = { ...ofGroup, move: 'by', moveBy: -1, unit: 'days', timezone: 'UTC' };
	const dayBefore = new Date(Date.parse(String(message.sendAt)) - 86_400_000).toISOString();
	expect(await operate('rescheduleMany', toMove)).toMatchObject(
		['one', 'two'].map(() => ({ group, status: 'scheduled', scheduledAt: dayBefore })),
	);
	expect(await operate('cancelMany', { ...ofGroup, dryRun: true })).toHaveLength(2);
	const cancelled = await operate('cancelMany', ofGroup);
	expect(cancelled.map(({ text, status }) => [text, status]).sort()).toEqual([
		['one', 'cancelled'],
		['two', 'cancelled'],
	]);
	expect(await operate('cancelMany', ofGroup)).toEqual([]);
}
