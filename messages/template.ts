/**
 * The content of a template message: the gateway has the text, with gaps, and the user fills them.
 */
export interface TemplateContent {
	/** What the gateway knows the template by: its name, or an id where names are not unique. */
	readonly name: string;
	/** The vendor's code of the language, such as `en_US`; null if the gateway needs none. */
	readonly language: string | null;
	/** What fills each gap, by the id of its variable. The gateway that made the ids reads them again. */
	readonly variables: Readonly<Record<string, string>>;
}
