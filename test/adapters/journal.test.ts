import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openJournal } from '../../adapters/embedded/journal.ts';
import type { EmbeddedJournal } from '../../adapters/embedded/journal.ts';
import { journalContract } from '../contracts/journal.contract.ts';
import { redactingJournalContract } from '../contracts/redacting-journal.contract.ts';

async function made(partitions: number): Promise<{
  readonly journal: EmbeddedJournal;
  readonly close: () => Promise<void>;
}> {
  const folder = await mkdtemp(join(tmpdir(), 'reprise-journal-'));
  const journal = await openJournal({ folder, partitions, clock: () => 0 });
  return {
    journal,
    async close() {
      await journal.close();
      await rm(folder, { recursive: true });
    },
  };
}

journalContract('the embedded journal', made);
redactingJournalContract('the embedded journal', () => made(2));
