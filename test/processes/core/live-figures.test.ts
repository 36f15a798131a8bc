import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { FreshnessWindow, freshnessMeasuredMax } from '../../../processes/core/freshness-window.ts';
import { LiveFigures, liveSamplesMax } from '../../../processes/core/live-figures.ts';
import type { LiveFiguresDeps } from '../../../processes/core/live-figures.ts';

function figures(more: Partial<LiveFiguresDeps> = {}) {
  const world = { now: 1_000.5, heads: [-1, 4], at: [-1, 1], counted: 0 };
  const deps: LiveFiguresDeps = {
    clock: () => world.now,
    heads: () => world.heads,
    position: (partition) => world.at[partition] ?? -1,
    model: () => 'v1',
    counts: () => {
      world.counted += 1;
      return { events: 5, users: 2, items: 3, refused: 1 };
    },
    recall10: () => Promise.resolve({ v1: 0.5 }),
    freshness: { figures: () => null },
    onError: (error) => assert.fail(String(error)),
    ...more,
  };
  return { world, live: new LiveFigures(deps) };
}

describe('live figures', () => {
  it('are of the moment at which they were taken', async () => {
    const { world, live } = figures();
    await live.take();
    world.heads = [0, 4];
    await live.take();
    const rest = { users: 2, items: 3, refused: 1, recall10: { v1: 0.5 }, freshMs: null };
    assert.deepEqual(live.samples(), [
      { at: 1_000, model: 'v1', events: 5, behind: 3, ...rest },
      { at: 1_000, model: 'v1', events: 6, behind: 4, ...rest },
    ]);
  });

  it('are kept within a bound, and what costs more is counted seldom', async () => {
    const { world, live } = figures();
    for (let n = 0; n < liveSamplesMax + 10; n += 1) {
      world.now = n;
      await live.take();
    }
    assert.equal(live.samples().length, liveSamplesMax);
    assert.equal(live.samples().at(-1)?.at, liveSamplesMax + 9);
    assert.equal(world.counted, (liveSamplesMax + 10) / 5);
  });

  it('are not taken before a version serves', async () => {
    const { live } = figures({ model: () => undefined });
    await live.take();
    assert.deepEqual(live.samples(), []);
  });
});

describe('freshness', () => {
  const accepted = { accepted: 1, duplicates: 0, positions: ['0:3'], pending: [] };

  function measured() {
    const world = { now: 0, waits: [] as (() => void)[], lastMs: 0 };
    const window = new FreshnessWindow({
      clock: () => world.now,
      waitFor: (positions) => {
        assert.deepEqual(positions, [{ partition: 0, sequence: 3 }]);
        return new Promise((resolve) => world.waits.push(resolve));
      },
    });
    const door = window.watch({
      accept: () => Promise.resolve(accepted),
      publishItem: () => assert.fail('not asked'),
    });
    return { world, window, door };
  }
  const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

  it('is from the arrival of events until answers know them, one request at a time', async () => {
    const { world, window, door } = measured();
    assert.equal(window.figures(), null);
    assert.equal(await door.accept([]), accepted);
    world.now = 2;
    await door.accept([]);
    assert.equal(world.waits.length, 1);
    world.now = 7;
    world.waits[0]!();
    await turn();
    assert.deepEqual(window.figures(), { p50: 7, p99: 7 });
    await door.accept([]);
    assert.equal(world.waits.length, 2);
  });

  it('is of the newest measurements', async () => {
    const { world, window, door } = measured();
    for (let n = 0; n < freshnessMeasuredMax + 50; n += 1) {
      await door.accept([]);
      world.now += n < 50 ? 1_000 : 4;
      world.waits.pop()!();
      await turn();
    }
    assert.deepEqual(window.figures(), { p50: 4, p99: 4 });
  });
});
