import type {
	IDataObject,
	IExecuteFunctions,
	INodeExecutionData,
	INodeParameters,
} from 'n8n-workflow';
import { settle } from '../../../messages/settle';
import type { ColumnName } from '../../../stores/table/columns';
import type { ConditionalUpdate, Condition, RowOf, Table } from '../../../stores/table/table';
import { toFilters, whereOf } from './filters';
import { runDataTableNodes } from './subWorkflow';

/** The Data Table with that id. */
export function tableById<C extends string = ColumnName>(
	context: IExecuteFunctions,
	id: string,
): Table<C> {
	const at = { __rl: true, mode: 'id', value: id };
	const rows = async (parameters: INodeParameters, items?: IDataObject[]) =>
		await runDataTableNodes(context, [{ resource: 'row', dataTableId: at, ...parameters }], items);
	const selectEither = async (conditions: ReadonlyArray<Condition<C>>): Promise<Array<RowOf<C>>> =>
		conditions.length === 0
			? []
			: (
					await retryOnSyncError(
						async () =>
							await rows(
								{
									operation: 'get',
									matchType: 'anyCondition',
									filters: toFilters([conditions]),
									returnAll: true,
								},
								[whereOf(conditions)],
							),
					)
				).map(toRow<C>);
	return {
		id,

		insert: async (values) =>
			(
				await rows(
					{ operation: 'insert', columns: { mappingMode: 'autoMapInputData', value: null } },
					values.map((row) => ({ ...row })),
				)
			).map(toRow<C>),

		select: async (conditions, limit, by = 'id', direction = 'asc') =>
			(
				await retryOnSyncError(
					async () =>
						await rows(
							{
								operation: 'get',
								matchType: 'allConditions',
								filters: toFilters([conditions]),
								returnAll: false,
								limit,
								orderBy: true,
								orderByColumn: by,
								orderByDirection: direction === 'asc' ? 'ASC' : 'DESC',
							},
							[whereOf(conditions)],
						),
				)
			).map(toRow<C>),

		selectAny: async (column, values) =>
			await selectEither(values.map((value) => ({ column, is: 'eq', value }))),

		selectEither,

		update: async (changes) => {
			const matched: Array<Array<RowOf<C>>> = [];
			for (const alike of groupSimilar(changes)) {
				const updated = await rows(
					{
						operation: 'update',
						matchType: 'allConditions',
						filters: toFilters(alike.map(({ where }) => where)),
						columns: { mappingMode: 'defineBelow', value: '={{ $json.values }}' },
					},
					alike.map(({ where, values }) => ({ ...whereOf(where), values: { ...values } })),
				);
				const ofEach = alike.map((): Array<RowOf<C>> => []);
				for (const item of updated) ofEach[indexOf(item.pairedItem)].push(toRow<C>(item));
				matched.push(...ofEach);
			}
			return matched;
		},

		remove: async (conditions) =>
			(
				await rows(
					{
						operation: 'deleteRows',
						matchType: 'allConditions',
						filters: toFilters([conditions]),
					},
					[whereOf(conditions)],
				)
			).length,
	};
}

const MAX_READS = 5;

/**
 * Retries a read: the Data Table node counts the rows after it has read them, and fails if the count has
 * changed in between, which concurrent dispatchers do all the time.
 */
async function retryOnSyncError<T>(read: () => Promise<T>): Promise<T> {
	for (let reads = 1; ; reads++) {
		const outcome = await settle(read());
		if (outcome.ok) return outcome.value;
		if (reads === MAX_READS || !/synchronization error/i.test(String(outcome.error))) {
			throw outcome.error;
		}
	}
}

/** Groups consecutive changes that differ in values only, so that one node can apply them. */
function groupSimilar<C extends string>(
	changes: ReadonlyArray<ConditionalUpdate<C>>,
): Array<Array<ConditionalUpdate<C>>> {
	const shape = ({ where }: ConditionalUpdate<C>) =>
		where.map(({ column, is }) => `${column} ${is}`).join();
	const runs: Array<Array<ConditionalUpdate<C>>> = [];
	for (const change of changes) {
		const last = runs[runs.length - 1];
		if (last !== undefined && shape(last[0]) === shape(change)) last.push(change);
		else runs.push([change]);
	}
	return runs;
}

const toRow = <C extends string>({ json }: INodeExecutionData): RowOf<C> =>
	Object.fromEntries(
		// Some operations return dates as objects, whose text has no milliseconds.
		Object.entries(json).map(([name, cell]) => [
			name,
			(cell as unknown) instanceof Date ? (cell as unknown as Date).toISOString() : cell,
		]),
	) as unknown as RowOf<C>;

const indexOf = (pairedItem: INodeExecutionData['pairedItem']): number => {
	const first = Array.isArray(pairedItem) ? pairedItem[0] : pairedItem;
	return typeof first === 'number' ? first : (first?.item ?? 0);
};
