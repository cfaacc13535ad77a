import type { INodeProperties } from 'n8n-workflow';
import {
	createFormat,
	needsAttention,
	parseBoardQuery,
	renderBoard,
	type BoardOptions,
	type BoardQuery,
} from '../../../../board';
import type { Country } from '../../../../messages/country';
import { InvalidParameterError } from '../../../../messages/invalidParameterError';
import { quote } from '../../../../messages/text';
import { gatewayBoard } from '../../board/gatewayBoard';
import type { BoardScope, BoardSource } from '../../board/source';
import { storedBoard } from '../../board/storedBoard';
import { optionsField, readOption } from '../../fields/common';
import { defaultCountryOption, readDefaultCountry } from '../../fields/defaultCountry';
import { boardStoreFields, readStore } from '../../fields/storage';
import { readTimezone, timezoneField } from '../../fields/sendTime';
import type { StoreChoice } from '../../../shared/backendRef';
import type { Operation, Plan } from '../../operation';
import type { Run } from '../../run';
import { readPeriodDays, periodField } from './period';

interface BoardPlan extends Plan {
	readonly choice: StoreChoice;
	readonly query: BoardQuery;
	readonly format: 'page' | 'email';
	readonly days: number;
	readonly country: Country | null;
	readonly look: BoardOptions;
	/** The binary field of the file. */
	readonly field: string;
}

const DEFAULT_LANGUAGE = 'en-GB';

const fields: INodeProperties[] = [
	...boardStoreFields,
	{
		displayName: 'Format',
		name: 'format',
		type: 'options',
		options: [
			{
				name: 'Web Page',
				value: 'page',
				description: 'A page for a browser, with pictures, a search and each message',
			},
			{
				name: 'E-Mail',
				value: 'email',
				description: 'The figures as tables, which mail programs show',
			},
		],
		default: 'page',
		description: 'What the HTML is for',
	},
	{
		displayName: 'Query',
		name: 'query',
		type: 'json',
		default: '={{ $json.query }}',
		displayOptions: { show: { format: ['page'] } },
		description:
			'What to show: the query of the webhook that serves the page. Empty shows the overview. Also an object such as { "view": "search", "status": "failed" }.',
	},
	periodField(
		'How many days back failures and delays are counted. What is still to be sent is always counted.',
	),
	{
		displayName: 'Put Output File in Field',
		name: 'binaryPropertyName',
		type: 'string',
		required: true,
		default: 'data',
		hint: 'The name of the output binary field to put the file in',
	},
	optionsField([
		defaultCountryOption,
		{
			displayName: 'Language',
			name: 'language',
			type: 'string',
			default: DEFAULT_LANGUAGE,
			placeholder: 'e.g. de-DE',
			description: 'Language tag of dates and numbers. The words of the page are English.',
		},
		{
			displayName: 'Mask Numbers',
			name: 'maskNumbers',
			type: 'boolean',
			default: true,
			description:
				'Whether to hide the last four digits of phone numbers. A search by the whole number still works.',
		},
		timezoneField,
	]),
];

/** Shows the messages of a store on one HTML page. */
export const board: Operation<BoardPlan> = {
	option: {
		name: 'Board',
		value: 'board',
		description: 'Create a page that shows what goes out, what failed and why',
		action: 'Create board of scheduled messages',
	},
	description: fields,

	prepare(context, index, run) {
		const choice = readStore(context, index, 'Stored In');
		// Says at once that a gateway has no scheduler.
		if (choice.in === 'gateway') run.storeFor(choice);
		const format = readFormat(context.getNodeParameter('format', index, 'page'));
		const query =
			format === 'email'
				? { view: 'overview' as const }
				: parseBoardQuery(context.getNodeParameter('query', index, ''));
		const look = {
			timezone: readTimezone(context, index, run),
			language: String(readOption(context, index, 'language') ?? '').trim() || DEFAULT_LANGUAGE,
			masksNumbers: readOption(context, index, 'maskNumbers') !== false,
		};
		// Checks both before anything is read.
		createFormat(look.language, look.timezone);
		return {
			fingerprint: ['board', String(index)],
			choice,
			query,
			format,
			days: readPeriodDays(context, index),
			country: readDefaultCountry(context, index),
			look,
			field: String(context.getNodeParameter('binaryPropertyName', index, 'data')).trim() || 'data',
		};
	},

	async perform({ choice, query, format, days, country, look }, run) {
		const source = await openSource(choice, { days, country, timezone: look.timezone }, run);
		const data = await pageOf(query, source);
		const { title, html } = renderBoard(data, look, format);
		return [
			{
				title,
				view: data.view,
				needsAttention: data.view === 'overview' ? needsAttention(data) : null,
				statusCode: data.view === 'message' && data.message === null ? 404 : 200,
				html,
			},
		];
	},

	file: ({ field }, { html }) =>
		typeof html === 'string'
			? { field, name: 'message-board.html', mimeType: 'text/html', text: html }
			: null,
};

async function openSource(
	choice: StoreChoice,
	scope: Omit<BoardScope, 'now'>,
	run: Run,
): Promise<BoardSource> {
	if (choice.in === 'gateway') {
		return gatewayBoard(await run.storeFor(choice).store(), { ...scope, now: run.now() });
	}
	const backend = await run.backend(choice);
	return storedBoard(backend, { ...scope, now: backend.now() });
}

const pageOf = async (query: BoardQuery, source: BoardSource) => {
	if (query.view === 'search') return await source.search(query);
	return query.view === 'message' ? await source.message(query.id) : await source.overview();
};

function readFormat(value: unknown): 'page' | 'email' {
	if (value === 'page' || value === 'email') return value;
	throw new InvalidParameterError(
		'Format',
		`"Format" is ${quote(value)}. Use one of: page, email.`,
	);
}
