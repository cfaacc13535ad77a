import { readFileSync, writeFileSync } from 'node:fs';

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
	const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
	// The name before it may hold blanks.
	const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
	return (Number(fields[11]) + Number(fields[12])) * 10;
}
