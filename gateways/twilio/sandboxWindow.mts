import { asRecord } from '../../sandbox/dialect.mts';
import type { Json } from '../../sandbox/types.mts';

const whatsApp = 'whatsapp:+';

/**
 * The 24 hours after somebody has written on WhatsApp. Twilio takes any message, and tells later, by a status
 * with the error 63016, that it was none for outside of them (…/docs/api/errors/63016). By default everybody
 * has written.
 */
export class Windows {
	readonly #closed = new Set<string>();

	/** The recipient has not written for 24 hours. */
	close(to: string): void {
		this.#closed.add(digits(to));
	}

	/** The person writes, by an address as webhooks name it. */
	open(from: string): void {
		if (from.startsWith(whatsApp)) this.#closed.delete(digits(from));
	}

	/**
	 * The error with which a message fails: outside, only approved templates go through.
	 * undocumented: the code for a template that was not approved
	 */
	errorOf(to: string, template: Json | undefined): string | null {
		if (!to.startsWith(whatsApp) || !this.#closed.has(digits(to))) return null;
		return asRecord(template?.approval_requests).status === 'approved' ? null : '63016';
	}
}

const digits = (address: string) => address.replace(/\D/g, '');
