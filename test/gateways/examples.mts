/** What a gateway's `examples.mts` exports, as `examples`: its part of the generated tables. */
export interface GatewayExamples {
	/** The fixture whose event the gateway's page shows. */
	readonly event: string;
	/** What the gateway says, in words, with a body as the vendor documents it. */
	readonly words: ReadonlyArray<readonly [said: string, body: unknown]>;
}

/**
 * The examples of a gateway.
 *
 * @throws Error if its folder has no `examples.mts`
 */
export async function examplesOf(gateway: string): Promise<GatewayExamples> {
	const module = (await import(`../../gateways/${gateway}/examples.mts`)) as {
		examples: GatewayExamples;
	};
	return module.examples;
}
