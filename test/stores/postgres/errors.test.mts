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
	['Der Rechner brennt', null],
])('reads "%s" as %s', (words, state) => expect(sqlStateOf(new Error(words))).toBe(state));

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
