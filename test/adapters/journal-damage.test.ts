import assert from 'node:assert/strict';
import { stat, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { openJournal } from '../../adapters/embedded/journal.ts';
import { blockKey } from '../../adapters/embedded/lmdb/lmdb-block-keys.ts';
import { openEnvironment } from '../../adapters/embedded/lmdb/lmdb-environment.ts';
import type { LmdbTable, LmdbWriter } from '../../adapters/embedded/lmdb/lmdb-environment.ts';
import { decodeHeader, encodeHeader } from '../../events/blocks/block-header.ts';
import { hasCode } from '../../events/error.ts';
import type { Journal } from '../../events/journal.ts';
import { ORIGIN, sequence } from '../../events/position.ts';
import { entryOf } from '../doubles/facts.ts';
import { temporaryFolder } from './temporary-folder.ts';

const clock = (): number => 0;

/** A folder with a journal of five blocks of two events each. */
async function recorded(): Promise<string> {
  const folder = await temporaryFolder();
  const journal = await openJournal({ folder, partitions: 1, clock });
  for (let n = 0; n < 10; n += 2) await journal.append([entryOf(n), entryOf(n + 1)]);
  await journal.close();
  return folder;
}

type Damage = (tables: { headers: LmdbTable; contents: LmdbTable }, writer: LmdbWriter) => void;

/** Writes into the stored blocks past the journal. */
async function damage(folder: string, change: Damage): Promise<void> {
  const environment = openEnvironment({ folder, tablesMax: 5, name: 'the test' });
  const tables = { headers: environment.table('headers'), contents: environment.table('contents') };
  await environment.commit((writer) => {
    change(tables, writer);
  });
  await environment.close();
}

function flip(stored: Uint8Array | undefined, byte: number): Uint8Array {
  const flipped = Uint8Array.from(stored ?? []);
  flipped[byte] = (flipped[byte] ?? 0) ^ 4;
  return flipped;
}

async function readAll(journal: Journal): Promise<void> {
  let after = ORIGIN;
  for (;;) {
    const block = await journal.read(0, after);
    if (block === undefined) return;
    after = sequence(block.firstSequence + block.count - 1);
  }
}

const SECOND = blockKey(0, 2);
const THIRD = blockKey(0, 4);

const DAMAGES: readonly (readonly [string, string, Damage])[] = [
  [
    'a flipped byte of content',
    '0:4',
    ({ contents }, writer) => {
      writer.put(contents, THIRD, flip(contents.get(THIRD), 60));
    },
  ],
  [
    'a flipped byte of a header',
    '0:4',
    ({ headers }, writer) => {
      writer.put(headers, THIRD, flip(headers.get(THIRD), 24));
    },
  ],
  [
    'content that is missing',
    '0:4',
    ({ contents }, writer) => {
      writer.remove(contents, THIRD);
    },
  ],
  [
    'a block in the place of another',
    '0:4',
    ({ headers, contents }, writer) => {
      writer.put(headers, THIRD, headers.get(SECOND) ?? new Uint8Array());
      writer.put(contents, THIRD, contents.get(SECOND) ?? new Uint8Array());
    },
  ],
  [
    'a block that was written anew, checksums and all',
    '0:6',
    ({ headers }, writer) => {
      const header = decodeHeader(headers.get(THIRD) ?? new Uint8Array());
      writer.put(headers, THIRD, encodeHeader({ ...header, appendTimeMs: 1 }));
    },
  ],
];

describe('a damaged journal', () => {
  for (const [what, position, change] of DAMAGES) {
    it(`is refused for ${what}, with the position and the remedy`, async () => {
      const folder = await recorded();
      await damage(folder, change);
      await assert.rejects(
        async () => {
          const journal = await openJournal({ folder, partitions: 1, clock });
          try {
            await readAll(journal);
          } finally {
            await journal.close();
          }
        },
        (error) => {
          assert.ok(hasCode(error, 'DAMAGED'), String(error));
          assert.equal(error.fields['position'], position);
          assert.ok(error.message.includes(`damaged at ${position}`));
          assert.ok(error.message.includes(`restore ${folder} from a backup`));
          return true;
        },
      );
    });
  }

  it('is refused for a gap', async () => {
    const folder = await recorded();
    await damage(folder, ({ headers, contents }, writer) => {
      writer.remove(headers, THIRD);
      writer.remove(contents, THIRD);
    });
    await assert.rejects(
      openJournal({ folder, partitions: 1, clock }),
      (error) => hasCode(error, 'DAMAGED') && error.fields['position'] === '0:4',
    );
  });
});

describe('a data file that was cut short', () => {
  /** Cuts the file to a share of its length and tells how opening and reading it fail. */
  async function failureOf(share: number): Promise<unknown> {
    const folder = await recorded();
    const file = join(folder, 'data.mdb');
    const { size } = await stat(file);
    await truncate(file, Math.floor(size * share));
    try {
      const journal = await openJournal({ folder, partitions: 1, clock });
      await readAll(journal).finally(() => journal.close());
    } catch (error) {
      return error;
    }
    return undefined;
  }

  it('is refused as damaged and ends no process', async () => {
    for (const share of [0.01, 0.2, 0.4, 0.6, 0.8]) {
      const error = await failureOf(share);
      assert.ok(hasCode(error, 'DAMAGED'), `${String(share)}: ${String(error)}`);
      assert.ok(error.message.includes('from a backup'), error.message);
    }
  });
});
