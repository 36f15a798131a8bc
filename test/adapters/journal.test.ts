import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openJournal } from '../../adapters/embedded/journal.ts';
import { journalContract } from '../contracts/journal.contract.ts';

journalContract('the embedded journal', async (partitions) => {
  const folder = await mkdtemp(join(tmpdir(), 'reprise-journal-'));
  const journal = await openJournal({ folder, partitions, clock: () => 0 });
  return {
    journal,
    async close() {
      await journal.close();
      await rm(folder, { recursive: true });
    },
  };
});
