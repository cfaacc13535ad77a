import { isOutcomeUnknown } from './transport/gatewayError';

/** Attempts of one change if responses are lost. */
const MAX_ATTEMPTS = 3;

/** How to read settings, what to change in them, and how to write them. */
export interface SettingsChange<Settings, Change, Result> {
	fetch(): Promise<Settings>;
	/** What has to change, null if nothing, and what to return then. May throw: nothing is written. */
	plan(settings: Settings): { readonly change: Change | null; readonly result: Result };
	/** Not repeated by the transport if its outcome is unknown. */
	save(change: Change): Promise<void>;
}

/**
 * Reads settings, changes them and writes them back. If the response to the write is lost, it reads and plans
 * again: the write may have taken effect, and others change the same settings, so a blind second write could
 * undo their changes.
 */
export async function changeSettings<Settings, Change, Result>({
	fetch,
	plan,
	save,
}: SettingsChange<Settings, Change, Result>): Promise<Result> {
	for (let attempt = 1; ; attempt++) {
		const { change, result } = plan(await fetch());
		if (change === null) return result;
		const failure = await save(change).then(
			() => null,
			(error: unknown) => ({ error }),
		);
		if (failure === null) return result;
		const { error } = failure;
		if (!isOutcomeUnknown(error) || attempt === MAX_ATTEMPTS) throw error;
	}
}
