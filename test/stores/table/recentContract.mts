import type { DispatchQueue } from '../../../stores/dispatcher/queue';
import type { MessageTable } from '../../../stores/table/table';
import type { SendingAccount } from '../../../stores/table/rows';
import type { Values } from '../../../stores/table/columns';
import { iso, MINUTE, rowOf, SENDER, START } from './fakes.mts';

const HOUR = 60 * MINUTE;
const OLD_NAME: SendingAccount = { ...SENDER, account: 'an older name' };
const [ANA, BEN, CLEO] = ['+919988000001', '+919988000002', '+919988000003'];

/**
 * What counts toward frequency caps, as every queue finds it.
 *
 * @param make an empty table, and the queue of one account with these names on it
 */
export function describeRecent(
	name: string,
	make: (
		senders: readonly SendingAccount[],
	) => Promise<{ readonly table: MessageTable; readonly queue: DispatchQueue }>,
): void {
	describe(`recent messages to recipients on ${name}`, () => {
		const sent = (text: string, ago: number, more: Values = {}): Values =>
			rowOf(text, START - ago, {
				recipient: ANA,
				status: 'sent',
				sent_at: iso(START - ago),
				send_started_at: iso(START - ago),
				...more,
			});

		it('are those of the account, under any of its names, since then', async () => {
			const { table, queue } = await make([SENDER, OLD_NAME]);
			await table.insert([
				sent('now', 0),
				sent('just within', 2 * HOUR),
				sent('too long ago', 2 * HOUR + 1),
				sent('under its older name', HOUR, { account: OLD_NAME.account }),
				sent('of another account', HOUR, { account: 'another' }),
				sent('of another gateway', HOUR, { gateway: 'another' }),
				sent('to Ben', HOUR, { recipient: BEN }),
				sent('to Cleo', HOUR, { recipient: CLEO }),
				sent('begun', HOUR, { status: 'sending', sent_at: null }),
				sent('in doubt', HOUR, { status: 'unconfirmed', sent_at: null }),
				sent('sent later than begun', 3 * HOUR, { sent_at: iso(START - HOUR) }),
				rowOf('still to be sent', START - HOUR, { recipient: ANA }),
			]);
			const rows = await queue.recent([ANA, BEN], iso(START - 2 * HOUR));
			expect(rows.map(({ text }) => text).sort()).toEqual([
				'begun',
				'in doubt',
				'just within',
				'now',
				'sent later than begun',
				'to Ben',
				'under its older name',
			]);
			expect(rows.find(({ text }) => text === 'to Ben')).toMatchObject({
				recipient: BEN,
				status: 'sent',
			});
			expect(await queue.recent([], iso(START))).toEqual([]);
			expect(await queue.recent(['+1', "'; drop table x"], iso(START - HOUR))).toEqual([]);
		});
	});

	describe(`messages that wait for another attempt on ${name}`, () => {
		const later = { next_attempt_at: iso(START + HOUR) };

		it('are those of the account that were tried, under any of its names, not due yet', async () => {
			const { table, queue } = await make([SENDER, OLD_NAME]);
			await table.insert([
				rowOf('tried', START, { ...later, attempts: 1 }),
				rowOf('under its older name', START, { ...later, attempts: 3, account: OLD_NAME.account }),
				rowOf('never tried', START, later),
				rowOf('due', START, { next_attempt_at: iso(START), attempts: 1 }),
				// A person has given it a later time: it is before none that is due.
				rowOf('not due', START + 1, { ...later, attempts: 1 }),
				rowOf('failed', START, { ...later, attempts: 1, status: 'failed' }),
				rowOf('of another account', START, { ...later, attempts: 1, account: 'another' }),
			]);
			const rows = await queue.retrying(iso(START));
			expect(rows.map(({ text }) => text).sort()).toEqual(['tried', 'under its older name']);
		});
	});
}
