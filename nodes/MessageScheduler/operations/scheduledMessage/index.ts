import type { Resource } from '../../operation';
import { board } from './board.operation';
import { cancel } from './cancel.operation';
import { cancelMany } from './cancelMany.operation';
import { get } from './get.operation';
import { getAll } from './getAll.operation';
import { moveToPostgres } from './moveToPostgres.operation';
import { pause } from './pause.operation';
import { purge } from './purge.operation';
import { recordStatus } from './recordStatus.operation';
import { reschedule } from './reschedule.operation';
import { rescheduleMany } from './rescheduleMany.operation';
import { resume } from './resume.operation';
import { retry } from './retry.operation';
import { schedule } from './schedule.operation';
import { sendDue } from './sendDue.operation';
import { statistics } from './statistics.operation';

export const scheduledMessage: Resource = {
	option: { name: 'Scheduled Message', value: 'scheduledMessage' },
	defaultOperation: 'schedule',
	operations: [
		board,
		cancel,
		cancelMany,
		get,
		getAll,
		moveToPostgres,
		pause,
		purge,
		recordStatus,
		reschedule,
		rescheduleMany,
		resume,
		retry,
		schedule,
		sendDue,
		statistics,
	],
};
