import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { followReleases } from '../../../processes/cluster/release-following.ts';
import type {
  ReleaseFollowing,
  SearchStand,
} from '../../../processes/cluster/release-following.ts';
import { createLogger } from '../../../processes/logger.ts';

/** What one look found: a stand, and whether there is a release of its version. */
interface Look {
  readonly stand: SearchStand | undefined;
  readonly isThere: boolean;
}

const stand: SearchStand = { version: 'v1', isWorthAnIndex: true, release: undefined };

/** Follows for so many looks. */
async function followed(
  looks: readonly Look[],
  searcher = {},
): Promise<{ readonly due: number; readonly warnings: readonly string[] }> {
  const over = new AbortController();
  const warnings: string[] = [];
  let [at, due] = [0, 0];
  await followReleases({
    search: {
      useNewer: () => Promise.resolve(looks[at]?.isThere ?? false),
      searcher: searcher as ReleaseFollowing['search']['searcher'],
      trouble: undefined,
    },
    stand: () => looks[at]?.stand,
    pacing: { due: () => void (due += 1) },
    warnings: { add: (text) => void warnings.push(text) },
    logger: createLogger('silent'),
    signal: over.signal,
    sleep: async () => {
      at += 1;
      if (at === looks.length) over.abort();
      return Promise.resolve();
    },
  });
  return { due, warnings };
}

describe('following index releases', () => {
  it('asks for nothing while there is one, before there is a state, and where all items are scanned', async () => {
    const quiet = await followed([
      { stand: undefined, isThere: false },
      { stand: { ...stand, isWorthAnIndex: false }, isThere: false },
      { stand: { ...stand, release: 'r1' }, isThere: true },
    ]);
    assert.deepEqual(quiet, { due: 0, warnings: [] });
  });

  it('asks for one when the one in use is gone, says so once, and again the next time', async () => {
    const used = { stand: { ...stand, release: 'r1' }, isThere: true };
    const gone = { ...used, isThere: false };
    const { due, warnings } = await followed([used, gone, gone, used, gone]);
    assert.equal(due, 3);
    assert.equal(warnings.length, 2);
    assert.match(warnings[0] ?? '', /no index release of v1 .* this process's copy of r1/);
  });

  it('asks for the first one, and says that all items are scanned', async () => {
    const { due, warnings } = await followed([{ stand, isThere: false }]);
    assert.equal(due, 1);
    assert.match(warnings[0] ?? '', /answers scan all items until one is built/);
  });

  it('goes on where a look fails', async () => {
    const failing = {
      get stand(): SearchStand {
        throw new Error('down');
      },
      isThere: false,
    };
    assert.equal((await followed([failing, { stand, isThere: false }])).due, 1);
  });
});
