/** What an operation took; `ms` by the clock, `processorMs` of n8n's process. */
export interface Figure {
	readonly place: string;
	readonly size: number;
	readonly what: string;
	/** Messages, items or events. */
	readonly count: number;
	readonly ms: number;
	readonly processorMs: number;
}

export const SEND_DUE = 'Send Due, Max Parallel 50';
/** What n8n itself takes for the expressions of *Schedule*: its own node with the same ones. */
export const EXPRESSIONS = "n8n's own expressions";
/** Rows that cost nothing. */
export const FEW = 1_000;

const schedules = (figures: readonly Figure[], rows: number): Figure | undefined =>
	figures.find(
		({ place, what, size, count }) =>
			place === 'PostgreSQL' && what === 'Schedule' && size === rows && count > 1,
	);

/** The goals of the issue, with what was found: a line for each. */
export function judged(figures: readonly Figure[], rows: number): unknown[][] {
	const of = (what: string, size: number): Figure | undefined =>
		figures.find((one) => one.place === 'PostgreSQL' && one.what === what && one.size === size);
	const line = (goal: string, found: number, most: number, unit: string): unknown[] => [
		goal,
		`${found.toFixed(2)}${unit}`,
		found <= most ? 'reached' : 'missed',
	];
	const each = (figure: Figure | undefined): number =>
		figure === undefined ? Number.NaN : figure.ms / figure.count;
	const lists = figures.filter(
		({ place, size, what }) =>
			place === 'PostgreSQL' && size === rows && what.startsWith('Get Many'),
	);
	const perSecond = 1_000 / each(of(SEND_DUE, rows));
	return [
		[
			'Send Due: 400 messages a second',
			perSecond.toFixed(0),
			perSecond >= 400 ? 'reached' : 'missed',
		],
		line(
			`Send Due: each at ${rows} rows as at ${FEW}, at most 1.1 times`,
			each(of(SEND_DUE, rows)) / each(of(SEND_DUE, FEW)),
			1.1,
			' times',
		),
		line(
			"Schedule 10,000: each beyond n8n's own expressions, at most 1 ms",
			each(schedules(figures, rows)) - each(of(EXPRESSIONS, rows)),
			1,
			' ms',
		),
		...lists.map(({ what, ms }) =>
			line(`${what}: at most 1.5 times`, ms / (of(what, FEW)?.ms ?? Number.NaN), 1.5, ' times'),
		),
		line(
			'Record Status: 1,000 events in 2 s',
			(of('Record Status', rows)?.ms ?? NaN) / 1_000,
			2,
			' s',
		),
	];
}
