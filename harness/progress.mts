/** What a long step tells while it runs: about once a second, and once when it is done. */
export interface Progress {
	/** What is being done, in words. */
	step: string;
	/** How long this step has taken so far. */
	seconds: number;
	done: boolean;
}

export type OnProgress = (progress: Progress) => void;

/** Runs `work`, telling `onProgress` that it runs and for how long. */
export async function withProgress<T>(
	step: string,
	onProgress: OnProgress | undefined,
	work: () => Promise<T>,
): Promise<T> {
	const began = Date.now();
	const tell = (done: boolean) =>
		onProgress?.({ step, seconds: Math.round((Date.now() - began) / 1000), done });
	tell(false);
	const ticking = setInterval(() => tell(false), 1000);
	try {
		const result = await work();
		clearInterval(ticking);
		tell(true);
		return result;
	} finally {
		clearInterval(ticking);
	}
}

/** Prints progress: one line rewritten on a terminal, a line every half minute elsewhere. */
export function printProgress(stream: NodeJS.WriteStream = process.stderr): OnProgress {
	return ({ step, seconds, done }) => {
		if (stream.isTTY) {
			stream.write(`\r\x1b[K  ${done ? '✓' : '…'} ${step} (${seconds} s)${done ? '\n' : ''}`);
		} else if (done || seconds % 30 === 0) {
			stream.write(`  ${done ? '✓' : '…'} ${step} (${seconds} s)\n`);
		}
	};
}
