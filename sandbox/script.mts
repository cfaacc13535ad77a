import type { Clock } from './clock.mts';
import type { GatewayId } from './types.mts';

/** What happens next to a message: a status, in the vendor's word or the common one. */
export interface ScriptStep {
	status: string;
	/** The vendor's error description. */
	reason?: string;
	/** Instead of the sandbox's `statusDelayMs`, in sandbox time. */
	delayMs?: number;
}

export type ScriptSequence = readonly (string | ScriptStep)[];

interface Script {
	steps: readonly ScriptStep[];
	to?: string | RegExp;
}

const digits = (address: string) => address.split('@')[0].replace(/\D/g, '');

/** `919988066776`, `+919988066776` and `919988066776@s.whatsapp.net` are one recipient. */
export const sameRecipient = (one: string, other: string): boolean =>
	one === other || (digits(one) !== '' && digits(one) === digits(other));

/** What happens to sent messages: a sequence for a gateway, and others for single recipients. */
export class Scripts {
	readonly #scripts = new Map<GatewayId, Script[]>();

	/** From now on; the newest script that fits a message wins. */
	set(gateway: GatewayId, sequence: ScriptSequence, to?: string | RegExp): void {
		const steps = sequence.map((step) => (typeof step === 'string' ? { status: step } : step));
		const scripts = this.#scripts.get(gateway) ?? [];
		// A script for everybody replaces all that was said before.
		this.#scripts.set(gateway, to === undefined ? [{ steps }] : [{ steps, to }, ...scripts]);
	}

	/** Takes back all that was said: messages go their usual way. */
	clear(gateway: GatewayId): void {
		this.#scripts.delete(gateway);
	}

	/** The steps that hold for everybody; undefined where nothing was said. */
	forEverybody(gateway: GatewayId): readonly ScriptStep[] | undefined {
		return this.#scripts.get(gateway)?.find(({ to }) => to === undefined)?.steps;
	}

	/** The steps for a message; undefined where nothing was said, so that the default applies. */
	find(gateway: GatewayId, to: string): readonly ScriptStep[] | undefined {
		return this.#scripts.get(gateway)?.find((script) => {
			if (script.to === undefined) return true;
			return script.to instanceof RegExp ? script.to.test(to) : sameRecipient(script.to, to);
		})?.steps;
	}
}

export interface PlayOptions {
	/** When the first step would happen without any delay. */
	from: Date;
	/** Before each step, unless the step says otherwise; sandbox time. */
	delayMs: number;
	/** Before the first step; by default `delayMs`. */
	firstDelayMs?: number;
}

/** Applies the steps one after another, each with its nominal time. */
export function play(
	clock: Clock,
	steps: readonly ScriptStep[],
	options: PlayOptions,
	apply: (step: ScriptStep, at: Date) => unknown,
): void {
	const next = (index: number, before: Date) => {
		const step = steps[index];
		if (!step) return;
		const usual = index === 0 ? (options.firstDelayMs ?? options.delayMs) : options.delayMs;
		const delayMs = step.delayMs ?? usual;
		const at = new Date(before.getTime() + delayMs);
		const run = async () => {
			await apply(step, at);
			next(index + 1, at);
		};
		clock.after(delayMs, run);
	};
	next(0, options.from);
}
