import type { IDataObject } from 'n8n-workflow';
import { OPTED_OUT, type DoNotContactEntry } from '../../messages/doNotContact';
import type { Failure } from '../../messages/failure';
import { InvalidParameterError } from '../../messages/invalidParameterError';
import { toLocalTime } from '../../messages/sendTime';
import { shorten } from '../../messages/text';
import type { ListOwner } from '../../stores/doNotContact/columns';
import {
	createDoNotContactList,
	type DoNotContactList,
	type NewEntry,
} from '../../stores/doNotContact/list';
import { listedBeforeSending } from '../../stores/doNotContact/listed';
import { LookAhead } from '../../stores/doNotContact/lookAhead';
import type { BackendRef } from '../shared/backendRef';
import type { Run } from './run';

/** The account of a run, as lists are read for it. */
export const listOwner = ({ senders, gateway }: Pick<Run, 'senders' | 'gateway'>): ListOwner => ({
	senders,
	channel: gateway.capabilities.channel,
});

/** What one run has opened: all its items share the accesses. */
interface Opened {
	readonly lists: Map<string, Promise<DoNotContactList | null>>;
	readonly looks: Map<string, LookAhead>;
}

const opened = new WeakMap<Run, Opened>();

function openedBy(run: Run): Opened {
	const known = opened.get(run) ?? { lists: new Map(), looks: new Map() };
	opened.set(run, known);
	return known;
}

/** The list beside the messages of a store, created where it is missing. */
export const listOf = async (run: Run, ref: BackendRef): Promise<DoNotContactList> =>
	(await open(run, ref, true))!;

/** The same; null where it is missing: then nobody is on it. */
export const findListOf = async (run: Run, ref: BackendRef): Promise<DoNotContactList | null> =>
	await open(run, ref, false);

async function open(run: Run, ref: BackendRef, create: boolean): Promise<DoNotContactList | null> {
	const { lists } = openedBy(run);
	const key = JSON.stringify([ref, create]);
	const list =
		lists.get(key) ??
		(async () => {
			const backend = await run.backend(ref);
			const table = create ? await backend.doNotContact() : await backend.findDoNotContact();
			return table && createDoNotContactList(table, listOwner(run), () => backend.now());
		})();
	lists.set(key, list);
	return await list;
}

/** A person whom the gateway reports as opted out. */
export const gatewayOptOut = (person: string, reason: string): NewEntry => ({
	person,
	scope: 'account',
	reason: shorten(reason, 500),
	source: 'gateway',
});

/** Whom the messages of a run go to, and what to do about those on a list. */
export interface ContactRule {
	readonly ref: BackendRef;
	/** Whether *Schedule* creates the store, which a message may be the first of. */
	readonly create: boolean;
	readonly ifListed: 'reject' | 'skip';
	readonly person: string;
}

const NOTHING_DONE =
	'Nothing was sent or stored of this item. Run the workflow again once the list can be read.';

/** The run's look-ups in a list, of which each serves many items. */
function looksOf(run: Run, { ref, create }: ContactRule): LookAhead {
	const { looks } = openedBy(run);
	const key = JSON.stringify(ref);
	const look = async (people: readonly string[]) => {
		const table = await (await run.backend(ref, { create })).findDoNotContact();
		return table === null
			? new Map<string, DoNotContactEntry>()
			: await listedBeforeSending(table, listOwner(run), people, NOTHING_DONE);
	};
	const known = looks.get(key) ?? new LookAhead(look, run.now);
	looks.set(key, known);
	return known;
}

/** Says, when an item is prepared, whom it goes to. */
export function expectContact(run: Run, rule: ContactRule | null): void {
	if (rule !== null) looksOf(run, rule).expect(rule.person);
}

/**
 * Whether a message may be sent.
 *
 * @returns null if it may; the failure of a message that is to be skipped
 * @throws InvalidParameterError naming *Recipient* if it is to be rejected; GatewayError if the list cannot
 *   be read
 */
export async function checkContact(run: Run, rule: ContactRule | null): Promise<Failure | null> {
	const entry = rule === null ? null : await looksOf(run, rule).find(rule.person);
	if (rule === null || entry === null) return null;
	const why = `on Do Not Contact (${wordsOf(entry)})`;
	if (rule.ifListed === 'skip') return { code: OPTED_OUT, reason: `The recipient is ${why}` };
	throw new InvalidParameterError(
		'Recipient',
		`"Recipient" is ${rule.person}, who is ${why}`,
		'Leave the recipient out, or set "If Recipient Is on Do Not Contact" under Options. If the person wants to be written to again, use the operation "Remove" of "Do Not Contact".',
	);
}

const SCOPE_WORDS = {
	account: 'this account',
	whatsapp: 'WhatsApp',
	sms: 'SMS',
	all: 'all accounts',
} as const;

const MAX_REASON_LENGTH = 120;

/** `WhatsApp, since 2026-11-22: replied STOP`. */
function wordsOf({ scope, addedAt, reason }: DoNotContactEntry): string {
	const since = addedAt === null ? '' : `, since ${addedAt.slice(0, 10)}`;
	const why = reason === null ? '' : `: ${shorten(reason, MAX_REASON_LENGTH)}`;
	return `${SCOPE_WORDS[scope]}${since}${why}`;
}

/** An entry as an item has it; all null without one. */
export function entryFields(entry: DoNotContactEntry | null, run: Run): IDataObject {
	const addedAt = entry?.addedAt ?? null;
	const { local, timezone } = toLocalTime(addedAt, run.timezone);
	return {
		scope: entry?.scope ?? null,
		reason: entry?.reason ?? null,
		source: entry?.source ?? null,
		addedAtLocal: local,
		timezone,
		addedAt,
		gateway: entry?.gateway ?? null,
		account: entry?.account ?? null,
	};
}
