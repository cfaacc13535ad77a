import type { IDataObject, IExecuteFunctions, INode, INodeParameters } from 'n8n-workflow';

import { COLUMNS, EVENT_COLUMNS } from '../../../stores/table/columns';
import { where, type ConditionalUpdate } from '../../../stores/table/table';
import { messageTables, openTable, tableById } from '../../../nodes/shared/dataTable';

interface Access {
	readonly node: INodeParameters;
	readonly items: IDataObject[];
	readonly settings: IDataObject;
}

/** n8n as far as the table asks for it: keeps each sub-workflow and answers as told. */
class FakeN8n {
	readonly accesses: Access[] = [];
	answer: (access: Access) => IDataObject[] = () => [];

	readonly context = {
		executeWorkflow: async (
			{ code }: { code: { nodes: INode[]; settings: IDataObject } },
			items: Array<{ json: IDataObject }>,
		) => {
			const node = code.nodes[code.nodes.length - 1].parameters;
			const access = { node, items: items.map(({ json }) => json), settings: code.settings };
			this.accesses.push(access);
			return { data: [this.answer(access).map((json) => ({ json, pairedItem: json.at }))] };
		},
	} as unknown as IExecuteFunctions;
}

let n8n: FakeN8n;
beforeEach(() => (n8n = new FakeN8n()));

const conditionsOf = ({ node }: Access) =>
	(node.filters as unknown as { conditions: IDataObject[] }).conditions;
const table = () => tableById(n8n.context, 'table1');
/** The table of that name, created where it is missing: as *Schedule* opens it. */
const created = async (value: string) =>
	await openTable(n8n.context, { by: 'name', value }, { create: true });
/** As every other operation opens it. */
const existing = async (value: string, by: 'name' | 'id' = 'name') =>
	await openTable(n8n.context, { by, value }, { create: false });

describe('conditions', () => {
	it('never let n8n evaluate what comes from outside', async () => {
		const evil = '={{ $env.SECRET }}';
		await table().select(where({ message_id: evil, gateway: 'whapi' }), 5);
		await table().update([{ where: where({ message_id: evil }), values: { failure: evil } }]);
		await table().remove(where({ message_id: evil }));
		expect(n8n.accesses.map((access) => conditionsOf(access)[0].keyValue)).toEqual([
			'={{ $json.where[0] }}',
			'={{ $json.where[0] }}',
			'={{ $json.where[0] }}',
		]);
		expect(n8n.accesses.map(({ items }) => (items[0].where as string[])[0])).toEqual([
			evil,
			evil,
			evil,
		]);
		expect(JSON.stringify(n8n.accesses.map(({ node }) => node))).not.toContain('SECRET');
	});

	it('cost an expression only where the changes differ', async () => {
		const change = (id: number): ConditionalUpdate => ({
			where: where({ id, claim_token: 'mine' }),
			values: { status: 'sent' },
		});
		n8n.answer = () => [{ at: { item: 0 } }, { at: { item: 2 } }] as never;
		const matched = await table().update([change(1), change(2), change(3)]);
		expect(matched.map((rows) => rows.length)).toEqual([1, 0, 1]);
		expect(n8n.accesses).toHaveLength(1);
		expect(conditionsOf(n8n.accesses[0])).toEqual([
			{ keyName: 'id', condition: 'eq', keyValue: '={{ $json.where[0] }}' },
			{ keyName: 'claim_token', condition: 'eq', keyValue: 'mine' },
		]);
		expect(n8n.accesses[0].items.map(({ where: values }) => values)).toEqual([
			[1, 'mine'],
			[2, 'mine'],
			[3, 'mine'],
		]);
	});

	it('of another form go to another node, in their order', async () => {
		n8n.answer = ({ items }) => items.map((_, item) => ({ at: { item } })) as never;
		const matched = await table().update([
			{ where: where({ id: 1 }), values: { status: 'sent' } },
			{ where: where({ id: 2, claim_token: 'mine' }), values: { status: 'sent' } },
			{ where: where({ id: 3, claim_token: 'mine' }), values: { status: 'sent' } },
		]);
		expect(matched.map((rows) => rows.length)).toEqual([1, 1, 1]);
		expect(n8n.accesses.map(({ items }) => items.length)).toEqual([1, 2]);
	});
});

describe('reading while others write', () => {
	const collide = (times: number) => {
		let reads = 0;
		n8n.answer = () => {
			if (++reads > times) return [{ id: 7 }];
			throw new Error('synchronization error: result count changed during pagination');
		};
	};

	it('reads again where the Data Table node gives up over a changed count', async () => {
		collide(2);
		expect(await table().select(where({ status: 'scheduled' }), 5)).toEqual([{ id: 7 }]);
		expect(n8n.accesses).toHaveLength(3);
	});

	it('does not go on for ever, nor with another failure', async () => {
		collide(99);
		await expect(table().select(where({ status: 'scheduled' }), 5)).rejects.toThrow(
			/count changed/,
		);
		expect(n8n.accesses).toHaveLength(5);
		n8n.answer = () => {
			throw new Error('Database is closed');
		};
		await expect(table().select(where({ status: 'scheduled' }), 5)).rejects.toThrow(/is closed/);
		expect(n8n.accesses).toHaveLength(6);
	});
});

describe('opening a table', () => {
	const columns = COLUMNS.map(({ name, type }) => ({ name, type }));

	/** n8n's tables by name, as its list shows them: all whose name contains the one asked for. */
	const tables = (...there: IDataObject[]) => {
		n8n.answer = ({ node }) => {
			if (node.operation === 'list') return there;
			const made = { id: 'made', name: node.tableName as string, columns };
			there.push(made);
			return [made];
		};
	};

	it('makes it where it is missing, and leaves no row in the list of executions', async () => {
		tables();
		expect((await created('scheduled_messages')).id).toBe('made');
		expect(n8n.accesses[1].node).toMatchObject({
			operation: 'create',
			tableName: 'scheduled_messages',
		});
		expect(n8n.accesses[1].settings).toMatchObject({ saveDataSuccessExecution: 'none' });
	});

	it('takes the one of exactly that name, not one whose name contains it', async () => {
		tables(
			{ id: 'other', name: 'old_scheduled_messages', columns: [] },
			{ id: 'there', name: 'scheduled_messages', columns },
		);
		expect((await created('scheduled_messages')).id).toBe('there');
		expect(n8n.accesses).toHaveLength(1);
	});

	it('takes one that another execution has made in between', async () => {
		const there: IDataObject[] = [];
		n8n.answer = ({ node }) => {
			if (node.operation === 'list') return there;
			there.push({ id: 'theirs', name: 'scheduled_messages', columns });
			throw new Error("Data table with name 'scheduled_messages' already exists");
		};
		expect((await created('scheduled_messages')).id).toBe('theirs');
	});

	it('names the columns that one of the same name lacks', async () => {
		tables({ id: 'there', name: 'messages', columns: columns.slice(2) });
		await expect(created('messages')).rejects.toThrow(
			'"Data Table" is "messages", but it lacks 2 columns for messages: status (string), send_at (date). Add them in n8n, or enter another name.',
		);
	});

	it('says of one that was made for something else that it is another, and not all that it lacks', async () => {
		tables({ id: 'there', name: 'customers', columns: [{ name: 'status', type: 'string' }] });
		await expect(created('customers')).rejects.toThrow(
			`"Data Table" is "customers", which is a table for other data: it lacks ${COLUMNS.length - 1} columns for messages, among them send_at (date), recipient (string), text (string). Enter another name.`,
		);
	});

	describe('that must exist', () => {
		const messages = (name: string, id = `id of ${name}`) => ({ id, name, columns });
		const customers = { id: 'c', name: 'shedule', columns: [] };

		it('is found by its name and by its id, and makes nothing', async () => {
			tables(customers, messages('scheduled_messages', 't1'));
			expect(await existing('scheduled_messages')).toMatchObject({ id: 't1' });
			expect(await existing('t1', 'id')).toMatchObject({ id: 't1', name: 'scheduled_messages' });
			expect(n8n.accesses.map(({ node }) => node.operation)).toEqual(['list', 'list']);
		});

		it.each([
			['sheduled_mesages', 'name', 'Did you mean "scheduled_messages"?'],
			['Scheduled Messages', 'name', 'Did you mean "scheduled_messages"?'],
			['no_such', 'name', 'These tables store messages: "reminders", "scheduled_messages".'],
			['t1', 'name', 'That is the ID of a table: choose "By ID".'],
			['reminders', 'id', 'That is the name of a table: choose "By Name".'],
		] as const)('is not created where none is: %s by %s', async (value, by, advice) => {
			tables(customers, messages('scheduled_messages', 't1'), messages('reminders'));
			await expect(existing(value, by)).rejects.toMatchObject({
				name: 'InvalidParameterError',
				message: `"Data Table" is ${by === 'id' ? 'the ID ' : ''}"${value}", which does not exist in this project. ${advice} Only the operation "Schedule" creates a table.`,
			});
			expect(n8n.accesses.every(({ node }) => node.operation === 'list')).toBe(true);
		});

		it('says so where no table stores messages at all', async () => {
			tables(customers);
			await expect(existing('scheduled_messages')).rejects.toThrow(
				/No table in this project stores messages yet: schedule a message first/,
			);
		});

		it('is not created by its id either', async () => {
			tables();
			const opened = openTable(n8n.context, { by: 'id', value: 'x' }, { create: true });
			await expect(opened).rejects.toThrow(/is the ID "x", which does not exist in this project/);
		});
	});

	it('says that it was deleted where it was meanwhile', async () => {
		n8n.answer = () => {
			throw new Error("Data table with ID 'x' could not be found in this project");
		};
		await expect(table().select([], 1)).rejects.toThrow(/the table was deleted meanwhile/);
	});

	it('knows all that store messages, the one of the usual name first, then the last changed', async () => {
		const at = (name: string, updatedAt: string) => ({ id: name, name, columns, updatedAt });
		tables(
			{ id: 'c', name: 'customers', columns: [], updatedAt: '2026-03-01' },
			at('old', '2026-01-01'),
			at('new', '2026-02-01'),
			at('usual', '2025-01-01'),
		);
		const names = (await messageTables(n8n.context, 'usual')).map(({ name }) => name);
		expect(names).toEqual(['usual', 'new', 'old']);
	});

	it('knows those that an earlier version made, and what they lack', async () => {
		const without = (...names: string[]) => columns.filter(({ name }) => !names.includes(name));
		tables(
			{ id: 'a', name: 'earlier', columns: without('frequency_cap', 'group_name') },
			{ id: 'b', name: 'without ids', columns: without('schedule_id') },
			{ id: 'c', name: 'other', columns: columns.slice(0, 9) },
			{ id: 'd', name: 'complete', columns },
		);
		const found = await messageTables(n8n.context, 'earlier');
		expect(found.map(({ name }) => name)).toEqual(['earlier', 'complete']);
		expect(() => found[0].assertColumns()).toThrow(
			'"Data Table" is "earlier", but it lacks 2 columns for messages: frequency_cap (string), group_name (string). Add them in n8n',
		);
		expect(() => found[1].assertColumns()).not.toThrow();
	});

	describe('and the one for events beside it', () => {
		const others = [{ id: 'x', name: 'a_scheduled_messages_events' }];
		let tables: IDataObject[];
		const open = async () => {
			tables = [...others];
			n8n.answer = ({ node }) => {
				if (node.operation === 'list') return tables;
				if (node.operation !== 'create') return [];
				const name = node.tableName as string;
				const of = name.endsWith('_events') ? EVENT_COLUMNS : COLUMNS;
				const columns = of.map((column) => ({ ...column }));
				const made = { id: `id of ${name}`, name, columns };
				if (tables.every((each) => each.name !== name)) tables.push(made);
				return [made];
			};
			return (await created('scheduled_messages')).events!;
		};

		it('is not made unless it is asked for, nor taken for one of a longer name', async () => {
			const events = await open();
			expect(await events({ create: false })).toBeNull();
			const { node } = n8n.accesses[n8n.accesses.length - 1];
			expect(node).toMatchObject({ operation: 'list', returnAll: true });
			expect(node.options).toEqual({ filterName: 'scheduled_messages_events' });
		});

		it('is made with its own columns, found later, and looked for once', async () => {
			const events = await open();
			const id = 'id of scheduled_messages_events';
			expect((await events({ create: true }))?.id).toBe(id);
			const { columns: made } = n8n.accesses[n8n.accesses.length - 1].node as unknown as {
				columns: { column: unknown[] };
			};
			expect(made.column).toHaveLength(EVENT_COLUMNS.length);
			const accesses = n8n.accesses.length;
			expect((await events({ create: false }))?.id).toBe(id);
			expect(n8n.accesses).toHaveLength(accesses);
			// As another execution finds it.
			const again = (await created('scheduled_messages')).events!;
			expect((await again({ create: false }))?.id).toBe(id);
		});
	});

	it('does not evaluate its name', async () => {
		await expect(created('={{ 1 }}')).rejects.toThrow(/does not begin with "="/);
		expect(n8n.accesses).toEqual([]);
	});

	it.each([
		[
			'Unrecognized node type: n8n-nodes-base.dataTable',
			/node is missing, .* before n8n 2\.3/,
			'unsupported',
		],
		['Could not get parameter', /cannot create tables before n8n 2\.3/, 'unsupported'],
		[
			'Attempted to use Data table node but the module is disabled',
			/they are turned off/,
			'unsupported',
		],
		['Data table size limit exceeded: 200MB used, limit is 200MB', /they are full/, 'unavailable'],
		['Database is closed', /not available: Database is closed/, 'unavailable'],
	])('says what is wrong: %s', async (words, said, kind) => {
		n8n.answer = () => {
			throw new Error(words);
		};
		await expect(created('scheduled_messages')).rejects.toMatchObject({
			kind,
			message: expect.stringMatching(said),
		});
	});
});
