import type { Gateway } from '../../gateways/gateway';
import { output, type Json } from '../../harness/client.mts';
import type { N8n } from '../../harness/n8n.mts';
import { joinSentences } from '../../messages/sentences';
import type { GatewayId, Sandbox } from '../../sandbox/index.mts';
import { oneNode } from '../../test/e2e/environment.mts';
import { Refusal } from './refusal.mts';
import { rowById, storeChoice, type Row } from './rows.mts';
import type { OutsideStore } from './stores.mts';

/** What all cells share. */
export interface World {
	readonly n8n: N8n;
	readonly sandbox: Sandbox;
	/** The stores that *Send Due* works on, by their ids. */
	readonly stores: Readonly<Record<string, OutsideStore>>;
	/** The parameters that choose PostgreSQL. */
	readonly postgres: Json;
}

/** A message that waits for its time, read without the package. */
interface Waiting {
	readonly text: string | null;
	/** ISO 8601, UTC. */
	readonly sendAt: string;
}

/** One cell: an operation, at a gateway and a store, with a recipient and a text that are its own. */
export interface Bench {
	readonly world: World;
	readonly gateway: Gateway;
	readonly id: GatewayId;
	readonly row: Row;
	readonly place: string;
	readonly recipient: string;
	readonly text: string;
	/** Times that every gateway takes: two days ahead, and later that day. ISO 8601, whole seconds. */
	readonly at: string;
	readonly later: string;
	/** *Options* of what cancels a message. */
	readonly deletion: Json;
	/** The same message, of another store. */
	in(place: string): Bench;
	/** The store as seen from outside. @throws RangeError if *Send Due* does not work on it */
	store(): OutsideStore;
	/**
	 * Runs an operation in a workflow of its own.
	 *
	 * @param id {@link Row.id}
	 * @throws Refusal if the node reports an error
	 */
	operate(id: string, parameters?: Json, items?: Json[]): Promise<Json[]>;
	/** Schedules the cell's message, or another one. */
	schedule(parameters?: Json): Promise<Json>;
	/** The cell's messages that wait in its store. */
	waiting(): Promise<Waiting[]>;
	/** How often the gateway has sent the cell's message, or is about to. */
	sent(): number;
}

const HOUR_MS = 3_600_000;
const wholeSeconds = (ms: number): string => new Date(Math.floor(ms / 1_000) * 1_000).toISOString();

/** Counts cells: no two have the same recipient. */
let cells = 0;

/** Numbers that end in 0000 are of nobody. */
const nextRecipient = (): string => {
	cells += 1;
	return `+9199880${cells % 10_000 === 0 ? ++cells + 10_000 : cells + 10_000}`;
};

export function createBench(
	world: World,
	gateway: Gateway,
	row: Row,
	place: string,
	{ recipient, text }: Pick<Bench, 'recipient' | 'text'> = {
		recipient: nextRecipient(),
		text: `${row.id} with ${gateway.id}, ${place}`,
	},
): Bench {
	const { n8n, sandbox, stores } = world;
	const id = gateway.id as GatewayId;
	const now = Date.now();
	const at = wholeSeconds(now + 48 * HOUR_MS);
	const operate: Bench['operate'] = async (name, parameters = {}, items) => {
		const { resource, operation, fields } = rowById(name);
		const asked = { ...storeParameters(rowById(name), place, world.postgres), ...parameters };
		const known = new Set(fields.map((field) => field.name));
		const unknown = Object.keys(asked).filter((key) => !known.has(key));
		if (unknown.length > 0) throw new RangeError(`${name} has no parameter ${unknown.join()}`);
		const workflow = oneNode(gateway.id, { resource, operation, ...asked }, { items });
		const execution = await n8n.runManually(await n8n.createWorkflow(workflow), {
			timeoutMs: 120_000,
		});
		const { error } = execution;
		if (error !== undefined) throw new Refusal(joinSentences(error.message, error.description));
		return output(execution, 'Message Scheduler');
	};
	const isOfCell = (message: { readonly text: string | null }) =>
		message.text?.startsWith(text) === true;
	const held = () => sandbox.look(id, Infinity).held.map(({ message }) => message);
	return {
		world,
		gateway,
		id,
		row,
		place,
		recipient,
		text,
		at,
		later: wholeSeconds(now + 60 * HOUR_MS),
		deletion:
			gateway.capabilities.scheduling?.cancelsBy === 'delete' ? { allowDeletion: true } : {},
		in: (other) => createBench(world, gateway, row, other, { recipient, text }),
		store: () => {
			if (!Object.hasOwn(stores, place))
				throw new RangeError(`"${place}" is not seen from outside`);
			return stores[place];
		},
		operate,
		schedule: async (parameters = {}) => {
			const message = { recipient, text, sendAt: at, ...parameters };
			const [scheduled] = await operate('scheduledMessage.schedule', message);
			return scheduled;
		},
		waiting: async () => {
			if (place === 'gateway') {
				return held()
					.filter(isOfCell)
					.map((message) => ({
						text: message.text,
						sendAt: new Date(message.scheduledAt ?? Number.NaN).toISOString(),
					}));
			}
			const messages = await stores[place].messages();
			return messages.filter(
				(message) =>
					message.gateway === gateway.id && message.status === 'scheduled' && isOfCell(message),
			);
		},
		sent: () =>
			sandbox.messages(id).filter(
				(message) =>
					message.text === text &&
					// One that was cancelled has a time as well.
					(message.scheduledAt === undefined || message.sentAt !== undefined),
			).length,
	};
}

/** The parameters by which an operation is told where the messages are. */
function storeParameters(row: Row, place: string, postgres: Json): Json {
	const { fields } = row;
	const hasChoice = fields.some(({ name }) => name === 'storeIn');
	const { storeWorkflow, postgresTables } = postgres;
	// The operation that moves messages to PostgreSQL leaves no choice.
	const isAlwaysAsked = fields.some(
		({ name, displayOptions: { show = {} } = {} }) =>
			name === 'storeWorkflow' &&
			Object.keys(show).every((key) => ['resource', 'operation'].includes(key)),
	);
	return {
		...(hasChoice ? { storeIn: storeChoice(row, place).value } : {}),
		...((hasChoice && place === 'postgres') || isAlwaysAsked
			? { storeWorkflow, postgresTables }
			: {}),
	};
}
