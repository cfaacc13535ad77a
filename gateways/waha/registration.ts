import { textAt } from '../json';
import type { Connection, WebhookRegistration } from '../gateway';
import { changeSettings, type SettingsChange } from '../changeSettings';
import { GatewayError } from '../transport/gatewayError';
import { eventsFor } from './events';
import { isInEnvironment, keepsNoWebhooks } from './environmentWebhook';
import { isOldCore, serverIfKnown } from './server';
import { readSession, saveWebhooks, type Session } from './session';
import { toDoIn, WORKING } from './sessionStates';
import { hasUrl, isAsWanted, repaired } from './webhookEntry';

/** How long an engine takes to start is documented nowhere. */
const MAX_WAIT_MS = 60_000;
const LOOK_EVERY_MS = 1_000;

/**
 * A session has a list of webhooks in its configuration (waha.devlike.pro/docs/how-to/sessions, "Update Session").
 * To write it restarts the session, during which messages wait and events may be lost: it is written only where
 * something differs and the session works, and then waited for. Entries of others go back as they came. Two who
 * write at the same moment can still lose one change.
 *
 * Core before 2026.6.1 keeps the list in memory. There, the webhook has to stand in the server's environment.
 */
export const registration: WebhookRegistration = {
	async check(connection, wanted) {
		const server = await serverIfKnown(connection);
		const events = eventsFor(server, wanted);
		if (server !== null && isOldCore(server)) {
			return await isInEnvironment(connection, wanted, events);
		}
		const { webhooks } = await readSession(connection);
		const ours = webhooks.filter((entry) => hasUrl(entry, wanted.url));
		return ours.length === 1 && ours.every((entry) => isAsWanted(entry, wanted, events));
	},

	async register(connection, wanted, previous) {
		const server = await serverIfKnown(connection);
		const events = eventsFor(server, wanted);
		const result = { url: wanted.url };
		if (server !== null && isOldCore(server)) {
			if (await isInEnvironment(connection, wanted, events)) return result;
			throw keepsNoWebhooks(server, wanted, events);
		}
		const recorded = textAt(previous ?? {}, 'url');
		const isOurs = (entry: unknown) => hasUrl(entry, wanted.url) || hasUrl(entry, recorded);
		return await change(connection, [WORKING], ({ webhooks }) => {
			const ours = webhooks.filter(isOurs);
			const best = ours.find((entry) => hasUrl(entry, wanted.url)) ?? ours[0] ?? {};
			if (ours.length === 1 && hasUrl(best, wanted.url) && isAsWanted(best, wanted, events)) {
				return { change: null, result };
			}
			const found = webhooks.findIndex(isOurs);
			const place = found === -1 ? webhooks.length : found;
			const isOther = (entry: unknown) => !isOurs(entry);
			const change = [
				...webhooks.slice(0, place),
				repaired(best, wanted, events),
				...webhooks.slice(place).filter(isOther),
			];
			return { change, result };
		});
	},

	async remove(connection, { url }, record) {
		const recorded = textAt(record ?? {}, 'url');
		await change(connection, REMOVED_IN, ({ webhooks }) => {
			const others = webhooks.filter((entry) => !hasUrl(entry, url) && !hasUrl(entry, recorded));
			return { change: others.length < webhooks.length ? others : null, result: undefined };
		});
	},
};

type Webhooks = readonly unknown[];

/** A stopped session is written to without being started. */
const REMOVED_IN: readonly string[] = [WORKING, 'STOPPED'];

/** Reads, changes and writes the webhooks in one of these states, and waits until a session that worked works again. */
async function change<Result>(
	connection: Connection,
	states: readonly string[],
	plan: (session: Session) => ReturnType<SettingsChange<Session, Webhooks, Result>['plan']>,
): Promise<Result> {
	let isRestarted = false;
	const result = await changeSettings<Session, { session: Session; webhooks: Webhooks }, Result>({
		fetch: async () => {
			// After a lost answer: during the restart the session is STOPPED, with the former configuration.
			if (isRestarted) await untilWorking(connection);
			return await readSession(connection);
		},
		plan: (session) => {
			const planned = plan(session);
			if (planned.change === null) return { change: null, result: planned.result };
			// To write to a session that waits for a person would start its login again.
			if (!states.includes(session.state)) throw notWorking(session.state);
			return { change: { session, webhooks: planned.change }, result: planned.result };
		},
		save: async ({ session, webhooks }) => {
			isRestarted ||= session.state === WORKING;
			await saveWebhooks(connection, session, webhooks);
		},
	});
	if (isRestarted) await untilWorking(connection);
	return result;
}

/** Resolves when the session works; rejects after a minute. */
async function untilWorking(connection: Connection): Promise<void> {
	for (let waitedMs = 0; ; waitedMs += LOOK_EVERY_MS) {
		const { state } = await readSession(connection);
		if (state === WORKING) return;
		if (waitedMs >= MAX_WAIT_MS) throw notBack(state);
		await connection.sleep(LOOK_EVERY_MS);
	}
}

const notWorking = (state: string) =>
	new GatewayError(
		'rejected',
		`The WAHA session is ${state} and not ${WORKING}, so its webhooks were not changed: that would restart it`,
		{ hint: toDoIn(state) },
	);

const notBack = (state: string) =>
	new GatewayError(
		'rejected',
		`The webhooks of the WAHA session were changed, but a minute after the restart the session is ${state} and not ${WORKING}`,
		{ hint: toDoIn(state) },
	);
