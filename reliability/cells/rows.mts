import type { INodeProperties, INodePropertyOptions } from 'n8n-workflow';
import type { Gateway } from '../../gateways/gateway';
import { STATUS_NAMES } from '../../messages/status';
import { MessageScheduler } from '../../nodes/MessageScheduler/MessageScheduler.node.ts';
import { MessageSchedulerTrigger } from '../../nodes/MessageSchedulerTrigger/MessageSchedulerTrigger.node.ts';

/** The column of what does not depend on where messages are stored. */
export const ANY_STORE = 'any';

/** An operation of the action node, or a kind of event of the trigger: a row of the table. */
export interface Row {
	/** `scheduledMessage.getAll`, `trigger.received` */
	readonly id: string;
	readonly resource: string;
	readonly operation: string;
	/** As n8n shows it: `Scheduled Message: Get Many` */
	readonly label: string;
	/** The parameters of the operation. */
	readonly fields: readonly INodeProperties[];
	/** Its cells for a gateway: one for each store, or `any` alone. */
	readonly places: readonly string[];
}

const { properties } = new MessageScheduler().description;

const choicesOf = (property?: INodeProperties) =>
	(property?.options ?? []) as INodePropertyOptions[];

const isFor = ({ displayOptions }: INodeProperties, parameter: string, value: unknown): boolean =>
	(displayOptions?.show?.[parameter] as unknown[] | undefined)?.includes(value) === true;

const choicesNamed = (name: string, resource?: unknown) =>
	choicesOf(
		properties.find(
			(property) =>
				property.name === name && (resource === undefined || isFor(property, 'resource', resource)),
		),
	);

const fieldsOf = (resource: unknown, operation: unknown) =>
	properties.filter(
		(property) => isFor(property, 'resource', resource) && isFor(property, 'operation', operation),
	);

const storeFieldIn = (fields: readonly INodeProperties[]) =>
	fields.find(({ name }) => name === 'storeIn');

/** The stores, as *Schedule* offers them; a new one is a new column. */
export const STORES: ReadonlyArray<{ readonly id: string; readonly label: string }> = choicesOf(
	storeFieldIn(fieldsOf('scheduledMessage', 'schedule')),
).map(({ name, value }) => ({ id: String(value), label: name }));

const operationRows = choicesNamed('resource').flatMap((resource) =>
	choicesNamed('operation', resource.value).map((operation): Row => {
		const fields = fieldsOf(resource.value, operation.value);
		return {
			id: `${resource.value}.${operation.value}`,
			resource: String(resource.value),
			operation: String(operation.value),
			label: `${resource.name}: ${operation.name}`,
			fields,
			places: storeFieldIn(fields) === undefined ? [ANY_STORE] : STORES.map(({ id }) => id),
		};
	}),
);

const TRIGGER = 'trigger';

/** All statuses are one kind of event; whatever else the trigger offers is another. */
const eventKinds = [
	{ value: 'status', name: 'Status' },
	...choicesOf(
		new MessageSchedulerTrigger().description.properties.find(({ name }) => name === 'events'),
	).filter(({ value }) => !STATUS_NAMES.some((status) => status === value)),
];

const triggerRows = eventKinds.map(
	({ value, name }): Row => ({
		id: `${TRIGGER}.${value}`,
		resource: TRIGGER,
		operation: String(value),
		label: `Trigger: ${name}`,
		fields: [],
		places: [ANY_STORE],
	}),
);

/** All rows, read from the nodes' descriptions: a new operation is a new row. */
export const ROWS: readonly Row[] = [...operationRows, ...triggerRows];

/** @throws RangeError if the nodes have no such operation */
export function rowById(id: string): Row {
	const row = ROWS.find((one) => one.id === id);
	if (row === undefined) throw new RangeError(`The nodes have no operation "${id}"`);
	return row;
}

/**
 * What to choose in an operation for a store, and whether its list has that. A message in a Data Table is
 * found by its id, so that operations on one message have one choice for it and the gateway.
 */
export function storeChoice(
	{ fields }: Row,
	store: string,
): { readonly value: string; readonly isListed: boolean } {
	const listed = choicesOf(storeFieldIn(fields)).map(({ value }) => String(value));
	if (listed.includes(store)) return { value: store, isListed: true };
	const isFoundById =
		store === 'dataTable' &&
		listed.includes('gateway') &&
		fields.some(({ name }) => name === 'scheduleId');
	return { value: isFoundById ? 'gateway' : store, isListed: isFoundById };
}

/** Whether the operation is to work there, by the vendor's documents and the operation's list of stores. */
export function isOffered({ capabilities }: Gateway, row: Row, place: string): boolean {
	if (row.id === 'message.get') return capabilities.lookup !== null;
	if (row.id === 'trigger.received') return capabilities.webhooks.received !== null;
	if (place === ANY_STORE) return true;
	if (!storeChoice(row, place).isListed) return false;
	return place !== 'gateway' || capabilities.scheduling !== null;
}
