import { withStanding } from '../../nodes/MessageScheduler/standing';
import type { UnresolvedAttempt } from '../../stores/store';
import { message } from '../stores/table/fakes.mts';
import { startSandbox, type Fault, type Sandbox } from '../../sandbox/index.mts';
import {
	byId,
	credentialFor,
	hurry,
	inSeconds,
	outputOf,
	runByEngine,
	type Json,
	type Setting,
} from './fakeContext.mts';

/**
 * An earlier attempt is settled before the present parameters are checked, and whatever the error says,
 * it first says where the message stands.
 */
let sandbox: Sandbox;
let setting: Setting;

beforeEach(async () => {
	sandbox = await startSandbox({ rateLimits: false, clockFactor: 60 });
	setting = { credential: credentialFor(sandbox), node: { retryOnFail: true, maxTries: 2 } };
	hurry();
});
afterEach(async () => {
	jest.restoreAllMocks();
	await sandbox.close();
});

const messages = () => sandbox.messages('chatWhatsApp');
const pending = () => messages().filter(({ status }) => status === 'pending');
/** Looking for the message does not work either: five tries of the list. */
const blind: Fault = { kind: 'errorBefore', method: 'GET', times: 5 };
const toOne: Json = { recipient: '+919988066776', text: 'Hello', sendAt: inSeconds(7_200) };

/** Puts faults in force before the first create, and lets so much time pass after the first try. */
const cutOff = (kind: 'dropResponse' | 'errorBefore', passes: number): Partial<Setting> => {
	let [posts, reads] = [0, 0];
	const real = Date.now.bind(Date);
	return {
		onRequest: ({ method }) => {
			if (method === 'POST' && ++posts === 1) {
				sandbox.faults.add({ kind, method: 'POST', times: 1 });
				sandbox.faults.add(blind);
			}
			if (posts === 1 && method === 'GET' && ++reads === 5) {
				jest.spyOn(Date, 'now').mockImplementation(() => real() + passes);
			}
		},
	};
};
const HOURS = 3_600_000;

it('Schedule finds its message, though its time is over meanwhile', async () => {
	const { items, error } = await runByEngine(toOne, {
		...setting,
		...cutOff('dropResponse', 3 * HOURS),
	});
	expect(error).toBeUndefined();
	expect(items).toMatchObject([{ scheduleId: messages()[0].scheduleId, text: 'Hello' }]);
	expect(messages()).toHaveLength(1);
});

it('Schedule says first that nothing is scheduled, where the time is over and nothing was taken', async () => {
	const { error } = await runByEngine(toOne, { ...setting, ...cutOff('errorBefore', 3 * HOURS) });
	expect([error?.message, error?.description].join(' ')).toMatch(
		/^The message is not scheduled: an earlier attempt for .* did not succeed\. "Send At" is .* ago Enter a later time/,
	);
	expect(messages()).toHaveLength(0);
});

it('Schedule takes the earliest moment, where the time is over and the user wants that', async () => {
	const parameters = { ...toOne, options: { ifTimePassed: 'sendEarliest' } };
	const { items, error } = await runByEngine(parameters, {
		...setting,
		...cutOff('errorBefore', 3 * HOURS),
	});
	expect(error).toBeUndefined();
	expect(items[0].adjusted).toMatchObject([{ reason: 'passed' }]);
	expect(messages()).toHaveLength(1);
});

it('Reschedule finds what its create made, though the new time is over meanwhile', async () => {
	const [{ scheduleId }] = await outputOf(toOne, setting);
	const move = { operation: 'reschedule', ...byId(scheduleId), sendAt: inSeconds(10_800) };
	const { items, error } = await runByEngine(move, {
		...setting,
		...cutOff('dropResponse', 4 * HOURS),
	});
	expect(error).toBeUndefined();
	expect(items).toMatchObject([{ scheduledAt: move.sendAt }]);
	expect(pending()).toHaveLength(1);
});

it('Reschedule puts the message back, and says so, where the new time is over', async () => {
	const [{ scheduleId }] = await outputOf({ ...toOne, sendAt: inSeconds(20_000) }, setting);
	const move = { operation: 'reschedule', ...byId(scheduleId), sendAt: inSeconds(7_200) };
	const { error } = await runByEngine(move, { ...setting, ...cutOff('errorBefore', 3 * HOURS) });
	expect([error?.message, error?.description].join(' ')).toMatch(
		/^The message was not moved and stays scheduled for .*, now with the id ".*"\. "Send At" is .* ago Enter a later time/,
	);
	expect(pending()).toHaveLength(1);
});

it('says where the message stands, where the parameters cannot even be read any more', async () => {
	// Read once by each try: the second finds no time.
	const real = Date.now();
	const parameters = {
		...toOne,
		sendAt: `={{ Date.now() > ${real + HOURS} ? 'never' : '${inSeconds(7_200)}' }}`,
	};
	const { error } = await runByEngine(parameters, {
		...setting,
		...cutOff('dropResponse', 2 * HOURS),
	});
	expect(error?.message).toMatch(
		/^It is unknown whether the message for \S+ was scheduled: an earlier attempt was interrupted\. Now: "Send At" is "never"/,
	);
});

it('Timeout is in seconds', async () => {
	const timeouts: Array<number | undefined> = [];
	const onRequest: Setting['onRequest'] = ({ timeout }) => void timeouts.push(timeout);
	await outputOf({ ...toOne, options: { timeout: 7 } }, { ...setting, onRequest });
	await outputOf(toOne, { ...setting, onRequest });
	expect(timeouts).toEqual([7_000, 30_000]);
});

describe('failures that may pass', () => {
	const people = Array.from({ length: 12 }, (_, index) => ({ to: `9199880667${10 + index}` }));
	const toEach = { ...toOne, recipient: '=+{{ $json.to }}', options: { maxParallel: 1 } };
	const creates = () => sandbox.requests().filter(({ method }) => method === 'POST').length;

	it.each([
		[true, 10],
		[false, 1],
	])(
		'end a try after several in a row with Retry On Fail %s: after %i',
		async (retryOnFail, most) => {
			// Each is repeated four times before it counts.
			sandbox.faults.add({ kind: 'status', status: 429, body: {}, method: 'POST' });
			const node = { retryOnFail, maxTries: 2, waitBetweenTries: 1 };
			const { error } = await runByEngine(toEach, { ...setting, items: people, node });
			expect(error).toBeDefined();
			expect(creates()).toBe(5 * most * (retryOnFail ? 2 : 1));
		},
	);
});

it('says where a message stands that an earlier attempt could not move', () => {
	const open: UnresolvedAttempt = {
		since: 0,
		message: message('hello', 0),
		currentId: 'id-2',
		isRestored: true,
	};
	expect(withStanding(new Error('"Send At" is empty.'), open)).toMatchObject({
		message:
			'The message was not moved and stays scheduled, now with the id "id-2". Now: "Send At" is empty.',
	});
});
