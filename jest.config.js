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
const project = (displayName, folders, more = {}) => ({
	displayName,
	rootDir: __dirname,
	testEnvironment: 'node',
	testMatch: folders.map((folder) => `<rootDir>/test/${folder}/**/*.test.mts`),
	moduleFileExtensions: ['ts', 'mts', 'js', 'mjs', 'cjs', 'json', 'node'],
	transform,
	setupFiles: ['<rootDir>/test/setup.mts'],
	...more,
});
module.exports = {
	// A machine that does other things is no failure.
	testTimeout: 60_000,
	projects: [
		project('unit', ['messages', 'gateways', 'stores', 'nodes', 'sandbox', 'package'], {
			setupFilesAfterEnv: ['<rootDir>/test/userFolder.mts'],
		}),
		project('e2e', ['e2e']),
		project('ui', ['ui']),
		project('postgres', ['postgres']),
		project('queue', ['queue']),
	],
};
