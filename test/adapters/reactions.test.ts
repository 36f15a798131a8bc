import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';

import type { ReactionRecord, ReactionStore } from '../../activities/feedback/reaction-store.ts';
import { openReactions } from '../../adapters/embedded/reactions.ts';
import { sequence } from '../../events/position.ts';
import { temporaryFolder } from './temporary-folder.ts';

/** Counts as they are kept; what they count is the projections' own. */
const RECORD = {
  ...{ heads: [sequence(41), sequence(7)], sinceMs: 1_700_000_000_000 },
  counts: {
    clickThrough: { rows: [{ model: 'v1', scenario: null, impressions: 9 }], clicked: ['a'] },
    trials: { front: { users: [['u', 1, 2]] }, side: { users: [] } },
  },
} as unknown as ReactionRecord;

interface Rig {
  readonly store: ReactionStore;
  readonly path: string;
  /** The files that were told to be damaged. */
  readonly damaged: string[];
}

async function open(): Promise<Rig> {
  const folder = join(await temporaryFolder(), 'reactions');
  const damaged: string[] = [];
  const store = openReactions({
    folder,
    onDamage: (path, error) => {
      assert.ok(error instanceof Error);
      damaged.push(path);
    },
    yieldNow: () => Promise.resolve(),
  });
  return { store, path: join(folder, 'counts.ndjson'), damaged };
}

describe('the counts of a data folder', () => {
  it('are none before the first, and are read as they were written', async () => {
    const { store, damaged } = await open();
    assert.equal(await store.read(), undefined);
    await store.write(RECORD);
    assert.deepEqual(await store.read(), RECORD);
    assert.deepEqual(damaged, []);
  });

  it('are told to be damaged wherever they are cut off, and never read in part', async () => {
    const { store, path, damaged } = await open();
    await store.write(RECORD);
    const whole = await readFile(path);
    // Without its last line break it is whole.
    for (let length = 0; length < whole.length - 1; length += 1) {
      await writeFile(path, whole.subarray(0, length));
      assert.equal(await store.read(), undefined, `cut off after ${String(length)} bytes`);
      assert.equal(damaged.length, length + 1);
    }
    assert.ok(damaged.every((each) => each === path));
  });

  for (const [what, text] of [
    ['another document', '{"a":1}\n'],
    ['no JSON', 'nonsense\n'],
    ['a list', '[]\n'],
    ['nothing', 'null\n'],
    ['bytes that are no text', '\u0000\ufffd'],
    [
      'a line too many',
      '{"heads":[],"sinceMs":1,"clickThrough":{"rows":[],"clicked":[]},"experiments":0}\n{}\n',
    ],
    ['no heads', '{"sinceMs":1,"clickThrough":{"rows":[],"clicked":[]},"experiments":0}\n'],
  ] as const) {
    it(`are damaged where the file holds ${what}, and whole again when they are written anew`, async () => {
      const { store, path, damaged } = await open();
      await store.write(RECORD);
      await writeFile(path, text);
      assert.equal(await store.read(), undefined);
      assert.deepEqual(damaged, [path]);
      await store.write(RECORD);
      assert.deepEqual(await store.read(), RECORD);
    });
  }

  it('are damaged where their file can not be read', async () => {
    const { store, path, damaged } = await open();
    // Nothing of a folder is there, which is no damage; a file where the folder belongs is.
    await writeFile(join(path, '..'), 'a file');
    assert.equal(await store.read(), undefined);
    assert.equal(damaged.length, 1);
  });
});
