import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, isAbsolute, join } from 'node:path';

/** What distributions call it; the first one that is there is taken. */
const names = ['chromium', 'chromium-browser', 'google-chrome'];

/** What to do where there is none. */
export const chromiumMissing =
	'chromium is missing: apt-get install chromium, or name one in the environment variable CHROMIUM';

/** The path of a Chromium: the one that `CHROMIUM` names, else one on the PATH; undefined for none. */
export function findChromium(env: NodeJS.ProcessEnv = process.env): string | undefined {
	const wanted = env.CHROMIUM ? [env.CHROMIUM] : names;
	const folders = (env.PATH ?? '').split(delimiter).filter(Boolean);
	return wanted
		.flatMap((name) => (isAbsolute(name) ? [name] : folders.map((folder) => join(folder, name))))
		.find(isProgram);
}

function isProgram(path: string): boolean {
	try {
		accessSync(path, constants.X_OK);
		return statSync(path).isFile();
	} catch {
		return false;
	}
}
