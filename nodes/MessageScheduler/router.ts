import {
	NodeOperationError,
	type IDataObject,
	type IExecuteFunctions,
	type INodeExecutionData,
} from 'n8n-workflow';
import { GatewayError } from '../../gateways/transport/gatewayError';
import { settle, settleSync, type Settled } from '../../messages/settle';
import { errorItem, toUserError } from './itemErrors';
import type { Operation, Plan } from './operation';
import { findOperation } from './operations';
import { withFiles } from './outputFile';
import { mapInParallel } from './parallel';
import { beginRun, type Run } from './run';
import { withStanding } from './standing';
import { returnErrorsAsItems, shouldReturnErrors, isToolRun, withoutNulls } from './aiTool';

/** The result of one item: its output, or an error. */
type Outcome = Settled<IDataObject[]>;

/**
 * Runs the chosen operation over all items: the only place that handles items, their order, their errors,
 * and which output belongs to which input.
 */
export async function router(context: IExecuteFunctions): Promise<INodeExecutionData[][]> {
	const work = async () => await runItems(context);
	return [await (shouldReturnErrors(context) ? returnErrorsAsItems(work) : work())];
}

async function runItems(context: IExecuteFunctions): Promise<INodeExecutionData[]> {
	const mayContinue = context.continueOnFail();
	const begun = await settle(begin(context));
	if (!begun.ok) {
		if (!mayContinue) throw toUserError(context, begun.error);
		// If thrown, n8n would pass the input on, as if all items were done.
		return context.getInputData().map((_, index) => errorItem(context, begun.error, index, false));
	}
	const { operation, run } = begun.value;

	const prepared = prepareAll(operation, context, run);
	// Verifying may ask the gateway and open a store, which an item that is invalid anyway must not cost.
	if (!mayContinue) assertAll(context, prepared);
	const plans = await verifyAll(operation, prepared, run);
	if (!mayContinue) assertAll(context, plans);

	const concurrency = operation.concurrency?.(plans.map(valueOf), run) ?? run.maxParallel;
	const outcomes = await performAll(operation, plans, context, run, { concurrency, mayContinue });
	const failed = outcomes.findIndex((outcome) => !outcome.ok);
	if (failed === -1) run.ledger.close();
	const items = toItems(context, outcomes, mayContinue);
	return await withFiles(context, operation.file, plans.map(valueOf), items);
}

/** @throws the first item's error, if there is one */
function assertAll(context: IExecuteFunctions, plans: ReadonlyArray<Settled<Plan>>): void {
	for (const [index, plan] of plans.entries()) {
		if (!plan.ok) throw toUserError(context, plan.error, index);
	}
}

/** The operation and the connection to the gateway, which all items share. */
async function begin(
	context: IExecuteFunctions,
): Promise<{ readonly operation: Operation; readonly run: Run }> {
	return { operation: chosenOperation(context), run: await beginRun(context) };
}

function chosenOperation(context: IExecuteFunctions): Operation {
	const resource = context.getNodeParameter('resource', 0) as string;
	const name = context.getNodeParameter('operation', 0) as string;
	const operation = findOperation(resource, name);
	if (operation === undefined) {
		throw new NodeOperationError(
			context.getNode(),
			`"Operation" is "${name}" of "${resource}", which this node does not have. Choose one from the list.`,
		);
	}
	return operation;
}

/** Reads every item before anything is sent, so that an invalid last item stops the run first. */
function prepareAll(
	operation: Operation,
	context: IExecuteFunctions,
	run: Run,
): Array<Settled<Plan>> {
	const prepared = context
		.getInputData()
		.map((_, index) => settleSync(() => operation.prepare(context, index, run)));
	const arranged = settleSync(() => operation.arrange?.(prepared.map(valueOf), context, run) ?? []);
	return prepared.map((plan, index) => {
		if (!plan.ok || !arranged.ok) {
			const { error } = (plan.ok ? arranged : plan) as Settled<never> & { ok: false };
			const open = run.ledger.unresolvedOf(index);
			return { ok: false, error: open === null ? error : withStanding(error, open) };
		}
		const final = arranged.value[index] ?? plan.value;
		// An item that an earlier attempt has done needs no future time any more, and an unresolved one is
		// resolved before the current parameters are checked.
		const { output, unresolved } = run.ledger.entry(index, final.fingerprint);
		if (output !== null || unresolved !== null) return { ok: true, value: final };
		return settleSync(() => {
			operation.check?.(final, run);
			return final;
		});
	});
}

/** Items that an earlier attempt has done, or left unresolved, are not checked again. */
async function verifyAll(
	operation: Operation,
	plans: Array<Settled<Plan>>,
	run: Run,
): Promise<Array<Settled<Plan>>> {
	if (operation.verify === undefined) return plans;
	return await mapInParallel(plans, run.maxParallel, async (plan, index) => {
		if (!plan.ok) return plan;
		const entry = run.ledger.entry(index, plan.value.fingerprint);
		if (entry.output !== null || entry.unresolved !== null) return plan;
		return await settle(operation.verify!(plan.value, run));
	});
}

const valueOf = (plan: Settled<Plan>) => (plan.ok ? plan.value : null);

/** Circuit breaker: after this many transient errors in a row the gateway counts as down. */
const MAX_CONSECUTIVE_FAILURES = 10;

const TRANSIENT_KINDS = new Set([
	'rateLimited',
	'unavailable',
	'unreachable',
	'timedOut',
	'unexpectedResponse',
]);

/** Whether a retry may succeed. */
const isTransient = (error: unknown) =>
	error instanceof GatewayError && TRANSIENT_KINDS.has(error.kind);

/**
 * Performs all items with bounded concurrency, started in their order. After an error no further item
 * starts, unless the user chose to continue, or Retry On Fail is on and the error is transient. Items in
 * flight are awaited, so that the ledger records them.
 */
async function performAll(
	operation: Operation,
	plans: ReadonlyArray<Settled<Plan>>,
	context: IExecuteFunctions,
	run: Run,
	{ concurrency, mayContinue }: { readonly concurrency: number; readonly mayContinue: boolean },
): Promise<Outcome[]> {
	// If n8n retries, an item that is left undone uses up one of the few attempts.
	const failureLimit = context.getNode().retryOnFail === true ? MAX_CONSECUTIVE_FAILURES : 1;
	let failuresInRow = 0;
	let stopped = false;
	const perform = async (plan: Plan, index: number): Promise<IDataObject[]> => {
		const entry = run.ledger.entry(index, plan.fingerprint);
		if (entry.output !== null) return entry.output;
		const output = await operation.perform(plan, run, entry);
		entry.finish(output);
		return output;
	};
	return await mapInParallel(plans, concurrency, async (plan, index): Promise<Outcome> => {
		if (!plan.ok) return plan;
		if (stopped) return { ok: true, value: [] };
		const outcome = await settle(perform(plan.value, index));
		if (outcome.ok) failuresInRow = 0;
		else if (!isTransient(outcome.error) || ++failuresInRow >= failureLimit)
			stopped ||= !mayContinue;
		return outcome;
	});
}

function toItems(
	context: IExecuteFunctions,
	outcomes: readonly Outcome[],
	mayContinue: boolean,
): INodeExecutionData[] {
	const shape = isToolRun(context) ? withoutNulls : (json: IDataObject) => json;
	return outcomes.flatMap((outcome, index): INodeExecutionData[] => {
		const pairedItem = { item: index };
		if (outcome.ok) return outcome.value.map((json) => ({ json: shape(json), pairedItem }));
		if (!mayContinue) throw toUserError(context, outcome.error, index);
		return [errorItem(context, outcome.error, index, true)];
	});
}
