import { setTimeout as sleep } from 'node:timers/promises';

import type { Board } from './board.mts';
import type { GatewayToShow } from './gateways.mts';
import type { Environment } from './environment.mts';

/** Waits until every message has arrived or the time is up. */
export async function allArrived(board: Board, { last }: GatewayToShow, timeoutMs: number) {
	const until = Date.now() + timeoutMs;
	while (board.underWay(last).length > 0 && Date.now() < until) await sleep(100);
}

/** What did not go as it should: messages that did not arrive, or went out twice or though cancelled. */
export function problems(
	{ sandbox }: Environment,
	board: Board,
	{ id, last }: GatewayToShow,
): string[] {
	const late = board
		.underWay(last)
		.map(({ phone, way }) => `${phone}: "${last}" was not reported, only ${way.join(', ')}`);
	const sent = sandbox.messages(id).filter(({ sentAt }) => sentAt !== undefined);
	const wrong = board.rows.flatMap(({ phone, way }) => {
		const wanted = way.includes('cancelled') ? 0 : 1;
		const count = sent.filter(({ to }) => to.replace(/\D/g, '') === phone.slice(1)).length;
		return count === wanted ? [] : [`${phone}: sent ${count} times instead of ${wanted}`];
	});
	const none = board.rows.length === 0 ? ['no message was scheduled or sent'] : [];
	return [...none, ...late, ...wrong];
}
