/** `npm run docs:generate`: writes again what the docs have from the code. */
import { join } from 'node:path';

import { root, run } from './setup.mjs';

process.env.UPDATE_DOCS = '1';
const jest = join(root, 'node_modules/jest/bin/jest.js');
const generators = ['package/docs', 'sendTime/docs'];
process.exitCode = await run(process.execPath, [
	jest,
	...['--selectProjects', 'unit', '--testNamePattern', 'what is generated|says what the code does'],
	...['--testPathPatterns', ...generators],
]);
