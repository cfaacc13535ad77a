import type { IDataObject, IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

/** A text file of the output. */
export interface OutputFile {
	/** The binary field that it is put in. */
	readonly field: string;
	readonly name: string;
	readonly mimeType: string;
	readonly text: string;
}

/**
 * Adds the file of each item, stored as this n8n stores files.
 *
 * @param fileOfPlan what an operation gives along with an item; undefined if it has no files
 * @param plans of the items that the operation got; null for one that could not be prepared
 */
export async function withFiles<Plan extends object>(
	{ helpers }: Pick<IExecuteFunctions, 'helpers'>,
	fileOfPlan: ((plan: Plan, json: IDataObject) => OutputFile | null) | undefined,
	plans: ReadonlyArray<Plan | null>,
	items: INodeExecutionData[],
): Promise<INodeExecutionData[]> {
	if (fileOfPlan === undefined) return items;
	const fileOf = (json: IDataObject, index: unknown): OutputFile | null => {
		const plan = typeof index === 'number' ? plans[index] : null;
		return plan === null || plan === undefined ? null : fileOfPlan(plan, json);
	};
	const withFile: INodeExecutionData[] = [];
	// One after the other: each is a whole page in memory.
	for (const item of items) {
		const file = fileOf(item.json, (item.pairedItem as { item?: number } | undefined)?.item);
		if (file === null) {
			withFile.push(item);
			continue;
		}
		const bytes = Buffer.from(file.text, 'utf8');
		const binary = await helpers.prepareBinaryData(bytes, file.name, file.mimeType);
		withFile.push({ ...item, binary: { [file.field]: binary } });
	}
	return withFile;
}
