/** The dispatcher on a real PostgreSQL that is ended, as by a power cut, while messages go out. */
import { dispatchDue, type DispatchReport } from '../../stores/dispatcher';
import { openSqlBackend } from '../../stores/postgres/backend';
import { createLeaseStore } from '../../stores/table/accounts';
import { FakeGateway, RULES, rowOf, SENDER } from '../stores/table/fakes.mts';
import { connection } from '../stores/table/fakes.mts';
import { databaseOn, newStore, startServer, type Server } from './store.mts';

let server: Server;
// As a database in use: what it has confirmed survives the power cut.
beforeAll(async () => void (server = await startServer([])), 120_000);
afterAll(async () => await server?.close());

const sleep = async (ms: number) => await new Promise<void>((resolve) => setTimeout(resolve, ms));

/** One run of *Send Due*, by a process of its own. */
async function run(names: Parameters<typeof openSqlBackend>[1], fake: FakeGateway) {
	const backend = await openSqlBackend(databaseOn(server.client.runSql), names, { create: false });
	const accounts = await backend.accounts();
	return await dispatchDue({
		gateway: fake.gateway,
		connection,
		queue: backend.queue([SENDER], { gateway: fake.gateway, accounts: async () => accounts }),
		lease: createLeaseStore(accounts, [SENDER]),
		rules: { ...RULES, maxParallel: 10 },
		resolveMessageIds: async () => 0,
		now: () => backend.now(),
		random: () => Math.random(),
		isCancelled: () => false,
		sleep,
	});
}

const idle = (report: DispatchReport | Error): boolean =>
	!(report instanceof Error) && report.error === undefined && report.idle === null;

it('sends each message once, by dispatchers that meet, while the server is stopped again and again', async () => {
	const { names, messages } = await newStore(server);
	const count = 400;
	await messages.insert(
		Array.from({ length: count }, (_, n) => ({
			...rowOf(`message ${n}`, Date.now() - 60_000 + n),
			recipient: `+1415523${String(1_000 + n)}`,
		})),
	);
	const fake = new FakeGateway();
	fake.send = async () => {
		await sleep(30);
		return {};
	};
	let isOver = false;
	let stops = 0;
	const stopping = (async () => {
		for (; stops < 3 && !isOver; stops++) {
			const before = fake.asked.length;
			while (fake.asked.length < before + 40 && !isOver) await sleep(5);
			await server.restart();
		}
	})();
	const statuses = async (): Promise<string[]> =>
		(await server.client.query(`select status from ${names.table}`)).map(({ status }) =>
			String(status),
		);
	const dispatcher = async () => {
		while (!isOver) {
			const report = await run(names, fake).catch((error: Error) => error);
			if (idle(report) && (await statuses()).every((status) => status !== 'scheduled')) {
				isOver = true;
			}
			await sleep(200);
		}
	};
	await Promise.all([dispatcher(), dispatcher(), stopping]);
	expect(stops).toBe(3);
	const sent = new Map<string, number>();
	for (const text of fake.asked) sent.set(text, (sent.get(text) ?? 0) + 1);
	expect([...sent.values()].filter((times) => times > 1)).toEqual([]);
	expect(sent.size).toBe(count);
	const left = (await statuses()).filter((status) => status !== 'sent');
	// Its results are written again once the server is there: only what outlasts that is in doubt.
	expect(new Set(left)).toEqual(new Set(left.length === 0 ? [] : ['unconfirmed']));
	expect(left.length).toBeLessThanOrEqual(3 * 10);
}, 300_000);
