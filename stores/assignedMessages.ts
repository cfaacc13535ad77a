/**
 * Which scheduled messages already belong to an item of this run. Two equal items are two messages:
 * what one item has found or made, another must not take for its own.
 */
export class AssignedMessages {
	private readonly scheduleIds = new Set<string>();

	assign(scheduleId: string): void {
		this.scheduleIds.add(scheduleId);
	}

	isAssigned(scheduleId: string): boolean {
		return this.scheduleIds.has(scheduleId);
	}
}
