import { GatewayError } from '../../../gateways/transport/gatewayError';
import { DuplicateKeyError } from '../../../stores/duplicateKey';
import {
	explain,
	isRolledBack,
	isTransient,
	SqlError,
	sqlStateOf,
} from '../../../stores/postgres/errors';

const names = { schema: 'public', table: 'messages' };

it('takes the code of the driver where it is passed on, in whatever language', () => {
	const error = new Error('Passwort-Authentifizierung fehlgeschlagen', {
		cause: { code: '28P01' },
	});
	expect(sqlStateOf(error)).toBe('28P01');
	expect(sqlStateOf(Object.assign(new Error('x'), { code: 'EPIPE' }))).toBeNull();
});

it.each([
	['deadlock detected', '40P01'],
	['could not serialize access due to concurrent update', '40001'],
	['permission denied for schema public', '42501'],
	['cannot execute INSERT in a read-only transaction', '25006'],
	['password authentication failed for user "x"', '28P01'],
	['no pg_hba.conf entry for host "10.0.0.1", user "x", database "y", no encryption', '28000'],
	['relation "public.messages" does not exist', '42P01'],
	['schema "nowhere" does not exist', '3F000'],
	['could not extend file "base/5/16384": No space left on device', '53100'],
	['sorry, too many clients already', '53300'],
	['terminating connection due to administrator command', '57P01'],
	['the database system is starting up', '57P03'],
	['duplicate key value violates unique constraint "messages_schedule_id"', '23505'],
	['new row for relation "messages" violates check constraint "messages_status_check"', '23514'],
	['null value in column "recipient" of relation "messages"', '23514'],
	['role "n8n" does not exist', '28P01'],
	['database "n8n" does not exist', '3D000'],
	['column "group_name" of relation "messages" does not exist', '42703'],
	['must be owner of table messages', '42501'],
	['no space left on device', '53100'],
	['remaining connection slots are reserved for roles with the SUPERUSER attribute', '53300'],
	['canceling statement due to lock timeout', '55P03'],
	['canceling statement due to statement timeout', '57014'],
	['the database system is shutting down', '57P03'],
	['the database system is in recovery mode', '57P03'],
	['the database system is not yet accepting connections', '57P03'],
	['Der Rechner brennt', null],
])('reads "%s" as %s', (words, state) => expect(sqlStateOf(new Error(words))).toBe(state));

it('looks for the code behind some causes, and for what looks like one', () => {
	const behind = (depth: number, code: unknown): unknown =>
		depth === 0 ? { code } : Object.assign(new Error('x'), { cause: behind(depth - 1, code) });
	expect(sqlStateOf(behind(0, '42501'))).toBe('42501');
	expect(sqlStateOf(behind(4, '42501'))).toBe('42501');
	expect(sqlStateOf(behind(5, '42501'))).toBeNull();
	for (const code of ['XX000', 'P0001', 'HV000', 'F0000', '0A000']) {
		expect(sqlStateOf(behind(1, code))).toBe(code);
	}
	for (const code of ['ECONN', '4250', '425011', '70000', '42p01', 42501, null]) {
		expect(sqlStateOf(behind(1, code))).toBeNull();
	}
	expect(sqlStateOf('deadlock detected')).toBe('40P01');
	for (const nothing of [null, undefined, 7]) expect(sqlStateOf(nothing)).toBeNull();
	const cyclic = new Error('x');
	cyclic.cause = cyclic;
	expect(sqlStateOf(cyclic)).toBeNull();
});

it('knows what was undone also by what it has made of the error itself', () => {
	expect(isRolledBack(new DuplicateKeyError('x'))).toBe(true);
	const explained = (code?: string) => new GatewayError('unavailable', 'x', { code });
	expect(isRolledBack(explained('42501'))).toBe(true);
	expect(isTransient(explained('40P01'))).toBe(true);
	for (const code of ['58030', 'XX000', undefined]) {
		expect([code, isRolledBack(explained(code))]).toEqual([code, false]);
	}
});

it('runs again what another transaction undid, and nothing whose outcome is unknown', () => {
	const error = (state: string | null) => new SqlError(state, 'x');
	expect(['40001', '40P01'].map((state) => isTransient(error(state)))).toEqual([true, true]);
	expect(['23505', '57P01', '08006', null].map((state) => isTransient(error(state)))).toEqual([
		false,
		false,
		false,
		false,
	]);
	expect(['23505', '42501', '22P02'].map((state) => isRolledBack(error(state)))).toEqual([
		true,
		true,
		true,
	]);
	expect(['57P01', '08006', null].map((state) => isRolledBack(error(state)))).toEqual([
		false,
		false,
		false,
	]);
	expect(isRolledBack(new Error('x'))).toBe(false);
});

it('says which table or schema there is not', () => {
	expect(explain(new SqlError('42P01', 'x'), names)).toMatchObject({
		parameter: 'Table',
		message: expect.stringContaining('"Table" is "messages", and the schema "public" has no such'),
	});
	expect(explain(new SqlError('3F000', 'x'), names)).toMatchObject({
		parameter: 'Schema',
		message: expect.stringContaining('"Schema" is "public", which the database does not have'),
		hint: expect.stringContaining('create schema "public"; grant usage, create on schema "public"'),
	});
});

it('says that another message has the key', () => {
	const explained = explain(new SqlError('23505', 'duplicate key\n value.'), names);
	expect(explained).toBeInstanceOf(DuplicateKeyError);
	expect(explained.message).toMatch(/nothing was changed\. PostgreSQL: "duplicate key value"/);
});

it.each([
	['08001', 'unreachable', /does not answer/],
	['08006', 'unavailable', /restarted/],
	['23514', 'unavailable', /query failed/],
	['28000', 'unavailable', /encrypted/],
	['3D000', 'unavailable', /no database of the name/],
	['40001', 'unavailable', /held the rows for too long/],
	['40P01', 'unavailable', /held the rows for too long/],
	['55P03', 'unavailable', /held the rows for too long/],
	['57014', 'unavailable', /held the rows for too long/],
	['57P01', 'unavailable', /restarted/],
	['57P02', 'unavailable', /restarted/],
])('%s is %s, with its code', (state, kind, words) => {
	const explained = explain(new SqlError(state, 'x'), names) as GatewayError;
	expect(explained).toMatchObject({ kind, details: { code: state } });
	expect(explained.message).toMatch(words);
});

it.each([
	['getaddrinfo ENOTFOUND db', /does not answer/],
	['connect EHOSTUNREACH 10.0.0.1:5432', /does not answer/],
	['connect ETIMEDOUT', /does not answer/],
	['Connection timeout', /does not answer/],
	['read ECONNRESET', /restarted/],
	['write EPIPE', /restarted/],
	['Connection ended unexpectedly', /restarted/],
	['unable to verify the first certificate', /encrypted/],
	['SASL: client password must be a string', /not accepted/],
])('of the words "%s" it makes a sentence', (said, words) =>
	expect(explain(new SqlError(null, said), names).message).toMatch(words),
);

it('shows of long words the first', () => {
	const { message } = explain(new SqlError(null, `${'x'.repeat(200)}yyy`), names);
	expect(message).toContain(`PostgreSQL: "${'x'.repeat(200)}"`);
});

it.each([
	[new SqlError('53100', 'No space left'), /disk is full/, /Purge/],
	[new SqlError('28P01', 'password'), /not accepted/, /Correct the Postgres credential/],
	[new SqlError('25006', 'read-only'), /read-only replica/, /primary server/],
	[new SqlError('42501', 'denied'), /lacks a right/, /grant usage, create on schema "public"/],
	[new SqlError('53300', 'too many'), /no connection left/, /Maximum Number of Connections/],
	[new SqlError('57P03', 'starting up'), /restarted/, /continues with its next execution/],
	[new SqlError(null, 'connect ECONNREFUSED 127.0.0.1:1'), /does not answer/, /host and port/],
	[new SqlError(null, 'Connection terminated unexpectedly'), /restarted/, /continues/],
	[new SqlError(null, 'The server does not support SSL connections'), /encrypted/, /"SSL"/],
	[new SqlError(null, 'self-signed certificate'), /encrypted/, /"SSL"/],
	[
		new SqlError(null, 'Der Rechner brennt'),
		/store workflow failed.*Der Rechner brennt/,
		/Open the store/,
	],
	[new SqlError('22P02', 'invalid input'), /query failed/, /columns must be/],
])('says what happened and what to do for %s', (error, what, todo) => {
	const explained = explain(error, names);
	const hint = 'details' in explained ? explained.details.hint : explained.hint;
	expect(explained.message).toMatch(what);
	expect(explained.message).toMatch(/^The PostgreSQL store is not available: .*PostgreSQL: "/);
	expect(hint).toMatch(todo);
});
