import fc from 'fast-check';
import { SAMPLE_SEED, prove } from './proof.mts';

// What `npm test` finds today it must find tomorrow: other cases are for `npm run prove properties`.
if (!prove) fc.configureGlobal({ seed: SAMPLE_SEED });
