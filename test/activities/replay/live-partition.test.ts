import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  LivePartition,
  type LivePartitionBounds,
  type LivePartitionDeps,
} from '../../../activities/replay/live-partition.ts';
import type { Checkpoint } from '../../../model/checkpoint.ts';
import { DeltaMirror } from '../../doubles/delta-mirror.ts';
import { definitionOf, PartitionRig, type Told } from '../../doubles/partition-rig.ts';

const VERSION = definitionOf('first', {}, 1);

function plays(count: number, from = 0): Told[] {
  return Array.from({ length: count }, (_, n) => ({
    user: `u${(from + n) % 5}`,
    item: `i${(from + n) % 17}`,
    timeMs: from + n,
  }));
}

interface Stage {
  readonly rig: PartitionRig;
  readonly live: LivePartition;
  readonly mirror: DeltaMirror;
  readonly saved: Checkpoint[];
  readonly errors: string[];
}

async function setStage(
  bounds: Partial<LivePartitionBounds> = {},
  more: Partial<LivePartitionDeps> = {},
): Promise<Stage> {
  const rig = await PartitionRig.create(1);
  const mirror = new DeltaMirror();
  const saved: Checkpoint[] = [];
  const errors: string[] = [];
  const live = new LivePartition(rig.runtime(VERSION), {
    journal: rig.journal,
    versions: undefined,
    sink: (delta) => {
      mirror.apply(delta);
    },
    yieldNow: () => new Promise((resolve) => setImmediate(resolve)),
    sliceMsMax: 8,
    clock: rig.clock,
    save: (checkpoint) => Promise.resolve(saved.push(checkpoint)),
    onError: (error, what) => errors.push(`${what}: ${String(error)}`),
    bounds,
    ...more,
  });
  return { rig, live, mirror, saved, errors };
}

/** Waits until a condition holds; the test's own time-out ends one that never does. */
async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await sleep(1);
}

describe('a live partition', () => {
  it('follows unleased from the start, and arrives where a clean replay does', async () => {
    const { rig, live } = await setStage();
    live.start();
    for (let n = 0; n < 5; n++) await rig.tell(...plays(20, n * 20));
    await until(() => live.runtime.position === rig.journal.head(0));
    assert.equal(live.mode, 'unleased');
    const hash = await live.exclusive((runtime) => rig.hash(runtime));
    assert.equal(hash, await rig.cleanHash(VERSION));
    await live.close();
  });

  it('is handed to a lease and back, and loses no event on the way', async () => {
    const { rig, live, mirror } = await setStage({ leaseGraceMsMax: 1 });
    live.start();
    await rig.tell(...plays(30));
    for (let n = 1; n <= 5; n++) {
      const lease = new AbortController();
      const seen: number[] = [];
      const leased = live.lease(lease.signal, (position) => seen.push(position));
      await rig.tell(...plays(30, n * 30));
      await until(() => live.runtime.position === rig.journal.head(0));
      assert.equal(live.mode, 'leased');
      lease.abort();
      assert.equal(await leased, rig.journal.head(0));
      assert.equal(seen.at(-1), rig.journal.head(0));
    }
    await until(() => live.mode === 'unleased');
    await rig.tell(...plays(30, 300));
    await until(() => live.runtime.position === rig.journal.head(0));
    assert.equal(mirror.position, rig.journal.head(0), 'the sink was told of every event once');
    await live.close();
  });

  it('goes on between two leases, and counts as leased until the grace is over', async () => {
    const { rig, live } = await setStage({ leaseGraceMsMax: 60_000 });
    live.start();
    const lease = new AbortController();
    const leased = live.lease(lease.signal);
    lease.abort();
    await leased;
    await rig.tell(...plays(10));
    await until(() => live.runtime.position === rig.journal.head(0));
    assert.equal(live.mode, 'leased');
    await live.close();
  });

  it('stands between two leases where others may lease it, too', async () => {
    const { rig, live } = await setStage({}, { betweenLeases: 'stand' });
    const lease = new AbortController();
    const leased = live.lease(lease.signal);
    await rig.tell(...plays(10));
    await until(() => live.runtime.position === rig.journal.head(0));
    lease.abort();
    await leased;
    await rig.tell(...plays(10, 100));
    await sleep(10);
    assert.equal(live.runtime.position, 9);
    await live.close();
  });

  it('stands still for exclusive work, in turn, while it is leased', async () => {
    const { rig, live } = await setStage();
    const lease = new AbortController();
    const leased = live.lease(lease.signal);
    await rig.tell(...plays(50));
    const order: string[] = [];
    const work = (name: string) =>
      live.exclusive(async (runtime) => {
        const before = runtime.position;
        await rig.tell(...plays(5, 1_000 + order.length * 5));
        await sleep(2);
        assert.equal(runtime.position, before, 'nothing was learned meanwhile');
        order.push(name);
      });
    await Promise.all([work('a'), work('b'), work('c')]);
    assert.deepEqual(order, ['a', 'b', 'c']);
    await until(() => live.runtime.position === rig.journal.head(0));
    lease.abort();
    await leased;
    await live.close();
  });

  it('takes a checkpoint when enough events came, from which a replay goes on', async () => {
    const { rig, live, saved } = await setStage({ checkpointEventsMax: 40 });
    live.start();
    for (let n = 0; n < 6; n++) {
      await rig.tell(...plays(30, n * 30));
      await until(() => live.runtime.position === rig.journal.head(0));
    }
    await until(() => saved.length >= 2);
    await live.close();
    for (const { manifest } of saved) assert.equal(manifest.version, 'first');
    assert.ok(
      saved.every(
        ({ manifest }, n) => n === 0 || manifest.sequence > saved[n - 1]!.manifest.sequence,
      ),
    );
  });

  it('keeps a last checkpoint on demand, and none where nothing is new', async () => {
    const { rig, live, saved } = await setStage();
    live.start();
    await rig.tell(...plays(10));
    await until(() => live.runtime.position === 9);
    await live.checkpoint();
    await live.checkpoint();
    assert.deepEqual(
      saved.map(({ manifest }) => manifest.sequence),
      [9],
    );
    await live.close();
  });

  it('writes one checkpoint at a time, however many ask while others are due', async () => {
    let writing = 0;
    let most = 0;
    const kept: number[] = [];
    const save = async ({ manifest }: Checkpoint): Promise<void> => {
      writing += 1;
      most = Math.max(most, writing);
      await sleep(5);
      kept.push(manifest.sequence);
      writing -= 1;
    };
    const { rig, live } = await setStage({ checkpointEventsMax: 5 }, { save });
    live.start();
    for (let n = 0; n < 10; n++) {
      await rig.tell(...plays(10, n * 10));
      await Promise.all([live.checkpoint(), sleep(n), live.checkpoint()]);
    }
    await until(() => live.runtime.position === 99);
    await live.checkpoint();
    assert.equal(most, 1);
    assert.equal(kept.at(-1), 99);
    assert.equal(new Set(kept).size, kept.length, 'none is written twice');
    await live.close();
  });

  it('goes on when a checkpoint cannot be kept, and says so', async () => {
    const save = () => Promise.reject(new Error('no room'));
    const { rig, live, errors } = await setStage({ checkpointEventsMax: 10 }, { save });
    live.start();
    await rig.tell(...plays(20));
    await until(() => errors.length > 0);
    await rig.tell(...plays(20, 20));
    await until(() => live.runtime.position === 39);
    assert.match(errors[0] ?? '', /^checkpoint: Error: no room$/);
    await live.close();
  });

  it('stops loudly on damage and gives the reason to whoever leases it', async () => {
    const { rig, live, errors } = await setStage();
    const { journal } = rig;
    const broken = {
      ...journal,
      head: () => journal.head(0),
      changed: () => Promise.resolve(),
      read: () => Promise.reject(new Error('block 0:0 is damaged')),
    };
    const stopped = new LivePartition(rig.runtime(VERSION), {
      journal: broken,
      versions: undefined,
      sink: undefined,
      yieldNow: () => Promise.resolve(),
      sliceMsMax: 8,
      clock: rig.clock,
      save: () => Promise.resolve(),
      onError: (error, what) => errors.push(`${what}: ${String(error)}`),
    });
    await rig.tell(...plays(1));
    stopped.start();
    await until(() => stopped.mode === 'stopped');
    assert.match(String(stopped.error), /block 0:0 is damaged/);
    await assert.rejects(stopped.lease(new AbortController().signal), /block 0:0 is damaged/);
    assert.equal(errors.length, 1);
    await stopped.close();
    await live.close();
  });

  it('shows the version that was promoted while it follows', async () => {
    const second = definitionOf('second', { learningRate: 0.1 }, 1);
    const { rig, live } = await setStage(
      {},
      {
        versions: {
          runtimeAt: async (_version, _partition, at) => {
            const runtime = promotedRig.runtime(second);
            return promotedRig.replay(runtime, at);
          },
        },
      },
    );
    const promotedRig = rig;
    live.start();
    await rig.tell(...plays(10));
    await rig.publish(
      {
        kind: 'ModelPromoted',
        version: 'second',
        baseSha256: [],
        start: [],
        settings: {},
        timeMs: 0,
      },
      'promotion',
    );
    await rig.tell(...plays(5, 10));
    await until(() => live.runtime.position === rig.journal.head(0));
    assert.equal(live.runtime.definition.version, 'second');
    assert.equal(await live.exclusive((runtime) => rig.hash(runtime)), await rig.cleanHash(second));
    await live.close();
  });

  it('puts a rebuilt runtime in the place of the one that is there', async () => {
    const { rig, live } = await setStage();
    live.start();
    await rig.tell(...plays(25));
    await until(() => live.runtime.position === 24);
    const old = live.runtime;
    await live.replace(async (current) => rig.replay(rig.runtime(VERSION), current.position));
    assert.notEqual(live.runtime, old);
    await rig.tell(...plays(25, 25));
    await until(() => live.runtime.position === 49);
    assert.equal(
      await live.exclusive((runtime) => rig.hash(runtime)),
      await rig.cleanHash(VERSION),
    );
    await live.close();
  });
});
