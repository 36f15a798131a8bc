/**
 * A process that appends to a journal until it is killed or the disk is full. It prints a line a batch once that is
 * acknowledged: the numbers of its events and their sequences. Arguments: folder, partitions, first number, and how
 * many batches of how many events each may be on their way.
 */
import { openJournal } from '../../adapters/embedded/journal.ts';
import { hasCode } from '../../events/error.ts';
import { formatPosition } from '../../events/position.ts';
import { entryOf } from '../doubles/facts.ts';

const [folder = '', partitions = '1', first = '0', batches = '8', events = '5'] =
  process.argv.slice(2);
const journal = await openJournal({ folder, partitions: Number(partitions), clock: () => 0 });
let next = Number(first);
let isFull = false;

async function appendForEver(): Promise<void> {
  while (!isFull) {
    const numbers = Array.from({ length: Number(events) }, () => next++);
    try {
      const appended = await journal.append(numbers.map((n) => entryOf(n, n % Number(partitions))));
      const places = appended.map(({ positions }) => positions.map(formatPosition).join());
      process.stdout.write(
        `${numbers.map((n, i) => `${String(n)}@${places[i] ?? ''}`).join(' ')}\n`,
      );
    } catch (error) {
      if (!hasCode(error, 'UNAVAILABLE')) throw error;
      isFull = true;
    }
  }
}

/** A disk that stays full goes on refusing, and nothing else comes of it. */
async function appendInVain(times: number): Promise<number> {
  let refused = 0;
  for (let i = 0; i < times; i += 1) {
    await new Promise((resolve) => setImmediate(resolve));
    const large = Array.from({ length: 2_000 }, () => entryOf(next++));
    await journal.append(large).catch((error: unknown) => {
      if (!hasCode(error, 'UNAVAILABLE')) throw error;
      refused += 1;
    });
  }
  return refused;
}

await Promise.all(Array.from({ length: Number(batches) }, appendForEver));
const refused = await appendInVain(3);
process.stdout.write(`full ${String(journal.status().full)}, ${String(refused)} refused\n`);
await journal.close();
