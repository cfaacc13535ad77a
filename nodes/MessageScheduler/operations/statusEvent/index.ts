import type { Resource } from '../../operation';
import { readWebhook } from './readWebhook.operation';

export const statusEvent: Resource = {
	option: { name: 'Status Event', value: 'statusEvent' },
	defaultOperation: 'readWebhook',
	operations: [readWebhook],
};
