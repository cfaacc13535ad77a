import type { Resource } from '../../operation';
import { add } from './add.operation';
import { check } from './check.operation';
import { getAll } from './getAll.operation';
import { remove } from './remove.operation';

export const doNotContact: Resource = {
	option: { name: 'Do Not Contact', value: 'doNotContact' },
	defaultOperation: 'add',
	operations: [add, check, getAll, remove],
};
