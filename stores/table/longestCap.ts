import { parseFrequencyCap } from '../../messages/frequencyCap';
import { settleSync } from '../../messages/settle';
import { textOf } from './rows';
import { PAGE_SIZE, where, type MessageTable } from './table';

/**
 * The longest period of the frequency caps that waiting messages obey: milliseconds, 0 without any. One access; of
 * very many messages with a cap it reads the first ones.
 */
export async function longestCapMs(table: MessageTable): Promise<number> {
	const rows = await table.select(
		// An empty cell is greater than nothing, but *not equal* to everything.
		[...where({ status: 'scheduled' }), { column: 'frequency_cap', is: 'gt', value: '' }],
		PAGE_SIZE,
	);
	return rows.reduce((longest, { frequency_cap: cell }) => {
		// A person may have entered what is no cap.
		const cap = settleSync(() => parseFrequencyCap(textOf(cell)));
		return Math.max(longest, cap.ok ? (cap.value.limit?.periodMs ?? 0) : 0);
	}, 0);
}
