import { journalContract } from '../contracts/journal.contract.ts';
import { createMemoryJournal } from './memory-journal.ts';

journalContract('the journal in memory', (partitions) => {
  const journal = createMemoryJournal(partitions);
  return Promise.resolve({ journal, close: () => journal.close() });
});
