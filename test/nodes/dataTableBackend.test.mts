import { openDataTable } from '../../nodes/MessageScheduler/dataTableBackend';
import { startSandbox, type Sandbox } from '../../sandbox/index.mts';
import { DO_NOT_CONTACT_COLUMNS } from '../../stores/doNotContact/columns';
import { DataTables } from './dataTables.mts';
import { credentialFor, executeContext } from './fakeContext.mts';

const NAME = 'scheduled_messages';

let sandbox: Sandbox;
beforeAll(async () => void (sandbox = await startSandbox({ rateLimits: false })));
afterAll(async () => await sandbox.close());

it('takes a look that failed for no answer, and looks again at once', async () => {
	const tables = new DataTables();
	tables.makeMessages(NAME);
	let now = 0;
	const context = executeContext({}, { credential: credentialFor(sandbox, {}, 'whapi'), tables });
	const ref = { by: 'name', value: NAME } as const;
	const backend = await openDataTable(context, ref, { create: false, now: () => now });
	expect(await backend.findDoNotContact()).toBeNull();

	const columns = DO_NOT_CONTACT_COLUMNS.map((column) => ({ ...column }));
	tables.make(`${NAME}_do_not_contact`, columns);
	now += 10_000;
	tables.before = () => {
		throw new Error('the database is locked');
	};
	for (let times = 0; times < 2; times++) {
		await expect(backend.findDoNotContact()).rejects.toThrow('the database is locked');
	}
	tables.before = () => undefined;
	expect(await backend.findDoNotContact()).not.toBeNull();
});
