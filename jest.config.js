/**
 * Tests are `.mts`, like all code that runs outside n8n; swc compiles both kinds to CommonJS, so
 * that n8n-core, which is CommonJS, loads once. Types are checked by `npm run types`.
 */
const transform = {
	'^.+\\.m?ts$': [
		'@swc/jest',
		{
			jsc: { parser: { syntax: 'typescript' }, target: 'es2022' },
			module: { type: 'commonjs' },
			sourceMaps: 'inline',
		},
	],
};
const project = (displayName, testMatch, more = {}) => ({
	displayName,
	rootDir: __dirname,
	testEnvironment: 'node',
	testMatch,
	moduleFileExtensions: ['ts', 'mts', 'js', 'mjs', 'cjs', 'json', 'node'],
	transform,
	setupFiles: ['<rootDir>/test/setup.mts'],
	...more,
});
module.exports = {
	// A machine that does other things is no failure.
	testTimeout: 60_000,
	projects: [
		project(
			'unit',
			[
				// A gateway's tests are in its folder, beside its code.
				'<rootDir>/gateways/*/**/*.test.mts',
				'<rootDir>/test/{messages,board,gateways,stores,nodes,sandbox,package}/**/*.test.mts',
			],
			{ setupFilesAfterEnv: ['<rootDir>/test/userFolder.mts'] },
		),
		project('e2e', ['<rootDir>/test/e2e/**/*.test.mts']),
		project('ui', ['<rootDir>/test/ui/**/*.test.mts']),
		project('postgres', ['<rootDir>/test/postgres/**/*.test.mts']),
		project('queue', ['<rootDir>/test/queue/**/*.test.mts']),
	],
};
