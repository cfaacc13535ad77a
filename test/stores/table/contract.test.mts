import { describeTable } from './contract.mts';
import { describeReassign } from './reassignContract.mts';
import { MemoryTable } from './memoryTable.mts';

describeTable('memory', async () => new MemoryTable());
describeReassign('memory', async () => new MemoryTable());
