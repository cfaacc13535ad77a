import type { Resource } from '../../operation';
import { get } from './get.operation';
import { send } from './send.operation';

export const message: Resource = {
	option: { name: 'Message', value: 'message' },
	defaultOperation: 'send',
	operations: [get, send],
};
