import { type Json } from '../../harness/client.mts';
import { createTable, editRow, insertRows, readRows } from '../../harness/tables.mts';
import {
	credentialFor,
	inSeconds,
	itHolding as it,
	startEnvironment,
	type Environment,
} from './environment.mts';
import { byId, IN_TABLE, operationsOn } from './tableOperations.mts';

/**
 * The table as a person edits it in n8n, by the API of n8n's editor, and what *Send Due* makes of it on
 * a real n8n and its database.
 */
let environment: Environment;
const TO = '+919988066776';
const GATEWAY = 'whapi';

beforeAll(async () => {
	environment = await startEnvironment({}, { clockFactor: 600 });
	await environment.n8n.createCredential(
		GATEWAY,
		'messageGatewayApi',
		credentialFor(environment.sandbox, GATEWAY),
	);
}, 300_000);

afterAll(async () => await environment?.close(), 60_000);

const { run, operate } = operationsOn(() => environment.n8n);
const rows = async () => await readRows(environment.n8n);
const texts = () => environment.sandbox.messages(GATEWAY).map(({ text }) => text);
const column = async (name: string) => (await rows()).map((row) => row[name]);

it('is not created by an operation that needs it, which names the nearest', async () => {
	const { n8n } = environment;
	const none = await run(GATEWAY, { operation: 'sendDue' });
	expect(none.error?.message).toMatch(
		/does not exist in this project\. No table in this project stores messages yet/,
	);
	const id = await createTable(n8n);
	for (const operation of ['sendDue', 'getAll', 'pause', 'statistics', 'purge', 'retry']) {
		const dataTable = { __rl: true, mode: 'name', value: 'sheduled_mesages' };
		const { error } = await run(GATEWAY, { operation, ...IN_TABLE, dataTable });
		expect([operation, error?.message]).toEqual([
			operation,
			expect.stringMatching(/Did you mean "scheduled_messages"\? Only .* "Schedule" creates/),
		]);
	}
	const dataTable = { __rl: true, mode: 'id', value: id };
	expect(await operate(GATEWAY, 'getAll', { ...IN_TABLE, dataTable })).toEqual([]);
	expect(await operate(GATEWAY, 'sendDue', { dataTable })).toEqual([]);
}, 120_000);

it('takes rows that a person has added, and says of others what they lack', async () => {
	const { n8n } = environment;
	const past = inSeconds(-5);
	await insertRows(n8n, [
		{ recipient: '+91 99880 66776', text: 'only three cells', send_at: past },
		{ recipient: TO, text: 'with a status', send_at: past, status: 'Scheduled' },
		{ recipient: TO, text: 'emptied cells', send_at: past, status: '', claim_token: '' },
		{ recipient: TO, text: 'no time' },
		{ recipient: TO, text: 'a draft', send_at: past, status: 'draft' },
		{ recipient: TO, text: 'of nobody', send_at: past, account: 'nobody' },
	]);
	const listed = await operate(GATEWAY, 'getAll', { ...IN_TABLE, filters: { text: 'THREE' } });
	expect(listed).toMatchObject([{ text: 'only three cells', status: 'scheduled' }]);
	const sent = await operate(GATEWAY, 'sendDue');
	expect(sent.map(({ text }) => text).sort()).toEqual([
		'emptied cells',
		'only three cells',
		'with a status',
	]);
	expect(sent.map(({ scheduleId }) => scheduleId)).toContain(listed[0].scheduleId);
	expect(await column('status')).toEqual(['queued', 'queued', 'queued', null, 'draft', null]);
	expect(await column('failure')).toEqual([
		null,
		null,
		null,
		'Not sent yet: fill in "send_at" of this row.',
		null,
		expect.stringMatching(/^Not sent yet: no run of "Send Due" serves the "gateway"/),
	]);

	await editRow(n8n, 4, { send_at: past });
	await editRow(n8n, 6, { account: '' });
	expect((await operate(GATEWAY, 'sendDue')).map(({ text }) => text).sort()).toEqual([
		'no time',
		'of nobody',
	]);
	expect(await column('failure')).toEqual([null, null, null, null, null, null]);
	expect(await operate(GATEWAY, 'sendDue')).toEqual([]);
	expect(texts().filter((text) => text === 'only three cells')).toHaveLength(1);
}, 120_000);

it('is moved, cancelled and retried by its cells', async () => {
	const { n8n } = environment;
	const held: Json[] = [];
	for (const text of ['to be moved', 'to be cancelled', 'to be retried']) {
		const at = { ...IN_TABLE, recipient: TO, text, sendAt: inSeconds(3_600) };
		held.push(...(await operate(GATEWAY, 'schedule', at)));
	}
	const ids = await column('schedule_id');
	const [moved, cancelled, retried] = held.map(({ scheduleId }) => ids.indexOf(scheduleId) + 1);
	await editRow(n8n, moved, { send_at: inSeconds(-1) });
	await editRow(n8n, cancelled, { send_at: inSeconds(-1), status: 'cancelled' });
	await editRow(n8n, retried, { send_at: inSeconds(-1), recipient: 'nobody' });
	const first = await operate(GATEWAY, 'sendDue');
	expect(first.map(({ text, status }) => [text, status]).sort()).toEqual([
		['to be moved', 'queued'],
		['to be retried', 'failed'],
	]);
	await editRow(n8n, retried, { recipient: TO, status: 'scheduled', claim_token: null });
	expect(await operate(GATEWAY, 'sendDue')).toMatchObject([{ text: 'to be retried' }]);
	expect(await operate(GATEWAY, 'get', byId(held[1].scheduleId))).toMatchObject([
		{ status: 'cancelled', scheduleId: ids[cancelled - 1] },
	]);
	expect(texts()).not.toContain('to be cancelled');
}, 120_000);

it('leaves rows alone that wait, and says which two are one message', async () => {
	const { n8n } = environment;
	const at = { ...IN_TABLE, recipient: TO, text: 'waits', sendAt: inSeconds(3_600) };
	const [{ scheduleId }] = await operate(GATEWAY, 'schedule', at);
	const before = await rows();
	await operate(GATEWAY, 'sendDue');
	expect(await rows()).toEqual(before);

	const { id, createdAt, updatedAt, ...copy } = before.at(-1)!;
	expect([typeof createdAt, typeof updatedAt]).toEqual(['string', 'string']);
	await insertRows(n8n, [{ ...copy, send_at: inSeconds(-1) }]);
	const again = await run(GATEWAY, { operation: 'cancel', ...byId(scheduleId) });
	expect(again.error?.message).toMatch(
		`The rows ${String(id)} and ${Number(id) + 1} of the Data Table have the same schedule id`,
	);
	expect(await operate(GATEWAY, 'sendDue')).toMatchObject([{ text: 'waits', status: 'failed' }]);
	expect(texts()).not.toContain('waits');
}, 120_000);

it('is asked which frequency caps wait, and most rows have none', async () => {
	const { n8n } = environment;
	const waiting = { recipient: TO, text: 'waits', send_at: inSeconds(3_600), status: 'scheduled' };
	await insertRows(n8n, [
		...Array.from({ length: 1_000 }, () => waiting),
		{ ...waiting, frequency_cap: '1 in 10 d, skip' },
	]);
	const { data } = await run(GATEWAY, { operation: 'purge', ...IN_TABLE, olderThanDays: 9 });
	expect(JSON.stringify(data)).toMatch(/have a \\"Frequency Cap\\" of up to 10 days/);
}, 120_000);
