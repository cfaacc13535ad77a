import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { projectRoot } from '../harness/folders.mts';
import type { BenchOptions } from './cli.mts';
import { alternate, median, costOf } from './measure.mts';
import { digits, surroundings, table, type Report } from './report.mts';
import { unpack } from './unpacked.mts';

interface Parser {
	parseWebhook(body: unknown, context: { receivedAt: string }): unknown[];
}

interface Case {
	readonly label: string;
	readonly gateway: string;
	readonly body: unknown;
}

const fixture = (gateway: string, event: string): Record<string, unknown> => {
	const path = join(projectRoot(), 'gateways', gateway, 'fixtures', `${event}.webhook.json`);
	return JSON.parse(readFileSync(path, 'utf8'));
};

/** The vendor's own sample of each gateway, and long lists where a gateway sends lists. */
function cases(quick: boolean): Case[] {
	const samples: Case[] = [
		['ChatWhatsApp', 'chatWhatsApp', 'message-sent'],
		['Hypersender SMS', 'hypersenderSms', 'message-delivered'],
		['Hypersender WhatsApp', 'hypersenderWhatsApp', 'message-ack'],
		['Whapi.Cloud', 'whapi', 'statuses-post-delivered'],
		['GREEN-API', 'greenApi', 'outgoing-message-status'],
	].map(([label, gateway, file]) => ({
		label: `${label}, ${file}`,
		gateway,
		body: fixture(gateway, file),
	}));
	const lists = [1, 100, quick ? 1_000 : 10_000].map((count) => ({
		label: `Whapi.Cloud, ${count.toLocaleString('en')} statuses`,
		gateway: 'whapi',
		body: listOf(count),
	}));
	return [...samples, ...lists];
}

/** Statuses of different messages, as one body tells them. */
export function listOf(count: number): Record<string, unknown> {
	const body = fixture('whapi', 'statuses-post-delivered');
	const [first] = body.statuses as Array<Record<string, unknown>>;
	const statuses = Array.from({ length: count }, (_, index) => ({
		...first,
		id: `${String(index).padStart(8, '0')}${String(first.id).slice(8)}`,
		recipient_id: `1415${5_550_000 + (index % 10_000)}@s.whatsapp.net`,
		timestamp: String(Number(first.timestamp) + index),
	}));
	return { ...body, statuses };
}

/** Normalising alone, beside reading the same body as JSON. */
export async function normalise({ tarball, rounds = 9, quick }: BenchOptions): Promise<Report> {
	const unpacked = unpack(tarball);
	try {
		const { gatewayById } = unpacked.require<{ gatewayById(id: string): Parser }>(
			'dist/gateways/registry.js',
		);
		const receivedAt = new Date().toISOString();
		const rows: string[][] = [];
		for (const { label, gateway, body } of cases(quick)) {
			const text = JSON.stringify(body);
			const parser = gatewayById(gateway);
			// Read anew each time, as it comes from the network: its texts are not yet prepared.
			const fresh = () => JSON.parse(text) as unknown;
			const events = parser.parseWebhook(fresh(), { receivedAt }).length;
			const [parsed, both] = await alternate(quick ? 3 : rounds, [
				() => costOf(fresh),
				() => costOf(() => parser.parseWebhook(fresh(), { receivedAt })),
			]);
			const json = (median(parsed) * 1000) / events;
			// Round by round, so that a slow moment of the machine befalls both.
			const share = median(both.map((time, round) => time / parsed[round] - 1));
			rows.push([label, digits(json), digits(json * share), digits(share)]);
		}
		return {
			name: 'normalise',
			sections: [
				table(['', '`JSON.parse`, µs/event', 'normalising, µs/event', 'ratio'], rows),
				surroundings(),
			],
		};
	} finally {
		unpacked.remove();
	}
}
