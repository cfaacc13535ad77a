/** Settings of n8n from `NAME=value`. */
export const settingsOf = (given: readonly string[] = []): Record<string, string> =>
	Object.fromEntries(
		given.map((setting) => {
			const at = setting.indexOf('=');
			return [setting.slice(0, at), setting.slice(at + 1)];
		}),
	);
