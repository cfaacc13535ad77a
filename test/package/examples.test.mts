import { DateTime } from 'luxon';
import { exampleFiles, readExample } from '../../harness/examples.mts';
import type { WorkflowNode } from '../../harness/client.mts';

/**
 * The examples as a person sees them on the canvas. Measures of n8n 2.41.1's editor, in its pixels at
 * a zoom of 100 %.
 */
const NODE = 96;
/** Below a node stands its name, in up to two lines, and its operation. */
const LABEL = 70;

/** Half a letter more than the mean of the editor's font, so that a note rather has room to spare. */
const LETTER = 7;
const TITLE_HEIGHT = 42;
const LINE_HEIGHT = 19;
/** Of a note's box at both sides; in a list also what its numbers take. */
const MARGINS = 26;
const LIST_INDENT = 20;

interface Note {
	readonly content: string;
	readonly width: number;
	readonly height: number;
}

/** How high a note's text comes to be, within a line: 25 notes were measured in the editor. */
function textHeight({ content, width }: Note): number {
	let height = 18;
	for (const line of content.split('\n').filter((each) => each !== '')) {
		const [, mark = '', text] = /^(\d+\. |## )?(.*)$/.exec(line.replace(/[*`]/g, ''))!;
		if (mark === '## ') {
			height += TITLE_HEIGHT;
		} else {
			const room = width - MARGINS - (mark === '' ? 0 : LIST_INDENT);
			height += linesOf(text, Math.floor(room / LETTER)) * LINE_HEIGHT + (mark === '' ? 8 : 2);
		}
	}
	return height;
}

function linesOf(text: string, letters: number): number {
	let lines = 1;
	let used = 0;
	for (const { length } of text.split(' ')) {
		const more = used === 0 ? length : length + 1;
		if (used > 0 && used + more > letters) {
			lines += 1;
			used = length;
		} else {
			used += more;
		}
	}
	return lines;
}

interface Box {
	readonly name: string;
	readonly x: number;
	readonly y: number;
	readonly width: number;
	readonly height: number;
}

const isNote = ({ type }: WorkflowNode) => type === 'n8n-nodes-base.stickyNote';
const noteOf = ({ parameters }: WorkflowNode) => parameters as unknown as Note;

function boxOf(node: WorkflowNode): Box {
	const [x, y] = node.position!;
	const { width, height } = isNote(node) ? noteOf(node) : { width: NODE, height: NODE + LABEL };
	return { name: node.name, x, y, width, height };
}

const overlap = (a: Box, b: Box) =>
	a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;

describe.each(exampleFiles())('%s', (file) => {
	const { nodes } = readExample(file);
	const notes = nodes.filter(isNote);
	const steps = nodes.filter((node) => !isNote(node));

	it.each(notes.map((node) => [node.name, noteOf(node)] as const))(
		'has a note "%s" that fits its box',
		(_, note) => {
			expect(note.content).toMatch(/^## /);
			const text = textHeight(note);
			expect(note.height).toBeGreaterThanOrEqual(text);
			expect(note.height - text).toBeLessThan(0.35 * note.height);
		},
	);

	it('has no note over a node or over another note', () => {
		const boxes = nodes.map(boxOf);
		const lying = notes
			.map(boxOf)
			.flatMap((note) =>
				boxes
					.filter((box) => box.name !== note.name && overlap(note, box))
					.map(({ name }) => `${note.name} over ${name}`),
			);
		expect(lying).toEqual([]);
	});

	it('has notes that name in italics only its nodes, and choices and operations of ours', () => {
		const known = [...steps.map(({ name }) => name), ...choices];
		const named = notes.flatMap((node) =>
			[...noteOf(node).content.matchAll(/(?<![*\w])\*([^*\n]+)\*(?!\*)/g)].map((match) => match[1]),
		);
		expect(named.filter((name) => !known.includes(name))).toEqual([]);
	});

	it('tells nobody by a node that tells nobody', () => {
		const silent = ['n8n-nodes-base.set', 'n8n-nodes-base.noOp', 'n8n-nodes-base.code'];
		const claims = steps.filter(
			({ name, type }) => silent.includes(type) && /tell|alert|notify|mail|warn/i.test(name),
		);
		expect(claims).toEqual([]);
	});

	it('is publishable as it is: what needs a credential of somebody else is switched off', () => {
		// n8n's editor publishes no workflow with a node that lacks its credential.
		const needy = steps.filter(
			({ type, disabled }) => type === 'n8n-nodes-base.emailSend' && disabled !== true,
		);
		expect(needy).toEqual([]);
	});
});

/** What the notes name in italics besides nodes. */
const choices = [
	'n8n Data Table',
	'Message Received',
	'Do Not Contact',
	'Send',
	'PostgreSQL',
	'Send due messages',
	'PostgreSQL store',
	'Follow statuses',
	'Record Status',
	'Return Unchanged',
	'Retry',
	'Schedule',
	'May Go Out Twice',
	'Get Many',
	'Remind +12025550101 tomorrow at nine of the appointment.',
	'answer, wait an hour, ask how it was',
];

it('Send due messages says truly how many executions it makes in a month of 30 days', () => {
	const { nodes } = readExample('send-due-messages.json');
	const [{ parameters }] = nodes.filter(({ name }) => name === 'Every Minute');
	expect(parameters).toEqual({ rule: { interval: [{ field: 'minutes', minutesInterval: 1 }] } });
	const perMonth = (minutes: number) => ((30 * 24 * 60) / minutes).toLocaleString('en-US');
	const { content } = noteOf(nodes.find(({ name }) => name === 'Read Me')!);
	expect(content).toContain(`makes ${perMonth(1)} executions a month`);
	expect(content).toContain(`every ten minutes makes ${perMonth(10)}.`);
});

/** A node's parameters of an example, as text. */
const parametersOf = (file: string, name: string) =>
	JSON.stringify(readExample(file).nodes.find((node) => node.name === name)!.parameters);

/** The value of the one expression in a text that has these words. */
function valueOf(text: string, words: string, variables: Record<string, unknown>): unknown {
	const found = [...text.matchAll(/"=\{\{ (.*?) \}\}"/g)].map(([, expression]) => expression);
	const [expression] = found.filter((each) => each.includes(words));
	const names = ['DateTime', ...Object.keys(variables)];
	return new Function(...names, `return ${expression}`)(DateTime, ...Object.values(variables));
}

it('the daily digest leaves no message out that fails between two mornings, or waits', () => {
	const file = 'daily-failure-digest.json';
	const first = DateTime.fromISO('2026-03-27T08:00', { zone: 'Europe/Berlin' });
	// The clock changes on the third morning.
	const mornings = [0, 1, 2, 3, 4].map((days) => first.plus({ days }));
	const isReported = (scheduledAt: DateTime, failsAt: DateTime) =>
		mornings.some(($now) => {
			const after = valueOf(parametersOf(file, 'Since Yesterday'), 'minus', { $now }) as string;
			const status = failsAt <= $now ? 'failed' : 'scheduled';
			const $json = { status, scheduledAt: scheduledAt.toUTC().toISO() };
			return (
				scheduledAt >= DateTime.fromISO(after) &&
				scheduledAt <= $now &&
				valueOf(parametersOf(file, 'Did Not Go Out'), 'failed', { $now, $json })
			);
		});
	for (let minutes = 0; minutes < 2 * 1440; minutes += 7) {
		const scheduledAt = first.plus({ minutes });
		for (const hours of [0, 0.5, 1, 6, 24, 1_000]) {
			expect([minutes, hours, isReported(scheduledAt, scheduledAt.plus({ hours }))]).toEqual([
				minutes,
				hours,
				true,
			]);
		}
	}
});

it('the appointment reminder needs an id, and reminds of nothing that is over', () => {
	const file = 'appointment-reminder.json';
	const keyOf = (body: object) =>
		valueOf(parametersOf(file, 'Schedule Reminder'), '-reminder', { $json: { body } });
	expect(keyOf({ id: 1042 })).toBe('1042-reminder');
	expect(keyOf({})).toBe('');
	const $now = DateTime.fromISO('2026-03-01T15:00:00+01:00');
	const isOver = (body: object) =>
		valueOf(parametersOf(file, 'Called Off or Over?'), 'status', { $now, $json: { body } });
	expect(isOver({ status: 'booked', startsAt: '2026-03-01T15:01:00+01:00' })).toBe(false);
	expect(isOver({ status: 'booked', startsAt: '2026-03-01T14:59:00+01:00' })).toBe(true);
	expect(isOver({ status: 'cancelled', startsAt: '2026-03-02T15:00:00+01:00' })).toBe(true);
	const idOf = (body: object) =>
		valueOf(parametersOf(file, 'Of This Appointment'), 'String', {
			$: () => ({ first: () => ({ json: { body } }) }),
		});
	// The node compares texts, and takes nothing for an empty one.
	expect(idOf({ id: 1042 })).toBe('1042');
	expect(idOf({})).toBe('');
	expect(parametersOf(file, 'Of This Appointment')).toContain('"notEmpty"');
});
