import http from 'node:http';

import fc from 'fast-check';
import { SAMPLE_SEED, prove } from './proof.mts';

// What `npm test` finds today it must find tomorrow: other cases are for `npm run reliability properties`.
if (!prove) fc.configureGlobal({ seed: SAMPLE_SEED });

// Node keeps connections open, and a busy n8n may close one just when the next request goes out on it.
http.globalAgent = new http.Agent();
