export { inPostgres, setUpStore } from '../../harness/postgresStore.mts';
