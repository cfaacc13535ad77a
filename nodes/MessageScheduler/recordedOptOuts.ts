import type { IDataObject } from 'n8n-workflow';
import { isOfAccount } from '../../gateways/account';
import { isOptOut } from '../../gateways/capabilityChecks';
import { personOf, withoutDevice } from '../../messages/doNotContact';
import { sameRecipientKey } from '../../messages/sameRecipient';
import { describeAddress } from '../../messages/recipient';
import { personIn } from '../../stores/doNotContact/person';
import type { RecordableStatus } from '../../stores/table/recordStatus';
import type { BackendRef } from '../shared/backendRef';
import { findListOf, gatewayOptOut, listOf } from './doNotContact';
import type { Run } from './run';

/**
 * Enters the recipient of a message that failed since they have unsubscribed at the gateway. An event
 * without a recipient, or of another account, enters nobody.
 *
 * @returns whether they were not there before
 */
export async function addRefusedRecipient(
	run: Run,
	store: BackendRef,
	{ gateway, account, recipient, failure, occurredAt, receivedAt }: RecordableStatus,
): Promise<boolean> {
	const isMeant = isOptOut(run.gateway, failure?.code) && isOfRun(run, gateway, account);
	if (!isMeant || recipient === null) return false;
	const list = await listOf(run, store);
	const entry = gatewayOptOut(personOf(recipient), failure?.reason ?? '');
	return (await list.add({ ...entry, at: timeOf({ occurredAt, receivedAt }) })).isNew;
}

/** What a received message or a preference asks for, by its `optOut`: no more messages, or messages again. */
export interface Wish {
	readonly wants: 'stop' | 'start';
	/** In a message, or by a choice that the gateway reports. */
	readonly source: 'reply' | 'gateway';
	/** Who asks: by number and hidden id. */
	readonly people: readonly string[];
	/** When they asked: milliseconds since 1970; null if that is not known. */
	readonly at: number | null;
	readonly said: string;
}

/** The wish of a received message or a preference; null without one. What is said in a group is not said to us alone. */
export function wishOf(run: Run, item: IDataObject): Wish | null {
	const { event, optOut, gateway, account, chatKind, text, button } = item;
	const isMeant = isOfRun(run, gateway, account) && chatKind !== 'group';
	if (!isMeant || (optOut !== 'stop' && optOut !== 'start')) return null;
	const said = [button, text].find((one) => typeof one === 'string' && one !== '') ?? '';
	return {
		wants: optOut,
		source: event === 'preference' ? 'gateway' : 'reply',
		people: peopleOf(item),
		at: timeOf(item),
		said: String(said),
	};
}

/** When it occurred, else when it was received: milliseconds since 1970; null if neither is known. */
const timeOf = ({ occurredAt, receivedAt }: IDataObject): number | null =>
	msOf(occurredAt) ?? msOf(receivedAt);

const msOf = (value: unknown): number | null => {
	const ms = typeof value === 'string' ? Date.parse(value) : NaN;
	return Number.isNaN(ms) ? null : ms;
};

/**
 * Leaves each person to the last of their wishes, by its time, else by its place: the items of a run go on
 * at once, and would overtake each other.
 */
export function lastWishes(wishes: ReadonlyArray<Wish | null>): Array<Wish | null> {
	const lastOf = new Map<string, Wish>();
	for (const wish of wishes) {
		for (const person of wish?.people ?? []) {
			const key = sameRecipientKey(person);
			const known = lastOf.get(key);
			const isEarlier = (wish!.at ?? Infinity) < (known?.at ?? -Infinity);
			if (!isEarlier) lastOf.set(key, wish!);
		}
	}
	return wishes.map(
		(wish) =>
			wish && {
				...wish,
				people: wish.people.filter((person) => lastOf.get(sameRecipientKey(person)) === wish),
			},
	);
}

/**
 * Does what a person asks for: `stop` enters them, and `start` removes the account's entry, unless that is
 * newer.
 *
 * @returns whether they were not there before
 */
export async function recordWish(
	run: Run,
	store: BackendRef,
	{ wants, source, people, at, said }: Wish,
): Promise<boolean> {
	if (wants === 'start') {
		const list = await findListOf(run, store);
		for (const person of people) await list?.takeBack(person, at ?? run.now());
	}
	if (wants !== 'stop' || people.length === 0) return false;
	const list = await listOf(run, store);
	const added = await Promise.all(
		people.map(async (person) => await list.add({ ...gatewayOptOut(person, said), source, at })),
	);
	return added.some(({ isNew }) => isNew);
}

/** The number or address of who wrote, and their hidden id; nobody for a short code, to which nobody can write. */
const peopleOf = ({ from, fromAddress, fromLid }: IDataObject): string[] => {
	const person = describeAddress(from) ?? describeAddress(fromAddress);
	const lid = typeof fromLid === 'string' && fromLid !== '' ? [withoutDevice(fromLid)] : [];
	const people = [...(person === null ? [] : [personOf(person)]), ...lid];
	return [...new Set(people.filter((one) => personIn({ person: one }) !== null))];
};

const isOfRun = ({ gateway, connection }: Run, of: unknown, account: unknown): boolean =>
	of === gateway.id &&
	isOfAccount(gateway, connection.credential, typeof account === 'string' ? account : null);
