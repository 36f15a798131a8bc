import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { openJournal } from '../../adapters/embedded/journal.ts';
import type { JournalBounds } from '../../adapters/embedded/journal.ts';
import { openEnvironment } from '../../adapters/embedded/lmdb/lmdb-environment.ts';
import { hasCode } from '../../events/error.ts';
import { eventKey } from '../../events/event-key.ts';
import type { ChainedJournal, Journal } from '../../events/journal.ts';
import { ORIGIN, sequence } from '../../events/position.ts';
import { entryOf, interactionOf, surrogateOf } from '../doubles/facts.ts';
import { temporaryFolder } from './temporary-folder.ts';

const HOUR_MS = 3_600_000;

/** Bounds small enough to see chunks written and forgotten. */
const SMALL: Partial<JournalBounds> = {
  idempotencyEventsMin: 40,
  idempotencyAgeMsMin: HOUR_MS,
  idempotencyEventsMax: 1_000,
  idempotencyChunkEventsMax: 8,
  blockEventsMax: 3,
};

async function appendRange(journal: Journal, from: number, to: number): Promise<void> {
  for (let n = from; n < to; n += 4) {
    const numbers = Array.from({ length: Math.min(4, to - n) }, (_, i) => n + i);
    await journal.append(numbers.map((i) => entryOf(i, i % journal.partitions)));
  }
}

async function known(journal: Journal, numbers: readonly number[]): Promise<boolean[]> {
  const found: boolean[] = [];
  for (const n of numbers) {
    found.push((await journal.find(eventKey(`event-${String(n)}`))) !== undefined);
  }
  return found;
}

describe('the chain hash of a place', () => {
  it('is that of its block, stays when the journal grows or is opened again, and names what came before', async () => {
    const hashesOf = async (journal: ChainedJournal, to: number): Promise<string[]> => {
      const hashes: string[] = [];
      for (let at = -1; at <= to; at += 1) hashes.push(await journal.chainHash(0, sequence(at)));
      return hashes;
    };
    const options = { partitions: 1, clock: (): number => 0, bounds: SMALL };
    const folder = await temporaryFolder();
    const first = await openJournal({ folder, ...options });
    await appendRange(first, 0, 8);
    const before = await hashesOf(first, 7);
    assert.equal(before[0], '0'.repeat(64));
    // Blocks of up to three, of batches of four: 0–2, 3, 4–6, 7.
    assert.deepEqual(
      before.map((hash) => before.indexOf(hash)),
      [0, 1, 1, 1, 4, 5, 5, 5, 8],
    );
    await appendRange(first, 8, 12);
    await first.close();
    const again = await openJournal({ folder, ...options });
    assert.deepEqual((await hashesOf(again, 11)).slice(0, 9), before);
    await assert.rejects(again.chainHash(0, sequence(12)), { code: 'DAMAGED' });
    await again.close();
    const other = await openJournal({ folder: await temporaryFolder(), ...options });
    await other.append([entryOf(99, 0)]);
    await appendRange(other, 1, 8);
    const after = await hashesOf(other, 7);
    assert.ok(after.slice(1).every((hash) => !before.includes(hash)));
    await other.close();
  });
});

describe('a journal that is opened again', () => {
  it('goes on where it was, and recognises every event, from chunks and from blocks', async () => {
    const folder = await temporaryFolder();
    const options = { folder, partitions: 2, clock: (): number => 0, bounds: SMALL };
    for (const [from, to] of [
      [0, 3],
      [3, 37],
      [37, 38],
    ] as const) {
      const journal = await openJournal(options);
      await appendRange(journal, from, to);
      await journal.close();
    }
    const journal = await openJournal(options);
    assert.deepEqual(journal.status().heads, [18, 18]);
    for (let n = 0; n < 38; n += 1) {
      const [appended] = await journal.append([entryOf(n, n % 2)]);
      const position = { partition: n % 2, sequence: sequence(Math.floor(n / 2)) };
      assert.deepEqual(appended, { positions: [position], duplicate: true });
    }
    const block = await journal.read(1, ORIGIN);
    assert.deepEqual(block?.fact(18), interactionOf(37));
    assert.equal(block.count, 19);
    await journal.close();
  });

  it('remembers whom it erased', async () => {
    const folder = await temporaryFolder();
    const options = { folder, partitions: 1, clock: (): number => 0 };
    const first = await openJournal(options);
    const fact = { kind: 'UserErased', user: surrogateOf(1), timeMs: 0 } as const;
    await first.append([entryOf(0, 0, fact)]);
    await first.close();
    const second = await openJournal(options);
    const surrogate = Buffer.from(surrogateOf(1), 'hex');
    assert.equal(await second.isErased(surrogate), true);
    await second.close();
  });

  it('reads the blocks where a chunk of keys is damaged or gone', async () => {
    const folder = await temporaryFolder();
    const options = { folder, partitions: 1, clock: (): number => 0, bounds: SMALL };
    const first = await openJournal(options);
    await appendRange(first, 0, 36);
    await first.close();
    const environment = openEnvironment({ folder, tablesMax: 5, name: 'the test' });
    const keys = environment.table('keys');
    const [, second, third] = [...keys.range({})];
    assert.ok(second !== undefined && third !== undefined);
    await environment.commit((writer) => {
      writer.put(
        keys,
        second.key,
        Uint8Array.from(second.value, (byte, i) => (i === 80 ? ~byte : byte)),
      );
      writer.remove(keys, third.key);
    });
    await environment.close();
    const journal = await openJournal(options);
    const numbers = Array.from({ length: 36 }, (_, n) => n);
    assert.ok((await known(journal, numbers)).every((isKnown) => isKnown));
    await journal.close();
  });

  it('refuses another number of partitions, and a closed journal refuses everything', async () => {
    const folder = await temporaryFolder();
    const journal = await openJournal({ folder, partitions: 2, clock: () => 0 });
    const waiting = journal.changed(0, ORIGIN, new AbortController().signal);
    await journal.close();
    await waiting;
    await journal.close();
    await assert.rejects(journal.append([entryOf(0)]), (error) => hasCode(error, 'UNAVAILABLE'));
    for (const [partitions, code] of [
      [1, 'CONFLICT'],
      [0, 'INVALID'],
      [257, 'INVALID'],
    ] as const) {
      await assert.rejects(openJournal({ folder, partitions, clock: () => 0 }), (error) =>
        hasCode(error, code),
      );
    }
  });
});

describe('the memory of event keys', () => {
  it('lasts for so many events and so much time, whichever is more, and then ends', async () => {
    const folder = await temporaryFolder();
    let nowMs = 0;
    const options = { folder, partitions: 1, clock: (): number => nowMs, bounds: SMALL };
    let journal = await openJournal(options);
    await appendRange(journal, 0, 200);
    assert.deepEqual(await known(journal, [0, 100, 199]), [true, true, true]);
    nowMs += HOUR_MS;
    await appendRange(journal, 200, 400);
    await journal.close();
    journal = await openJournal(options);
    // Events 0 to 199 are an hour old and more than 40 events back; the later ones are young.
    assert.deepEqual(await known(journal, [0, 100]), [false, false]);
    assert.deepEqual(await known(journal, [200, 300, 399]), [true, true, true]);
    nowMs += HOUR_MS;
    await appendRange(journal, 400, 480);
    await journal.close();
    journal = await openJournal(options);
    // Old as they are, the last 40 events before the head are still recognised.
    nowMs += 2 * HOUR_MS;
    const last = Array.from({ length: 40 }, (_, i) => 440 + i);
    assert.ok((await known(journal, last)).every((isKnown) => isKnown));
    await journal.close();
  });

  it('is bounded however young the events are', async () => {
    const folder = await temporaryFolder();
    const bounds = { ...SMALL, idempotencyEventsMax: 60 };
    const options = { folder, partitions: 1, clock: (): number => 0, bounds };
    let journal = await openJournal(options);
    await appendRange(journal, 0, 400);
    await journal.close();
    journal = await openJournal(options);
    assert.deepEqual(await known(journal, [0, 300, 345, 399]), [false, false, true, true]);
    await journal.close();
  });
});
