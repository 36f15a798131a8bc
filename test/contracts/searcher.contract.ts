import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';
import type { IndexInput, IndexManifest } from '../../projections/index-release.ts';
import type { Searcher } from '../../projections/searcher.ts';
import { bestLabels, indexInput, queryOf } from '../projections/index-world.ts';

/** A searcher under test, and ways to hurt the process behind it. */
export interface OpenedSearcher {
  readonly searcher: Searcher;
  /** Ends the process that answers, without a warning. */
  readonly kill: () => void;
  /** Stops the process that answers, so that it is there and does not answer. */
  readonly stop: () => void;
}

/** Releases to search, and searchers with short bounds. */
export interface SearcherRig {
  /** Builds a release of one partition from an input. */
  readonly release: (name: string, input: IndexInput) => Promise<IndexManifest>;
  readonly folder: (name: string) => string;
  readonly open: (bounds?: { readonly searchesInFlightMax?: number }) => OpenedSearcher;
  readonly close: () => Promise<void>;
}

/** Resolves when the condition holds: looked at once every turn of the event loop, without an end of its own. */
async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 5));
}

/** What every searcher must do. */
export function searcherContract(name: string, openRig: () => Promise<SearcherRig>): void {
  describe(name, () => {
    const first = indexInput({ items: 300, seed: 1 });
    const second = indexInput({ items: 200, seed: 2 });
    const manifests = new Map<string, IndexManifest>();
    const opened: Searcher[] = [];
    let rig: SearcherRig;
    before(async () => {
      rig = await openRig();
      manifests.set('r1', await rig.release('r1', first));
      manifests.set('r2', await rig.release('r2', second));
    });
    afterEach(async () => {
      for (const searcher of opened.splice(0)) await searcher.close();
    });
    after(() => rig.close());
    const open = (bounds?: { readonly searchesInFlightMax?: number }): OpenedSearcher => {
      const one = rig.open(bounds);
      opened.push(one.searcher);
      return one;
    };
    const use = (searcher: Searcher, release: string): Promise<void> =>
      searcher.use(manifests.get(release)!, rig.folder(release));
    const labels = async (
      searcher: Searcher,
      release: string,
      query: Float32Array,
      k: number,
    ): Promise<number[]> => {
      const outcome = await searcher.search(release, 0, query, k);
      assert.equal(outcome.why, undefined);
      return [...outcome.labels];
    };

    it('finds what brute force finds', async () => {
      const { searcher } = open();
      assert.equal(searcher.status().state, 'off');
      assert.match((await searcher.search('r1', 0, queryOf(first, 0), 3)).why!, /release/);
      await use(searcher, 'r1');
      assert.equal(searcher.release, 'r1');
      const found = await Promise.all(
        Array.from({ length: 20 }, (_, at) => labels(searcher, 'r1', queryOf(first, at), 7)),
      );
      const wanted = found.map((_, at) => bestLabels(first, queryOf(first, at), 7));
      assert.deepEqual(found, wanted);
      assert.equal((await labels(searcher, 'r1', queryOf(first, 0), 5_000)).length, 300);
      assert.deepEqual(
        { ...searcher.status() },
        {
          state: 'ready',
          release: 'r1',
          why: null,
          restarts: 0,
          searches: 21,
          timeouts: 0,
          inFlight: 0,
        },
      );
    });

    it('says why, instead of failing, on what it cannot search', async () => {
      const { searcher } = open();
      await use(searcher, 'r1');
      const query = queryOf(first, 0);
      assert.match((await searcher.search('r1', 9, query, 3)).why!, /partition/);
      assert.match((await searcher.search('r1', 0, query.slice(1), 3)).why!, /./);
      assert.match((await searcher.search('r1', 0, query.fill(NaN), 3)).why!, /./);
      assert.match((await searcher.search('r2', 0, queryOf(first, 1), 3)).why!, /release/);
      assert.deepEqual(
        await labels(searcher, 'r1', queryOf(first, 1), 3),
        bestLabels(first, queryOf(first, 1), 3),
      );
    });

    it('swaps to a new release under load without a search that fails', async () => {
      const { searcher } = open();
      await use(searcher, 'r1');
      const progress = { isSwapped: false };
      const swapping = use(searcher, 'r2').then(() => {
        progress.isSwapped = true;
      });
      let searches = 0;
      while (!progress.isSwapped || searches < 50) {
        const release = searcher.release!;
        const input = release === 'r1' ? first : second;
        const query = queryOf(input, searches % 20);
        assert.deepEqual(await labels(searcher, release, query, 5), bestLabels(input, query, 5));
        searches += 1;
      }
      await swapping;
      assert.equal(searcher.release, 'r2');
    });

    it('keeps the old release where the new one cannot be searched', async () => {
      const { searcher } = open();
      await use(searcher, 'r1');
      const wrong = searcher.use(manifests.get('r2')!, rig.folder('nowhere'));
      await assert.rejects(wrong, { code: 'UNAVAILABLE' });
      assert.equal(searcher.release, 'r1');
      assert.equal((await labels(searcher, 'r1', queryOf(first, 2), 3)).length, 3);
    });

    it('answers why while its process is dead, and comes back by itself', async () => {
      const { searcher, kill } = open();
      await use(searcher, 'r1');
      kill();
      await until(() => searcher.release === null);
      assert.equal(typeof (await searcher.search('r1', 0, queryOf(first, 0), 3)).why, 'string');
      assert.notEqual(searcher.status().why, null);
      await until(() => searcher.release === 'r1');
      assert.equal(searcher.status().restarts, 1);
      assert.deepEqual(
        await labels(searcher, 'r1', queryOf(first, 0), 3),
        bestLabels(first, queryOf(first, 0), 3),
      );
    });

    it('settles what is under way when its process dies', async () => {
      const { searcher, kill, stop } = open();
      await use(searcher, 'r1');
      stop();
      const under = Promise.all(
        [0, 1, 2].map((at) => searcher.search('r1', 0, queryOf(first, at), 3)),
      );
      kill();
      for (const outcome of await under) assert.equal(typeof outcome.why, 'string');
    });

    it('replaces a process that hangs', async () => {
      const { searcher, stop } = open();
      await use(searcher, 'r1');
      stop();
      while (searcher.release !== null) {
        const outcome = await searcher.search('r1', 0, queryOf(first, 0), 3);
        assert.equal(typeof outcome.why, 'string');
      }
      assert.ok(searcher.status().timeouts > 0);
      await until(() => searcher.release === 'r1');
      assert.equal((await labels(searcher, 'r1', queryOf(first, 0), 3)).length, 3);
    });

    it('takes no more searches than its bound', async () => {
      const { searcher } = open({ searchesInFlightMax: 2 });
      await use(searcher, 'r1');
      const outcomes = await Promise.all(
        [0, 1, 2].map((at) => searcher.search('r1', 0, queryOf(first, at), 3)),
      );
      assert.deepEqual(
        outcomes.map(({ why }) => why),
        [undefined, undefined, 'too many searches are under way'],
      );
    });
  });
}
