import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import {
  ASKED_DELTA_EVENTS_MAX,
  follow,
  type FollowerDeps,
} from '../../../activities/replay/follower.ts';
import { ASKED_EVENTS_A_LOOK } from '../../../actors/runtime/bounds.ts';
import type { PartitionRuntime } from '../../../actors/runtime/partition.ts';
import type { ModelDelta } from '../../../model/delta.ts';
import type { UserRanker } from '../../../model/user-ranker.ts';
import { DeltaMirror } from '../../doubles/delta-mirror.ts';
import { definitionOf, PartitionRig, RIG_BLEND } from '../../doubles/partition-rig.ts';

const VERSION = definitionOf('first', RIG_BLEND, 1);
const NEVER = new AbortController().signal;
const EVENTS = 1_330;
const EVENTS_A_BLOCK = 70;
/** Steps between the moment that an answer is let in and its look at the learner. */
const STEPS_OF_AN_ANSWER = 40;

async function filledRig(lookMs = 3): Promise<PartitionRig> {
  const rig = await PartitionRig.create();
  rig.lookMs = lookMs;
  for (let from = 0; from < EVENTS; from += EVENTS_A_BLOCK) {
    const told = Array.from({ length: EVENTS_A_BLOCK }, (_, n) => ({
      user: `u${(from + n) % 11}`,
      item: `i${((from + n) * 7) % 61}`,
      timeMs: from + n,
    }));
    await rig.tell(...told);
  }
  return rig;
}

/** Takes deltas as serving does, and looks at the learner as one who asks would between slices. */
class Asker {
  readonly mirror = new DeltaMirror();
  readonly sizes: number[] = [];
  ranker: UserRanker | undefined;
  /** Looks between slices at which the learner was kept from who asks. */
  kept = 0;
  /** Askers who waited and then found what the sink had been told. */
  answered = 0;
  readonly #runtime: PartitionRuntime;

  constructor(runtime: PartitionRuntime) {
    this.#runtime = runtime;
  }

  readonly sink = (delta: ModelDelta): void => {
    this.mirror.apply(delta);
    this.ranker = delta.ranker;
    if (!delta.whole) this.sizes.push(delta.to - delta.from);
  };

  readonly ask = async (): Promise<void> => {
    await turn();
    const settled = this.ranker?.settled;
    if (settled === undefined) {
      this.assertTold();
      return;
    }
    this.kept += 1;
    void settled.then(() => this.#answer());
  };

  /** As an answer does whose rules are evaluated in between, it looks some steps later, in the same turn. */
  async #answer(): Promise<void> {
    for (let step = 0; step < STEPS_OF_AN_ANSWER; step += 1) await Promise.resolve();
    if (this.ranker?.settled !== undefined) return;
    this.assertTold();
    this.answered += 1;
  }

  assertTold(): void {
    assert.equal(this.mirror.position, this.#runtime.position, 'the learner is ahead of the sink');
  }
}

function depsOf(rig: PartitionRig, runtime: PartitionRuntime, asker: Asker): FollowerDeps {
  const { journal, clock } = rig;
  const { sink, ask: yieldNow } = asker;
  return { journal, runtime, versions: undefined, sink, yieldNow, sliceMsMax: 8, clock };
}

describe('the follower of a learner that is asked itself', () => {
  for (const [slices, lookMs] of [
    ['slices of a block', 3],
    ['slices of several blocks', 1],
  ] as const) {
    it(`tells of many events at once while more wait, and keeps who asks away meanwhile, in ${slices}`, async () => {
      const rig = await filledRig(lookMs);
      const runtime = rig.runtime(VERSION);
      const asker = new Asker(runtime);
      await follow(depsOf(rig, runtime, asker), { until: rig.journal.head(0), signal: NEVER });
      await turn();
      assert.equal(asker.mirror.position, EVENTS - 1);
      const whileMoreWait = asker.sizes.slice(0, -1);
      // A slice has some looks at the clock here, and a block that ends is one more.
      const most = ASKED_DELTA_EVENTS_MAX + 9 * ASKED_EVENTS_A_LOOK;
      assert.ok(whileMoreWait.length >= 3);
      assert.ok(whileMoreWait.every((size) => size >= ASKED_DELTA_EVENTS_MAX && size <= most));
      assert.ok(asker.kept > 0, 'some slices are not told of');
      assert.equal(asker.answered, asker.kept, 'everybody is answered at the next delta');
      assert.equal(asker.ranker?.settled, undefined);
      assert.equal(await rig.hash(runtime), await rig.cleanHash(VERSION));
      const whole = new DeltaMirror();
      whole.apply(await runtime.takeWhole());
      assert.deepEqual(asker.mirror.content(), whole.content());
    });
  }

  it('tells of a single event at once', async () => {
    const rig = await PartitionRig.create();
    const runtime = rig.runtime(VERSION);
    const asker = new Asker(runtime);
    for (let n = 0; n < 5; n++) {
      await rig.tell({ user: `u${n}`, item: `i${n}`, timeMs: n });
      await follow(depsOf(rig, runtime, asker), { until: rig.journal.head(0), signal: NEVER });
    }
    assert.deepEqual(asker.sizes, [1, 1, 1, 1, 1]);
    assert.equal(asker.mirror.position, 4);
    assert.equal(asker.kept, 0);
  });

  it('tells of what was run and lets who asks in where the journal fails', async () => {
    const rig = await filledRig();
    const runtime = rig.runtime(VERSION);
    const asker = new Asker(runtime);
    const journal: FollowerDeps['journal'] = {
      head: (partition) => rig.journal.head(partition),
      changed: (...place) => rig.journal.changed(...place),
      read: (partition, after) =>
        after < EVENTS_A_BLOCK
          ? rig.journal.read(partition, after)
          : Promise.reject(new Error('the block is damaged')),
    };
    const deps = { ...depsOf(rig, runtime, asker), journal };
    await assert.rejects(follow(deps, { until: rig.journal.head(0), signal: NEVER }), /damaged/);
    assert.ok(runtime.position >= EVENTS_A_BLOCK - 1);
    assert.equal(asker.ranker?.settled, undefined, 'nobody waits for ever');
    asker.assertTold();
  });

  it('tells of what was run where it is ended in between', async () => {
    const rig = await filledRig();
    const runtime = rig.runtime(VERSION);
    const asker = new Asker(runtime);
    const end = new AbortController();
    const yieldNow = async (): Promise<void> => {
      await asker.ask();
      if (asker.kept === 2) end.abort();
    };
    const deps = { ...depsOf(rig, runtime, asker), yieldNow };
    await follow(deps, { until: rig.journal.head(0), signal: end.signal });
    assert.ok(runtime.position < EVENTS - 1);
    assert.equal(asker.ranker?.settled, undefined);
    asker.assertTold();
  });
});
