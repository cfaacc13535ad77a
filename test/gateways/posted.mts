import type { Delivery } from '../../gateways/webhooks';

/** A webhook that was posted, of which only what a test says matters. */
export const posted = (
	part: Pick<Delivery, 'headers' | 'query' | 'body'> & Partial<Delivery>,
): Delivery => ({
	method: 'POST',
	url: 'https://n8n.example/webhook/webhook-1/webhook',
	rawBody: null,
	form: null,
	...part,
});
