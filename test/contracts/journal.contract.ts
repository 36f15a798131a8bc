import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'node:test';
import fc from 'fast-check';
import { hasCode } from '../../events/error.ts';
import { eventKey } from '../../events/event-key.ts';
import type { Fact } from '../../events/fact.ts';
import type { Journal } from '../../events/journal.ts';
import { ORIGIN, formatPosition, sequence } from '../../events/position.ts';
import { surrogateToBytes } from '../../events/surrogate.ts';
import { entryOf, interactionOf, surrogateOf } from '../doubles/facts.ts';

/** Makes an empty journal; `close` closes it and removes what it left. */
export type JournalFactory = (partitions: number) => Promise<{
  readonly journal: Journal;
  readonly close: () => Promise<void>;
}>;

/** What every journal must do, with one partition and with two. */
export function journalContract(name: string, factory: JournalFactory): void {
  for (const partitions of [1, 2]) {
    describe(`${name} with ${String(partitions)} partition(s)`, () => {
      appendContract(partitions, factory);
      readContract(partitions, factory);
    });
  }
}

/** Every fact of a partition, read as a replay reads it, and its key beside it. */
async function readAll(
  journal: Journal,
  partition: number,
): Promise<{ fact: Fact; key: Uint8Array }[]> {
  const rows: { fact: Fact; key: Uint8Array }[] = [];
  let after = ORIGIN;
  for (;;) {
    const block = await journal.read(partition, after);
    if (block === undefined) return rows;
    assert.equal(block.partition, partition);
    for (let row = after + 1 - block.firstSequence; row < block.count; row += 1) {
      const key = new Uint8Array(block.keys.buffer, block.keys.byteOffset + 16 * row, 16);
      rows.push({ fact: block.fact(row), key: key.slice() });
    }
    after = sequence(block.firstSequence + block.count - 1);
  }
}

function appendContract(partitions: number, factory: JournalFactory): void {
  const opened: (() => Promise<void>)[] = [];
  const open = async (): Promise<Journal> => {
    const { journal, close } = await factory(partitions);
    opened.push(close);
    return journal;
  };
  const last = partitions - 1;
  afterEach(async () => {
    for (const close of opened.splice(0)) await close();
  });

  it('is empty at first', async () => {
    const journal = await open();
    assert.equal(journal.partitions, partitions);
    assert.equal(journal.head(last), ORIGIN);
    assert.equal(await journal.read(last, ORIGIN), undefined);
    assert.deepEqual(await journal.append([]), []);
  });

  it('gives events dense positions in the order of the batch', async () => {
    const journal = await open();
    const appended = await journal.append([entryOf(0, last), entryOf(1, last), entryOf(2, last)]);
    const written = appended.map(({ positions }) => positions.map(formatPosition).join());
    assert.deepEqual(
      written,
      [0, 1, 2].map((n) => `${String(last)}:${String(n)}`),
    );
    assert.equal(journal.head(last), 2);
  });

  it('gives an event that comes again the position it has', async () => {
    const journal = await open();
    await journal.append([entryOf(0, last), entryOf(1, last)]);
    const again = await journal.append([entryOf(1, last), entryOf(2, last), entryOf(2, last)]);
    assert.deepEqual(
      again.map(({ duplicate, positions }) => [duplicate, positions[0]?.sequence]),
      [
        [true, 1],
        [false, 2],
        [true, 2],
      ],
    );
    assert.equal(journal.head(last), 2);
  });

  it('recognises an event across concurrent appends', async () => {
    const journal = await open();
    const both = await Promise.all([
      journal.append([entryOf(0, last)]),
      journal.append([entryOf(0, last)]),
    ]);
    assert.deepEqual(
      both.flat().map(({ duplicate }) => duplicate),
      [false, true],
    );
    assert.equal(journal.head(last), 0);
  });

  it('appends a shared fact to every partition and finds all its positions', async () => {
    const journal = await open();
    await journal.append([entryOf(0, 0)]);
    const fact: Fact = {
      kind: 'ItemPublished',
      item: 'a',
      metadata: { title: 'A', tags: ['x'] },
      timeMs: 5,
    };
    const [shared] = await journal.append([entryOf(1, 'all', fact)]);
    const expected = Array.from({ length: partitions }, (_, partition) => ({
      partition,
      sequence: sequence(partition === 0 ? 1 : 0),
    }));
    assert.deepEqual(shared, { positions: expected, duplicate: false });
    assert.deepEqual(await journal.find(eventKey('event-1')), expected);
    assert.deepEqual(await journal.append([entryOf(1, 'all', fact)]), [
      { positions: expected, duplicate: true },
    ]);
    for (const { partition } of expected) {
      assert.deepEqual((await readAll(journal, partition)).at(-1)?.fact, fact);
    }
  });

  it('refuses a partition that is not there, and then appends nothing of the batch', async () => {
    const journal = await open();
    await assert.rejects(journal.append([entryOf(0, 0), entryOf(1, partitions)]), (error) =>
      hasCode(error, 'INVALID'),
    );
    assert.equal(journal.head(0), ORIGIN);
    assert.equal(await journal.find(eventKey('event-0')), undefined);
  });

  it('tells which users were erased', async () => {
    const journal = await open();
    const fact: Fact = { kind: 'UserErased', user: surrogateOf(3), timeMs: 9 };
    await journal.append([entryOf(0, last, fact)]);
    assert.equal(await journal.isErased(surrogateToBytes(surrogateOf(3))), true);
    assert.equal(await journal.isErased(surrogateToBytes(surrogateOf(4))), false);
    assert.deepEqual((await readAll(journal, last))[0]?.fact, fact);
  });
}

function readContract(partitions: number, factory: JournalFactory): void {
  const opened: (() => Promise<void>)[] = [];
  const open = async (): Promise<Journal> => {
    const { journal, close } = await factory(partitions);
    opened.push(close);
    return journal;
  };
  const last = partitions - 1;
  afterEach(async () => {
    for (const close of opened.splice(0)) await close();
  });

  it('reads the block that holds the next event, wherever a reader stands', async () => {
    const journal = await open();
    for (let n = 0; n < 30; n += 3) {
      await journal.append([entryOf(n, last), entryOf(n + 1, last), entryOf(n + 2, last)]);
    }
    for (let after = -1; after < 29; after += 1) {
      const block = await journal.read(last, sequence(after));
      assert.ok(block !== undefined);
      const row = after + 1 - block.firstSequence;
      assert.ok(row >= 0 && row < block.count);
      assert.deepEqual(block.fact(row), interactionOf(after + 1));
      assert.equal(block.timeMs[row], 1_000 * (after + 1));
      assert.equal(block.items[block.item[row] ?? -1], `item-${String((after + 1) % 7)}`);
    }
    assert.equal(await journal.read(last, sequence(29)), undefined);
  });

  it('wakes a follower when the head moves, and at once where it has', async () => {
    const journal = await open();
    const { signal } = new AbortController();
    const woken = journal.changed(last, ORIGIN, signal).then(() => journal.head(last));
    await journal.append([entryOf(0, last)]);
    assert.equal(await woken, 0);
    await journal.changed(last, ORIGIN, signal);
  });

  it('lets a follower go when its signal aborts', async () => {
    const journal = await open();
    const controller = new AbortController();
    const woken = journal.changed(last, ORIGIN, controller.signal);
    controller.abort();
    await woken;
    await journal.changed(last, ORIGIN, controller.signal);
    assert.equal(journal.head(last), ORIGIN);
  });

  it('keeps every fact once, in order, whatever the batches are', async () => {
    const batches = fc.array(fc.array(fc.nat(40), { minLength: 1, maxLength: 12 }), {
      maxLength: 12,
    });
    const property = fc.asyncProperty(batches, async (runs) => {
      const { journal, close } = await factory(partitions);
      try {
        const expected = Array.from({ length: partitions }, (): number[] => []);
        const places = new Map<number, string>();
        for (const run of runs) {
          const appended = await journal.append(run.map((n) => entryOf(n, n % partitions)));
          run.forEach((n, i) => {
            const found = appended[i]?.positions.map(formatPosition).join();
            assert.equal(appended[i]?.duplicate, places.has(n));
            if (!places.has(n)) {
              const count = expected[n % partitions]?.push(n) ?? 0;
              places.set(n, `${String(n % partitions)}:${String(count - 1)}`);
            }
            assert.equal(found, places.get(n));
          });
        }
        for (const [partition, numbers] of expected.entries()) {
          assert.equal(journal.head(partition), numbers.length - 1);
          const rows = await readAll(journal, partition);
          assert.deepEqual(
            rows.map(({ fact }) => fact),
            numbers.map(interactionOf),
          );
          const keys = rows.map(({ key }) => Buffer.from(key).toString('hex'));
          const made = numbers.map((n) => eventKey(`event-${String(n)}`));
          assert.deepEqual(
            keys,
            made.map((key) => Buffer.from(key).toString('hex')),
          );
        }
      } finally {
        await close();
      }
    });
    await fc.assert(property, { numRuns: 25 });
  });
}
