/**
 * The accounts that exist on the sandbox's gateways: fixed values, valid in every run. They are no
 * secrets: nothing outside this sandbox knows them.
 */
export const chatWhatsAppAccount = {
	sessionId: 'e67a00be-ed45-4356-9488-049cabb9895d',
	apiKey: 'wask_sandbox_5f0c2f1e7d3b4a6988c1d2e3f4a5b6c7',
	/** Reaches every session and may create some. */
	adminKey: 'wamk_sandbox_a1b2c3d4e5f60718293a4b5c6d7e8f90',
	/** A session of somebody else. */
	otherSessionId: '0f3b7a52-6a0e-4d0c-9a70-3f1d2c4b5a69',
};

export const hypersenderSmsAccount = {
	instanceId: '9defcf1e-552c-4bef-a843-872edec576ef',
	apiToken: '234|sandboxSms3uB2pK9qLw7XvT5nRz1YcA8dEfGh',
	userId: '9cbff1d0-6c37-4612-a8bb-6db042991361',
	phoneNumber: '+201479837429',
	/** The account holder's zone, in which `schedule_send_at` is understood. */
	timezone: 'Africa/Cairo',
};

export const hypersenderWhatsAppAccount = {
	instanceId: '9feef20d-744e-4bcc-8fdd-e5531e0474f0',
	apiToken: '235|sandboxWa8mN4bVc6XzQ2wErTy0UiOpAsDfGhJk',
	userId: '9cbff1d0-6c37-4612-a8bb-6db042991361',
	/** The instance's own number. */
	wid: '201553730661@c.us',
};

export const whapiAccount = {
	channelId: 'MANTIS-M72HC',
	apiToken: 'sandboxWhapiToken7Kq2Lw9Zx4Vb1Nm6',
	/** The channel's own number. */
	phoneNumber: '61371989950',
};

export const greenApiAccount = {
	idInstance: 1101000001,
	apiTokenInstance: 'sandboxd75b3a66374942c5b3c019c698abc2067e151558acbd412345',
	/** The instance's own number. */
	wid: '11001234567@c.us',
};
