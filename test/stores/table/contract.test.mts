import { describeTable } from './contract.mts';
import { MemoryTable } from './memoryTable.mts';

describeTable('memory', async () => new MemoryTable());
