import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import type { WorkflowJson } from './client.mts';
import { projectRoot } from './folders.mts';

const folder = () => join(projectRoot(), 'examples');

/** The files of the example workflows. */
export const exampleFiles = (): string[] =>
	readdirSync(folder()).filter((file) => file.endsWith('.json'));

/** An example workflow, read anew each time: who gets it may change it. */
export const readExample = (file: string): WorkflowJson =>
	JSON.parse(readFileSync(join(folder(), file), 'utf8'));
