import type { IDataObject } from 'n8n-workflow';
import { InvalidParameter } from '../../../../messages/invalidParameter';
import { isStatus, STATUSES } from '../../../../messages/status';
import { nameQueued } from '../../../../stores/table/queued';
import {
	holdsMessage,
	isSending,
	recordStatus as record,
	type RecordableStatus,
} from '../../../../stores/table/recordStatus';
import { optionsField } from '../../fields/common';
import { readTableName, tableField } from '../../fields/holdIn';
import type { Operation, Plan } from '../../operation';

interface RecordStatusPlan extends Plan {
	readonly table: string;
	readonly event: RecordableStatus;
	readonly item: IDataObject;
}

/** Writes a status event of the trigger into the row of its message. */
export const recordStatus: Operation<RecordStatusPlan> = {
	description: [tableField, optionsField()],

	prepare(context, index) {
		const item = context.getInputData()[index].json;
		return {
			identity: ['recordStatus', String(item.eventId)],
			table: readTableName(context, index),
			event: readEvent(item),
			item,
		};
	},

	async perform({ table: name, event, item }, run) {
		const table = await run.table(name);
		let changed = await record(table, event);
		// A gateway may tell of a message before the table knows its id.
		for (const pause of PAUSES_MS) {
			if (changed > 0 || (await holdsMessage(table, event))) break;
			// It may still be known by its place in the gateway's queue only.
			const isNamed = (await nameQueued({ ...run, table })) > 0;
			if (!isNamed && !(await isSending(table, run.sender))) break;
			if (!isNamed) await run.sleep(pause);
			changed = await record(table, event);
		}
		return [{ ...item, recorded: changed > 0 }];
	},
};

const PAUSES_MS = [250, 500, 1_000, 2_000];

/** The input item must be an event as the trigger gives it out. */
function readEvent(item: IDataObject): RecordableStatus {
	const { gateway, messageId, status, failure, occurredAt } = item;
	if (!isStatus(status) || typeof gateway !== 'string' || !('messageId' in item)) {
		throw new InvalidParameter(
			'Input',
			'The input item is no status event. Connect this operation behind the Message Scheduler Trigger, and pass its items on as they are.',
		);
	}
	return {
		gateway,
		messageId: typeof messageId === 'string' ? messageId : null,
		status,
		statusRank: STATUSES[status].rank,
		failure: (failure as unknown as RecordableStatus['failure']) ?? null,
		occurredAt: typeof occurredAt === 'string' ? occurredAt : null,
	};
}
