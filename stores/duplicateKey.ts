import { GatewayError } from '../gateways/transport/gatewayError';

/**
 * A change would give a row a deduplication key that another message of the account has, so nothing was
 * changed. A Data Table has no unique index: there whoever writes has to look first.
 */
export class DuplicateKeyError extends GatewayError {
	/** @param what who has the key, as a sentence without its full stop */
	constructor(what: string) {
		super('rejected', what, {
			hint: 'That message stands for this one: cancel this one. To send both, empty "deduplication_key" of one of the two rows (in PostgreSQL: set it to null), and run the operation again.',
		});
		this.name = 'DuplicateKeyError';
	}
}
