import { STATUS_NAMES, type Status } from '../../messages/status';

/** How many messages have each status. */
export type ByStatus = Record<Status, number>;

export const noneByStatus = (): ByStatus =>
	Object.fromEntries(STATUS_NAMES.map((name) => [name, 0])) as ByStatus;

/** The messages of one group, such as a campaign. */
export interface GroupStatistics {
	readonly group: string;
	total: number;
	readonly byStatus: ByStatus;
}

/** The groups beyond the largest ones, together. */
export interface OtherGroups {
	/** How many groups these are. */
	groups: number;
	total: number;
	readonly byStatus: ByStatus;
}

/** So many groups are counted one by one: with a group for each appointment there may be any number. */
export const MAX_GROUPS = 50;

/** Counts messages by their groups; those without one are not counted. */
export class GroupTally {
	private readonly byName = new Map<string, GroupStatistics>();
	private readonly others: OtherGroups = { groups: 0, total: 0, byStatus: noneByStatus() };

	add(group: string, status: Status, count: number): void {
		const counted = this.byName.get(group) ?? { group, total: 0, byStatus: noneByStatus() };
		this.byName.set(group, counted);
		addTo(counted, status, count);
	}

	/** Messages of groups that are not among the largest. */
	addOthers(status: Status, count: number): void {
		addTo(this.others, status, count);
	}

	/** @param groups how many there are; unless given, all were added by their names */
	result(groups: number = this.byName.size): {
		readonly byGroup: readonly GroupStatistics[];
		readonly otherGroups: OtherGroups;
	} {
		const byTotal = [...this.byName.values()].sort(
			(a, b) => b.total - a.total || (a.group < b.group ? -1 : 1),
		);
		const byGroup = byTotal.slice(0, MAX_GROUPS);
		const otherGroups = { ...this.others, byStatus: { ...this.others.byStatus } };
		for (const { byStatus } of byTotal.slice(MAX_GROUPS)) {
			for (const status of STATUS_NAMES) addTo(otherGroups, status, byStatus[status]);
		}
		return { byGroup, otherGroups: { ...otherGroups, groups: groups - byGroup.length } };
	}
}

function addTo(counted: Pick<OtherGroups, 'total' | 'byStatus'>, status: Status, count: number) {
	counted.total += count;
	counted.byStatus[status] += count;
}
