/** Fixed values, valid in every run. They are no secrets: nothing outside the sandbox knows them. */
export const account = {
	instanceId: '9defcf1e-552c-4bef-a843-872edec576ef',
	apiToken: '234|sandboxSms3uB2pK9qLw7XvT5nRz1YcA8dEfGh',
	userId: '9cbff1d0-6c37-4612-a8bb-6db042991361',
	phoneNumber: '+201479837429',
	/** The account holder's zone, in which `schedule_send_at` is understood. */
	timezone: 'Africa/Cairo',
};
