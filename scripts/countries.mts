/**
 * `npx tsx scripts/countries.mts`: writes `messages/countries.ts` anew. Run it after an update of
 * libphonenumber-js; a unit test compares the file with what this makes.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { countriesFile } from './countriesFile.mts';
import { projectRoot } from '../harness/folders.mts';

writeFileSync(join(projectRoot(), 'messages/countries.ts'), await countriesFile());
