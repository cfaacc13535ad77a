import { settle } from '../../../../messages/settle';
import { findUnserved } from '../../../../stores/table/served';
import type { Backend } from '../../../../stores/backend';
import type { Run } from '../../run';

/** Adds a hint about other accounts of a store with overdue messages that no credential serves any more. */
export async function hintUnserved(
	backend: Backend,
	run: Run,
	hint: (message: string) => void,
): Promise<void> {
	const find = async () =>
		await findUnserved(
			backend.messages,
			async () => await backend.accounts(),
			run.senders,
			backend.now(),
		);
	// The output must not be lost by a hint.
	const found = await settle(find());
	if (!found.ok || found.value.length === 0) return;
	const accounts = found.value
		.map(({ gateway, account, overdue }) => `${gateway} account "${account}" (${overdue})`)
		.join(', ');
	const overdue = found.value.reduce((sum, each) => sum + each.overdue, 0);
	const messages = overdue === 1 ? 'message belongs' : 'messages belong';
	const others = found.value.length === 1 ? 'another account' : 'other accounts';
	hint(
		`${overdue} overdue ${messages} to ${others}, which no run of "Send Due" has served for 24 hours: ${accounts}. Run "Send Due" with their credential, or move them to this credential's account with the operation "Retry" and its option "Reassign".`,
	);
}
