export { cancel } from './cancel';
export { get } from './get';
export { getAll } from './getAll';
export { purge } from './purge';
export { recordStatus } from './recordStatus';
export { reschedule } from './reschedule';
export { schedule } from './schedule';
export { sendDue } from './sendDue';
