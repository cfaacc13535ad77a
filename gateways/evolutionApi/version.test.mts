import { evolutionApi } from '.';
import { NetworkFailure, type Outcome } from '../transport/request';
import { fakeGateway, ok } from '../../test/gateways/fakeGateway.mts';
import sent from './fixtures/message-sent.json';
import welcome from './fixtures/welcome.json';
import { credentialOf, messageTo } from './testValues.mts';
import { versionOf } from './version';

const status = (code: number, body: unknown = {}): Outcome => ({ status: code, headers: {}, body });

function asking(...answers: Outcome[]) {
	const { connection, requests } = fakeGateway(evolutionApi, credentialOf(), ({ url }) =>
		url === '/' ? (answers.length > 1 ? answers.shift()! : answers[0]) : ok(sent, 201),
	);
	return { connection, requests };
}

it.each<[string, Outcome, [number, number]]>([
	['the welcome', ok(welcome), [2, 3]],
	['version 1', ok({ ...welcome, version: '1.8.6' }), [1, 8]],
	['a release candidate', ok({ ...welcome, version: '2.4.0-rc2' }), [2, 4]],
	['a version with two digits', ok({ ...welcome, version: '2.10.1' }), [2, 10]],
	['no version', ok({ ...welcome, version: undefined }), [2, 3]],
	['a version that is none', ok({ ...welcome, version: 'latest' }), [2, 3]],
	['a page', ok('<html>'), [2, 3]],
	['a proxy that hides it', status(404, 'not here'), [2, 3]],
	['a proxy that wants a password', status(401), [2, 3]],
	['a redirect', status(302), [2, 3]],
])('%s', async (_, answer, [major, minor]) => {
	const { connection } = asking(answer);
	expect(await versionOf(connection)).toEqual({ major, minor });
});

it('is asked for once a run, also by many messages at a time', async () => {
	const { connection, requests } = asking(ok(welcome));
	const message = messageTo('+553188561070', { type: 'text', text: 'x' });
	await Promise.all([1, 2, 3].map(async () => await evolutionApi.send(connection, message)));
	await versionOf(connection);
	expect(requests.filter(({ url }) => url === '/')).toHaveLength(1);
	expect(requests).toHaveLength(4);
});

it('is not taken for another where the server is in trouble, and asked for again', async () => {
	const trouble = Array.from({ length: 5 }, () => status(502));
	const { connection, requests } = asking(...trouble, ok({ ...welcome, version: '1.8.6' }));
	const message = messageTo('+553188561070', { type: 'text', text: 'x' });
	await expect(evolutionApi.send(connection, message)).rejects.toMatchObject({
		kind: 'unavailable',
		// Nothing has left yet.
		details: { outcomeUnknown: false },
	});
	expect(requests.every(({ url }) => url === '/')).toBe(true);
	await evolutionApi.send(connection, message);
	expect(requests.at(-1)!.body).toHaveProperty('textMessage');
});

it('cannot be found out where nobody listens', async () => {
	const { connection } = asking(new NetworkFailure('unreachable', 'ECONNREFUSED'));
	await expect(versionOf(connection)).rejects.toMatchObject({ kind: 'unreachable' });
});
