import type { TemplateContent } from '../messages/template';
import type { Connection } from './connection';

/** A gap of a template. */
export interface TemplateVariable {
	/**
	 * Names the gap within its template and says all that sending needs, since a stored message is sent
	 * without another look at the template: `body.1`, `body.first_name`, `header.image`, `button.0.url`.
	 */
	readonly id: string;
	/** What a person reads: the part of the template, and the words around the gap. */
	readonly label: string;
	/** `mediaUrl`: the public URL of a file. `payload`: comes back when the button is pressed. */
	readonly kind: 'text' | 'mediaUrl' | 'payload';
	/** The vendor's example, if it tells one. */
	readonly example: string | null;
	/** The template can be sent without it. */
	readonly optional?: boolean;
}

/**
 * Whether a template can be sent: only `approved` can at any time. `windowOnly`: without an approval, to who
 * has written within 24 hours, as free content. `unknown`: the vendor's word has no meaning here.
 */
export type TemplateStatus =
	| 'approved'
	| 'windowOnly'
	| 'pending'
	| 'rejected'
	| 'paused'
	| 'disabled'
	| 'unknown';

/** A template as the gateway lists it. */
export interface MessageTemplate extends Omit<TemplateContent, 'variables'> {
	/** What a person knows it by, if that is not the name. */
	readonly title: string | null;
	/** The vendor's word, such as `MARKETING`; null if there is none. */
	readonly category: string | null;
	readonly status: TemplateStatus;
	/** The vendor's word for the status. */
	readonly gatewayStatus: string | null;
	/** Its own words, with the gaps as the vendor writes them. */
	readonly text: string;
	readonly variables: readonly TemplateVariable[];
	/** Why this package cannot send it (a part of it that no document describes); null if it can. */
	readonly unsupported: string | null;
}

/** The templates of an account. */
export interface TemplateLibrary {
	/**
	 * A page of them, in the vendor's order and in any status.
	 *
	 * @throws GatewayError where they cannot be read, such as without the credential's optional fields
	 */
	list(
		connection: Connection,
		page: { readonly search?: string; readonly cursor?: string },
	): Promise<{ readonly templates: readonly MessageTemplate[]; readonly cursor: string | null }>;
	/** The one that a message names; null if there is none. */
	find(
		connection: Connection,
		template: Pick<TemplateContent, 'name' | 'language'>,
	): Promise<MessageTemplate | null>;
}
