import { writeFileSync } from 'node:fs';
import prettier from 'prettier';
import { resultFile, type CellsResult } from './result.mts';

/** Writes a result in the form that `npm run lint` wants. */
export async function writeResult(result: CellsResult): Promise<void> {
	const file = resultFile();
	const options = await prettier.resolveConfig(file);
	const text = JSON.stringify(result);
	writeFileSync(file, await prettier.format(text, { ...options, parser: 'json' }));
}
