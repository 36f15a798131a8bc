/** A process that blanks a user's events in a journal and says so before and after. Arguments: folder, partitions, surrogate. */
import { openJournal } from '../../adapters/embedded/journal.ts';
import type { Surrogate } from '../../events/fact.ts';

const [folder = '', partitions = '1', user = ''] = process.argv.slice(2);
const journal = await openJournal({ folder, partitions: Number(partitions), clock: () => 0 });
process.stdout.write('begun\n');
const { events } = await journal.redact([user as Surrogate]);
process.stdout.write(`done ${String(events)}\n`);
await journal.close();
