import type { IDataObject } from 'n8n-workflow';
import { isOfAccount } from '../../gateways/account';
import { isOptOut } from '../../gateways/capabilityChecks';
import { personOf } from '../../messages/doNotContact';
import { describeAddress } from '../../messages/recipient';
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
	{ gateway, account, recipient, failure }: RecordableStatus,
): Promise<boolean> {
	const isMeant = isOptOut(run.gateway, failure?.code) && isOfRun(run, gateway, account);
	if (!isMeant || recipient === null) return false;
	const list = await listOf(run, store);
	const entry = gatewayOptOut(personOf(recipient), failure?.reason ?? '');
	return (await list.add(entry)).isNew;
}

/**
 * Does what a received message asks for, by its `optOut`: `stop` enters the person, by number and hidden id,
 * and `start` removes the account's entry. What is said in a group is not said to us alone.
 *
 * @returns whether they were not there before
 */
export async function recordWish(run: Run, store: BackendRef, item: IDataObject): Promise<boolean> {
	const { optOut, gateway, account, chatKind, text, button, verified } = item;
	const isMeant = isOfRun(run, gateway, account) && chatKind !== 'group' && verified !== false;
	if (!isMeant) return false;
	const people = peopleOf(item);
	if (optOut === 'start') {
		const list = await findListOf(run, store);
		for (const person of people) await list?.remove(person, 'account');
	}
	if (optOut !== 'stop' || people.length === 0) return false;
	const list = await listOf(run, store);
	const said = [button, text].find((one) => typeof one === 'string' && one !== '') ?? '';
	const added = await Promise.all(
		people.map(
			async (person) => await list.add({ ...gatewayOptOut(person, String(said)), source: 'reply' }),
		),
	);
	return added.some(({ isNew }) => isNew);
}

/** The number or address of who wrote, and their hidden id. */
const peopleOf = ({ from, fromAddress, fromLid }: IDataObject): string[] => {
	const person = describeAddress(from) ?? describeAddress(fromAddress);
	const known = [person === null ? null : personOf(person), fromLid];
	return [...new Set(known.filter((one) => typeof one === 'string' && one !== ''))] as string[];
};

const isOfRun = ({ gateway, connection }: Run, of: unknown, account: unknown): boolean =>
	of === gateway.id &&
	isOfAccount(gateway, connection.credential, typeof account === 'string' ? account : null);
