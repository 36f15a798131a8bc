import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { follow } from '../../../activities/replay/follower.ts';
import { ShadowPace } from '../../../activities/versions/shadow-pace.ts';
import { Shadows, SHADOWS_MAX } from '../../../activities/versions/shadows.ts';
import type { ShadowsDeps } from '../../../activities/versions/shadows.ts';
import { PrequentialObserver } from '../../../actors/runtime/prequential-observer.ts';
import { sequence } from '../../../events/position.ts';
import type { Sequence } from '../../../events/position.ts';
import { definitionOf, PartitionRig } from '../../doubles/partition-rig.ts';
import { somePlays } from '../../doubles/training-world.ts';

const NEVER = new AbortController().signal;
const yieldNow = () => new Promise<void>((resolve) => setImmediate(resolve));

/** Shadows over a journal in memory, behind live partitions that stand where a test puts them. */
class ShadowWorld {
  readonly shadows: Shadows;
  readonly observers = new Map<string, PrequentialObserver>();
  readonly failures: [string, unknown][] = [];
  readonly stands: Sequence[];
  readonly rig: PartitionRig;

  constructor(rig: PartitionRig, partitions: number, more: Partial<ShadowsDeps> = {}) {
    this.rig = rig;
    this.stands = new Array<Sequence>(partitions).fill(sequence(-1));
    this.shadows = new Shadows({
      ...{ journal: rig.journal, partitions, follow, yieldNow, sliceMsMax: 8, clock: rig.clock },
      pace: new ShadowPace({ clock: rig.clock, yieldNow, sleep: async () => yieldNow() }),
      start: async (version, partition) =>
        rig.runtime(definitionOf(version, {}, partitions), partition),
      livePosition: (partition) => this.stands[partition]!,
      observerOf: (version) => {
        const observer = this.observers.get(version) ?? new PrequentialObserver(1);
        this.observers.set(version, observer);
        return observer;
      },
      onError: (error, version) => this.failures.push([version, error]),
      ...more,
    });
  }

  static async open(partitions = 1, more: Partial<ShadowsDeps> = {}): Promise<ShadowWorld> {
    return new ShadowWorld(await PartitionRig.create(partitions), partitions, more);
  }

  /** Says that the live partitions have come to their heads, or to one sequence. */
  liveAt(...at: readonly number[]): void {
    for (const partition of this.stands.keys()) {
      this.stands[partition] = sequence(at[partition] ?? this.rig.journal.head(partition));
    }
    this.shadows.wake();
  }

  /** Waits until a version stands there; the test's own time-out ends a wait for ever. */
  async until(version: string, stands: readonly number[]): Promise<void> {
    while (JSON.stringify(this.shadows.positions(version)) !== JSON.stringify(stands)) {
      assert.deepEqual(this.failures, []);
      await sleep(1);
    }
  }

  async hash(version: string, partition = 0): Promise<string | undefined> {
    return this.shadows.visit(version, partition, (runtime) => this.rig.hash(runtime));
  }
}

describe('shadows', () => {
  it('follow the live partition, and never pass it', async () => {
    const world = await ShadowWorld.open();
    await world.rig.tell(...somePlays(60));
    world.liveAt(20);
    await world.shadows.hold('v2');
    await world.until('v2', [20]);
    await sleep(10);
    assert.deepEqual(world.shadows.positions('v2'), [20]);
    world.liveAt();
    await world.until('v2', [59]);
    assert.equal(await world.hash('v2'), await world.rig.cleanHash(definitionOf('v2', {}, 1)));
    await world.shadows.close();
  });

  it('are scored on what they follow, and not on what they are built from', async () => {
    const world = await ShadowWorld.open();
    await world.rig.tell(...somePlays(40));
    world.liveAt();
    await world.shadows.advance('v2', 0, sequence(39), { signal: NEVER });
    assert.equal(world.observers.get('v2')?.places.total ?? 0, 0);
    await world.rig.tell(...somePlays(25, 40));
    world.liveAt();
    await world.until('v2', [64]);
    assert.equal(world.observers.get('v2')?.places.total, 25);
    await world.shadows.close();
  });

  it('go on from what an ended lease reached', async () => {
    const world = await ShadowWorld.open();
    for (let n = 0; n < 10; n += 1) await world.rig.tell(...somePlays(10, n * 10));
    world.rig.lookMs = 4;
    const lease = new AbortController();
    const reached = await world.shadows.advance('v2', 0, sequence(99), {
      signal: lease.signal,
      onProgress: (position) => {
        if (position > 0) lease.abort();
      },
    });
    assert.ok(reached > 0 && reached < 99, `${reached}`);
    assert.deepEqual(world.shadows.building, ['v2']);
    await world.shadows.advance('v2', 0, sequence(99), { signal: NEVER });
    assert.equal(await world.hash('v2'), await world.rig.cleanHash(definitionOf('v2', {}, 1)));
    await world.shadows.close();
  });

  it('are given away at exactly a promotion, and taken back where one leaves the live partition', async () => {
    const world = await ShadowWorld.open();
    await world.rig.tell(...somePlays(50));
    world.liveAt(10);
    await world.shadows.hold('v2');
    await world.until('v2', [10]);
    const taken = await world.shadows.take('v2', 0, sequence(33), NEVER);
    assert.equal(taken?.position, 33);
    assert.equal(world.shadows.has('v2'), false);
    world.shadows.put(taken);
    world.liveAt();
    await world.until('v2', [49]);
    assert.equal(await world.hash('v2'), await world.rig.cleanHash(definitionOf('v2', {}, 1)));
    assert.equal(
      await world.shadows.take('v2', 0, sequence(5), NEVER),
      undefined,
      'it is past that',
    );
    assert.equal(await world.shadows.take('v3', 0, sequence(5), NEVER), undefined);
    await world.shadows.close();
  });

  it('meet at barriers of their own, and arrive where a replay together does', async () => {
    const world = await ShadowWorld.open(2);
    const { rig, shadows } = world;
    const atBarriers: Sequence[][] = [];
    const headsOfNow = () => [rig.journal.head(0), rig.journal.head(1)];
    for (let barrier = 1; barrier <= 6; barrier += 1) {
      await rig.tell(...somePlays(20, barrier * 20));
      await rig.publish({ kind: 'BarrierSet', barrier, timeMs: 0 }, `barrier ${barrier}`);
      atBarriers.push(headsOfNow());
    }
    await rig.tell(...somePlays(9, 200));
    world.liveAt();
    const heads = headsOfNow();
    await shadows.hold('v2');
    await world.until('v2', heads);
    // The second version stands, is handed over and left behind again in the middle.
    const [, , third = [], , fifth = []] = atBarriers;
    world.liveAt(...third);
    await shadows.hold('v3');
    await world.until('v3', third);
    world.liveAt();
    const taken = await Promise.all(
      fifth.map((at, partition) => shadows.take('v3', partition, at, NEVER)),
    );
    for (const runtime of taken) shadows.put(runtime!);
    await world.until('v3', heads);
    for (const partition of [0, 1]) {
      assert.equal(await world.hash('v3', partition), await world.hash('v2', partition));
    }
    await shadows.close();
  });

  it('are let go of when they lose their name, but for those that are being built', async () => {
    const world = await ShadowWorld.open();
    await world.shadows.hold('v2');
    world.shadows.admit('v3');
    world.shadows.keepOnly(new Set(['v1']));
    assert.deepEqual(world.shadows.versions, ['v3']);
    world.shadows.built('v3');
    world.shadows.keepOnly(new Set(['v1']));
    assert.deepEqual(world.shadows.versions, []);
  });

  it('are no more than so many at a time', async () => {
    const { shadows } = await ShadowWorld.open();
    for (let n = 0; n < SHADOWS_MAX; n += 1) shadows.admit(`v${n + 2}`);
    shadows.admit('v2');
    assert.throws(() => shadows.admit('v9'), { code: 'CONFLICT', message: /no more than 3/ });
  });

  it('are let go of, and told of, where one fails', async () => {
    const world = await ShadowWorld.open();
    await world.rig.tell(...somePlays(10), { user: 'gone', item: 'x' });
    await world.rig.identities.remove('gone');
    await world.shadows.hold('v2');
    world.liveAt();
    while (world.failures.length === 0) await sleep(1);
    assert.equal(world.failures[0]?.[0], 'v2');
    assert.equal(world.shadows.has('v2'), false);
  });
});

describe('the pace of shadows', () => {
  for (const [own, paused] of [
    [undefined, 0.25],
    [0.5, 0.5],
  ] as const) {
    it(`pauses ${paused} of the time where ${1 - paused} is allowed`, async () => {
      let nowMs = 0;
      let sleptMs = 0;
      const pace = new ShadowPace({
        clock: () => nowMs,
        yieldNow: () => Promise.resolve(),
        sleep: async (ms) => {
          sleptMs += ms;
          nowMs += ms;
        },
        shareMax: 0.75,
      });
      const yields = [pace.yielder(own), pace.yielder(own)];
      for (let slice = 0; slice < 600; slice += 1) {
        nowMs += 2;
        await yields[0]!();
      }
      assert.ok(Math.abs(sleptMs / nowMs - paused) < 0.01, `${sleptMs} of ${nowMs} ms`);
    });
  }

  it('refuses what is no share of time', () => {
    const yieldNow = (): Promise<void> => Promise.resolve();
    const pace = new ShadowPace({ clock: () => 0, yieldNow, sleep: yieldNow });
    for (const share of [0, 1.5, NaN]) assert.throws(() => pace.yielder(share), RangeError);
  });
});
