import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { openJournal } from '../../adapters/embedded/journal.ts';
import type { EmbeddedJournal } from '../../adapters/embedded/journal.ts';
import { blockKey } from '../../adapters/embedded/lmdb/lmdb-block-keys.ts';
import { openEnvironment } from '../../adapters/embedded/lmdb/lmdb-environment.ts';
import type { LmdbTable, LmdbWriter } from '../../adapters/embedded/lmdb/lmdb-environment.ts';
import { eventKey } from '../../events/event-key.ts';
import type { Fact, Surrogate } from '../../events/fact.ts';
import type { JournalEntry } from '../../events/journal.ts';
import { ORIGIN, sequence } from '../../events/position.ts';
import { surrogateFromBytes, surrogateToBytes } from '../../events/surrogate.ts';
import { entryOf, interactionOf } from '../doubles/facts.ts';
import { temporaryFolder } from './temporary-folder.ts';

const USERS = 5;
const GONE = 1;
const PARTITIONS = 2;
const REDACTOR = fileURLToPath(new URL('journal-redactor.ts', import.meta.url));

/** A surrogate whose bytes stand nowhere else. */
function surrogateOf(user: number): Surrogate {
  return surrogateFromBytes(createHash('sha256').update(`user ${user}`).digest());
}

/** Bytes that stand nowhere else. */
function sealedOf(n: number): Uint8Array {
  return createHash('sha256').update(`sealed ${n}`).digest().subarray(0, 24);
}

/** An event whose user has items of their own. */
function entry(n: number): JournalEntry {
  const item = `track-${n % USERS}-${n % 37}-of-many`;
  const user = surrogateOf(n % USERS);
  const fact = { ...interactionOf(n), user, item, sealed: sealedOf(n) };
  return { ...entryOf(n, n % PARTITIONS, fact), key: eventKey(`event-${n}`) };
}

/** Small chunks of keys, so that some are stored. */
function open(folder: string): Promise<EmbeddedJournal> {
  const bounds = { idempotencyChunkEventsMax: 64 };
  return openJournal({ folder, partitions: PARTITIONS, clock: () => 0, bounds });
}

async function filled(
  count: number,
  batch = 7,
): Promise<{ folder: string; journal: EmbeddedJournal }> {
  const folder = join(await temporaryFolder(), 'journal');
  const journal = await open(folder);
  await journal.append([
    entryOf(0, 'all', { kind: 'ItemPublished', item: 'x', metadata: { a: 1 }, timeMs: 0 }),
  ]);
  for (let n = 1; n < count; n += batch) {
    const numbers = Array.from({ length: Math.min(batch, count - n) }, (_, i) => n + i);
    await journal.append(numbers.map((each) => entry(each)));
  }
  return { folder, journal };
}

/** Every fact of the journal with its key, by partition. */
async function factsOf(journal: EmbeddedJournal): Promise<(readonly [string, Fact])[][]> {
  const all: (readonly [string, Fact])[][] = [];
  for (let partition = 0; partition < PARTITIONS; partition += 1) {
    const facts: (readonly [string, Fact])[] = [];
    for (let after = ORIGIN; ;) {
      const block = await journal.read(partition, after);
      if (block === undefined) break;
      assert.equal(block.firstSequence, after + 1);
      for (let row = 0; row < block.count; row += 1) {
        const key = Buffer.from(block.keys.slice(4 * row, 4 * row + 4).buffer).toString('hex');
        facts.push([key, block.fact(row)]);
      }
      after = sequence(block.firstSequence + block.count - 1);
    }
    assert.equal(facts.length, journal.head(partition) + 1);
    all.push(facts);
  }
  return all;
}

/** What of an event the file holds. */
function traces(folder: string, n: number): readonly string[] {
  const bytes = readFileSync(join(folder, 'data.mdb'));
  const { fact, key } = entry(n);
  const found = {
    sealed: sealedOf(n),
    key,
    fingerprint: key.subarray(0, 8),
    item: 'item' in fact ? Buffer.from(fact.item) : key,
    user: surrogateToBytes(surrogateOf(n % USERS)),
  };
  return Object.entries(found).flatMap(([name, each]) =>
    bytes.includes(Buffer.from(each)) ? [name] : [],
  );
}

describe('blanking the events of users', () => {
  it('leaves no byte of theirs, and everything else word for word', async () => {
    const { folder, journal } = await filled(600);
    assert.deepEqual(traces(folder, 6), ['sealed', 'key', 'fingerprint', 'item', 'user']);
    const before = await factsOf(journal);
    const { events, blocks } = await journal.redact([surrogateOf(GONE), surrogateOf(99)]);
    assert.equal(events, 120);
    assert.ok(blocks > 20);
    for (let n = GONE; n < 600; n += USERS) assert.deepEqual(traces(folder, n), [], `event ${n}`);
    assert.deepEqual(traces(folder, 7), ['sealed', 'key', 'fingerprint', 'item', 'user']);
    const expected = before.map((facts, partition) =>
      facts.map(([key, fact], at) => {
        const gone = 'user' in fact && fact.user === surrogateOf(GONE);
        const blank = Buffer.from(eventKey(`redacted ${partition}:${at}`)).toString('hex');
        return gone ? [blank, { kind: 'EventRedacted', timeMs: 0 }] : [key, fact];
      }),
    );
    assert.deepEqual(await factsOf(journal), expected);
    const [theirs, other] = await journal.append([entry(6), entry(7)]);
    assert.deepEqual([theirs?.duplicate, other?.duplicate], [false, true]);
    await journal.close();
    const again = await open(folder);
    const [known] = await again.append([entry(7)]);
    assert.equal(known?.duplicate, true);
    assert.deepEqual(
      (await factsOf(again)).map((facts, partition) => facts.slice(0, expected[partition]?.length)),
      expected,
    );
    await again.close();
  });

  it('changes nothing where it is done again, or knows nobody', async () => {
    const { folder, journal } = await filled(100);
    await journal.redact([surrogateOf(GONE)]);
    const { ino } = statSync(join(folder, 'data.mdb'));
    const none = { events: 0, blocks: 0 };
    assert.deepEqual(await journal.redact([surrogateOf(GONE)]), none);
    assert.deepEqual(await journal.redact([surrogateOf(99)]), none);
    assert.equal(statSync(join(folder, 'data.mdb')).ino, ino, 'the file is the same');
    // A block that was blanked before is blanked further.
    assert.equal((await journal.redact([surrogateOf(2)])).events, 20);
    for (const n of [6, 7, 11, 12]) assert.deepEqual(traces(folder, n), []);
    const kinds = (await factsOf(journal)).flat().map(([, { kind }]) => kind);
    assert.equal(kinds.filter((kind) => kind === 'EventRedacted').length, 40);
    await journal.close();
  });

  it('lets others append and read meanwhile, and finds all of it after', async () => {
    const { folder, journal } = await filled(2_000);
    const isOver = { yes: false };
    const told: number[] = [];
    const appending = (async () => {
      for (let n = 10_002; !isOver.yes; n += USERS) {
        const [appended] = await journal.append([entry(n)]);
        assert.equal(appended?.duplicate, false);
        told.push(n);
      }
    })();
    const reading = (async () => {
      while (!isOver.yes) {
        await factsOf(journal);
        await sleep(1);
      }
    })();
    await journal.redact([surrogateOf(GONE)]);
    await sleep(20);
    isOver.yes = true;
    await Promise.all([appending, reading]);
    assert.ok(told.length > 1);
    const again = await journal.append(told.map((n) => entry(n)));
    assert.ok(again.every(({ duplicate }) => duplicate));
    assert.deepEqual(traces(folder, 6), []);
    await journal.close();
  });

  for (const [what, change] of [
    [
      'a flipped byte of what is left',
      ({ contents }, writer, key) => {
        const content = Uint8Array.from(contents.get(key) ?? []);
        content[60] = (content[60] ?? 0) ^ 4;
        writer.put(contents, key, content);
      },
    ],
    ['a redaction that is gone', ({ redactions }, writer, key) => writer.remove(redactions, key)],
    [
      'the redaction of another block',
      ({ redactions }, writer, key) => {
        const [, other] = [...redactions.range({ limit: 2 })];
        writer.put(redactions, key, other?.value ?? new Uint8Array(0));
      },
    ],
  ] as readonly (readonly [string, Change])[]) {
    it(`is proven: ${what} is found`, async () => {
      const { folder, journal } = await filled(60);
      await journal.redact([surrogateOf(GONE)]);
      await journal.close();
      await damage(folder, change);
      // The newest keys are read from the blocks when the journal opens.
      await assert.rejects(open(folder), { code: 'DAMAGED', message: /damaged at 0:\d+/ });
    });
  }

  it('is done whole or not at all, whenever it is killed', async () => {
    const { folder, journal } = await filled(3_000, 10);
    const before = await factsOf(journal);
    await journal.close();
    for (const waitMs of [0, 30, 80, 150, 250, 400]) {
      await redactIn(folder, waitMs);
      const reopened = await open(folder);
      assert.equal(existsSync(`${folder}.draft`), false, 'no half-made copy stays');
      const facts = await factsOf(reopened);
      const blanked = facts.flat().filter(([, { kind }]) => kind === 'EventRedacted').length;
      assert.ok(blanked === 0 || blanked === 600, `${blanked} of 600 after ${waitMs} ms`);
      for (const [partition, own] of facts.entries()) {
        for (const [at, [, fact]] of own.entries()) {
          if (fact.kind !== 'EventRedacted') assert.deepEqual(fact, before[partition]?.[at]?.[1]);
        }
      }
      await reopened.close();
    }
    await redactIn(folder);
    for (let n = GONE; n < 3_000; n += 50) assert.deepEqual(traces(folder, n), []);
  });
});

type Change = (
  tables: { readonly contents: LmdbTable; readonly redactions: LmdbTable },
  writer: LmdbWriter,
  key: Uint8Array,
) => void;

/** Changes the first block that was blanked, past the journal. */
async function damage(folder: string, change: Change): Promise<void> {
  const environment = openEnvironment({ folder, tablesMax: 6, name: 'the test' });
  const contents = environment.table('contents');
  const redactions = environment.table('redactions');
  const [first] = redactions.range({ start: blockKey(0, 0), limit: 1 });
  await environment.commit((writer) => {
    change({ contents, redactions }, writer, first?.key ?? new Uint8Array(0));
  });
  await environment.close();
}

/** Lets a process blank the events, and kills it so long after it began; it ends by itself where no time is named. */
async function redactIn(folder: string, waitMs?: number): Promise<void> {
  const args = ['--import', 'tsx', REDACTOR, folder, String(PARTITIONS), surrogateOf(GONE)];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const exited = once(child, 'exit');
  for await (const line of createInterface({ input: child.stdout })) {
    if (line !== 'begun' || waitMs === undefined) continue;
    await sleep(waitMs);
    child.kill('SIGKILL');
  }
  const [code] = (await exited) as [number | null];
  if (waitMs === undefined) assert.equal(code, 0);
}
