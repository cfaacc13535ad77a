/** Fixed values, valid in every run. They are no secrets: nothing outside the sandbox knows them. */
export const account = {
	instanceName: 'my shop',
	/** The instance's own token, and the server's key for all. */
	apiKey: 'SANDBOX9-E4F1-4A0B-8C2D-EVOLUTION0001',
	globalKey: 'sandboxEvolutionGlobalKey42968304097704150110',
	instanceId: '2be09e30-ed3b-45a4-be8c-2070ca2fa5d5',
	/** The instance's own number. */
	wuid: '553199999999@s.whatsapp.net',
};
