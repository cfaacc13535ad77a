/**
 * `npx tsx scripts/numberZones.mts`: writes `messages/recipientTime/zoneLines.ts` anew. Run it after an
 * update of moment-timezone, libphonenumber-js or `scripts/libphonenumber`; a unit test compares the file
 * with what this makes.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { numberZonesFile, ZONE_LINES_FILE } from './numberZonesFile.mts';
import { projectRoot } from '../harness/folders.mts';

writeFileSync(join(projectRoot(), ZONE_LINES_FILE), numberZonesFile());
