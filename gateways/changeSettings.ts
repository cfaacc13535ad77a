import { isOutcomeUnknown } from './transport/gatewayError';

/** Attempts of one change whose responses get lost. */
const MAX_ATTEMPTS = 3;

/** How settings are read, what is to be changed in them, and how that is written. */
export interface SettingsChange<Settings, Change, Result> {
	fetch(): Promise<Settings>;
	/** What has to change, null if nothing, and what to return then. May throw: nothing is written. */
	plan(settings: Settings): { readonly change: Change | null; readonly result: Result };
	/** Not repeated by the transport if its outcome is unknown. */
	save(change: Change): Promise<void>;
}

/**
 * Reads settings, changes them and writes them back. If the response to the write is lost, it reads
 * again and plans anew: the write may have taken effect, and others change the same settings, so a
 * blind second write could undo what they did in between.
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
