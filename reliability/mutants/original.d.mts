interface Position {
	readonly line: number;
	readonly column: number;
}
interface Location {
	readonly start: Position;
	readonly end: Position;
}

export const NOT_IN_SAMPLE: string;
export const TEXT_FOR_PEOPLE: string;
export function originalOf(source: string, location: Location): string;
export function isTextForPeople(
	source: string,
	mutant: { readonly mutatorName: string; readonly location: Location },
): boolean;
