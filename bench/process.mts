import { readdirSync, readFileSync, writeFileSync } from 'node:fs';

/** Forgets the most memory that a process has had, so that the next reading is of what follows (Linux). */
export const forgetPeak = (pid: number): void => writeFileSync(`/proc/${pid}/clear_refs`, '5');

/** The most memory that a process has had since, in MB (Linux). */
export const peakOf = (pid: number): number => statusOf(pid, 'VmHWM');

/** The memory that a process has now, in MB (Linux). */
export const memoryOf = (pid: number): number => statusOf(pid, 'VmRSS');

function statusOf(pid: number, name: string): number {
	const status = readFileSync(`/proc/${pid}/status`, 'utf8');
	return Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1]) / 1000;
}

/** Milliseconds of processor time that a process has used so far (Linux, whose ticks are 10 ms). */
export function processorTimeOf(pid: number): number {
	const fields = statOf(pid);
	return (Number(fields[11]) + Number(fields[12])) * 10;
}

/** The same of a process and all that came of it and still runs. */
export function processorTimeOfAll(root: number): number {
	const pids = readdirSync('/proc').map(Number).filter(Number.isInteger);
	const parentOf = new Map(
		pids.flatMap((pid): Array<[number, number]> => {
			try {
				return [[pid, Number(statOf(pid)[1])]];
			} catch {
				// It has ended since.
				return [];
			}
		}),
	);
	const isOfRoot = (pid: number | undefined): boolean =>
		pid === root || (pid !== undefined && pid > 0 && isOfRoot(parentOf.get(pid)));
	return [...parentOf.keys()].filter(isOfRoot).reduce((sum, pid) => sum + processorTimeOf(pid), 0);
}

/** What Linux says of a process behind its name, which may hold blanks: its state, its parent and so on. */
function statOf(pid: number): string[] {
	const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
	return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
}
