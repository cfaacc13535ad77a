import { ACCOUNT_COLUMNS } from '../../../stores/table/accounts';
import { COLUMNS, EVENT_COLUMNS } from '../../../stores/table/columns';

/** The columns of each type, in their order. */
const byType = (columns: ReadonlyArray<{ readonly name: string; readonly type: string }>) => {
	const types = [...new Set(columns.map(({ type }) => type))].sort();
	return Object.fromEntries(
		types.map((of) => [
			of,
			columns
				.filter(({ type }) => type === of)
				.map(({ name }) => name)
				.join(' '),
		]),
	);
};

/*
 * Tables outlive versions: one that a former version has made, or a person by the documentation, is rejected
 * if a column has another name or type by now.
 */
it('a table of messages has the columns that it always had, of the same types', () => {
	expect(byType(COLUMNS)).toEqual({
		date: 'send_at sent_at requested_at next_attempt_at send_started_at',
		number: 'valid_for_minutes attempts status_rank',
		string:
			'status recipient text failure type media_url media_id caption file_name template ' +
			'replacement_template replaced_at timezone sending_window timezone_source frequency_cap ' +
			'do_not_contact gateway credential account reference group_name deduplication_key ' +
			'schedule_id message_id queue_id claim_token',
	});
});

it('so has the table of accounts', () => {
	expect(byType(ACCOUNT_COLUMNS)).toEqual({
		date: 'paused_until paused_at manual_pause_until manual_paused_at last_run_at lease_until',
		string: 'gateway account credential pause_reason manual_pause_note lease_holder state',
	});
});

it('so has the table of events, which are named like those of a message', () => {
	expect(byType(EVENT_COLUMNS)).toEqual({
		date: 'sent_at',
		number: 'status_rank',
		string: 'status recipient text failure gateway account reference message_id',
	});
});

it('shows first what a person wants to read, and last what is the dispatcher’s', () => {
	const names = COLUMNS.map(({ name }) => name);
	expect(names.slice(0, 5)).toEqual(['status', 'send_at', 'recipient', 'text', 'failure']);
	expect(names.slice(-3)).toEqual(['claim_token', 'send_started_at', 'status_rank']);
});
