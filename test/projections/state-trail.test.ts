import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { follow } from '../../activities/replay/follower.ts';
import { StateDigest } from '../../projections/state-digest.ts';
import { StateTrail } from '../../projections/state-trail.ts';
import { definitionOf, PartitionRig } from '../doubles/partition-rig.ts';
import { SeededRandom } from '../doubles/seeded-random.ts';

const NEVER = new AbortController().signal;
const yieldNow = () => Promise.resolve();

async function rigOf(events: number): Promise<PartitionRig> {
  const rig = await PartitionRig.create();
  const random = new SeededRandom(5);
  for (let n = 0; n < events; n += 1) {
    await rig.tell({ user: `u${random.below(9)}`, item: `i${random.below(40)}`, timeMs: n });
  }
  return rig;
}

/** Follows to the head in slices of a few events, each folded into a trail. */
async function trailOf(rig: PartitionRig, lookMs: number, trail = new StateTrail()) {
  const { journal, clock } = rig;
  rig.lookMs = lookMs;
  const runtime = await follow(
    {
      ...{ journal, clock, runtime: rig.runtime(definitionOf('v1')), versions: undefined },
      ...{ yieldNow, sliceMsMax: 8 },
      sink: (delta) => {
        if (delta.whole) return trail.applyWhole(delta, yieldNow);
        trail.apply(delta);
        return undefined;
      },
    },
    { until: journal.head(0), signal: NEVER },
  );
  return { trail, runtime };
}

describe('the trail of a live state', () => {
  it('marks every slice, and says the same of a place however it was reached', async () => {
    const rig = await rigOf(400);
    const { trail, runtime } = await trailOf(rig, 9);
    const { trail: other } = await trailOf(rig, 1);
    assert.ok(trail.marks.length > 10 && other.marks.length !== trail.marks.length);
    let shared = 0;
    for (const { sequence, digest } of trail.marks) {
      const there = other.digestAt(sequence);
      if (there === undefined) continue;
      assert.equal(there, digest, `at ${sequence}`);
      shared += 1;
    }
    assert.ok(shared > 2, 'they meet at some places');
    const whole = new StateDigest();
    whole.apply(await runtime.takeWhole());
    assert.equal(whole.hex, trail.marks.at(-1)?.digest, 'and so does the whole state');
    assert.equal(new Set(trail.marks.map(({ digest }) => digest)).size, trail.marks.length);
  });

  it('sees one bit of one row', async () => {
    const rig = await rigOf(60);
    const { runtime } = await trailOf(rig, 1);
    const delta = await runtime.takeWhole();
    const digestOf = (change: (rows: Float32Array) => void): string => {
      const itemVectors = delta.itemVectors.slice();
      change(itemVectors);
      const digest = new StateDigest();
      digest.apply({ ...delta, itemVectors });
      return digest.hex;
    };
    const same = digestOf(() => undefined);
    for (let at = 0; at < delta.itemVectors.length; at += 7) {
      const changed = digestOf((rows) => {
        const words = new Uint32Array(rows.buffer);
        words[at] = words[at]! ^ 1;
      });
      assert.notEqual(changed, same, `at ${at}`);
    }
  });

  it('refuses what does not continue it', async () => {
    const rig = await rigOf(10);
    const { trail, runtime } = await trailOf(rig, 1);
    await rig.tell({ user: 'u1', item: 'i1', timeMs: 99 });
    runtime.takeDelta();
    await rig.replay(runtime);
    const delta = runtime.takeDelta();
    assert.throws(() => trail.apply({ ...delta, from: delta.from - 1 }));
    trail.apply(delta);
    assert.equal(trail.marks.at(-1)?.sequence, 10);
  });

  it('keeps no more marks than its bound, the newest densest, and forgets those of another version', async () => {
    const rig = await rigOf(300);
    const { trail, runtime } = await trailOf(rig, 9, new StateTrail(8));
    const places = trail.marks.map(({ sequence }) => Number(sequence));
    assert.ok(places.length <= 8 && places.at(-1) === 299, places.join());
    assert.deepEqual(
      places,
      [...places].sort((a, b) => a - b),
    );
    const whole = await runtime.takeWhole();
    trail.apply({ ...whole, to: 120 });
    assert.ok(
      trail.marks.every(({ sequence }) => sequence <= 120),
      'put back to an earlier place',
    );
    trail.apply({ ...whole, version: 'v2' });
    assert.deepEqual([trail.version, trail.marks.length], ['v2', 1]);
  });
});
