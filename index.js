'use strict';

/**
 * The parts that work without n8n, for scripts and tests. Needs a build (`npm run build`) and luxon,
 * which inside n8n is always there.
 */
const { gatewayById, gatewayIds } = require('./dist/gateways/registry');
const sendTime = require('./dist/messages/sendTime');
const { parseTableNames } = require('./dist/stores/postgres/names');
const { schemaScript } = require('./dist/stores/postgres/schema');
const { parseEvents } = require('./dist/gateways/parseEvents');
const { toEventItem } = require('./dist/messages/webhookEvent');

/**
 * What a gateway can do.
 *
 * @param {string} gatewayId one of `gatewayIds`
 */
const capabilities = (gatewayId) => gatewayById(gatewayId).capabilities;

/**
 * Reads a gateway's webhook. Never throws on any JSON. Does not verify: that needs the credential.
 * `timezone` is the zone of `occurredAtLocal`, UTC unless given. Of received messages all kinds are returned, and
 * `optOut` is the gateway's own verdict: what to leave out, and which words count, are the nodes' options.
 *
 * @param {string} gatewayId one of `gatewayIds`
 * @param {unknown} body the parsed JSON body
 * @param {{ receivedAt?: string, timezone?: string }} [options]
 * @returns {object[]} the statuses and then the received messages, as the trigger emits them; `event` tells
 *   which: docs/status-event.schema.json, docs/received-message.schema.json
 */
const normalizeWebhook = (gatewayId, body, { receivedAt, timezone } = {}) => {
	const gateway = gatewayById(gatewayId);
	const shown = gateway.withoutSecrets === undefined ? body : gateway.withoutSecrets(body);
	return parseEvents(gateway, shown, { receivedAt: receivedAt ?? new Date().toISOString() }).map(
		(event) => toEventItem(event, timezone ?? 'UTC'),
	);
};

/**
 * The instant that a text, date or Unix time means. Throws on what is no time; whether it is past or
 * too far is the operation's business.
 *
 * @param {unknown} value as the node's *Send At* takes it; relative text counts from now
 * @param {string} timezone the zone of clock times, e.g. `Europe/Berlin`
 * @returns {{ scheduledAt: string, local: string, timezone: string, offset: string, adjusted?: object[] }}
 */
const resolveSendTime = (value, timezone) =>
	sendTime.resolveSendTime(value, timezone, { now: Date.now() });

/**
 * The SQL that creates the tables of a PostgreSQL store, or brings them up to date; may be run again.
 *
 * @param {string} [schema] `public` unless given; it must exist
 * @param {string} [table] `scheduled_messages` unless given
 */
const postgresqlSchema = (schema = 'public', table = 'scheduled_messages') =>
	schemaScript(parseTableNames(schema, table));

module.exports = {
	gatewayIds,
	capabilities,
	normalizeWebhook,
	resolveSendTime,
	postgresqlSchema,
};
