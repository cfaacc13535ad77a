/** `npm start`: sets up what is missing, then runs the demo with the arguments given. */
import { join } from 'node:path';

import { run, setUp } from './setup.mjs';

await setUp();
// tsx as a loader instead of a command: no process stands between the demo and its signals.
process.exitCode = await run(process.execPath, [
	'--import',
	'tsx',
	join('demo', 'start.mts'),
	...process.argv.slice(2),
]);
