import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { promotionOf } from '../../../../activities/versions/promotion-fact.ts';
import type { Leased } from '../../../../activities/replay/replay.ts';
import { STEADY_LOOKS } from '../../../../processes/cluster/worker/fair-share.ts';
import type { PartitionHost } from '../../../../processes/cluster/worker/partition-host.ts';
import { definitionOf } from '../../../doubles/partition-rig.ts';
import { somePlays } from '../../../doubles/training-world.ts';
import { down, WorkerWorld } from './worker-world.ts';

/** Waits until a condition holds; the test's own time-out ends one that never does. */
async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await sleep(1);
}

/** Leases a partition until it stands at the head; returns how to end the lease. */
async function leaseToHead(world: WorkerWorld, live: Leased): Promise<() => Promise<void>> {
  const lease = new AbortController();
  const leased = live.lease(lease.signal);
  leased.catch(() => undefined);
  const { partition } = live.runtime;
  await until(() => world.mirrors.get(partition)?.position === world.rig.journal.head(partition));
  return async () => {
    lease.abort();
    await leased;
  };
}

async function hashesAsClean(world: WorkerWorld, live: Leased): Promise<void> {
  const { rig, definition } = world;
  const { partition } = live.runtime;
  const clean = await rig.replay(rig.runtime(definition, partition));
  const hash = await live.exclusive((runtime) => rig.hash(runtime));
  assert.equal(hash, await rig.hash(clean));
}

describe('the partitions that a worker holds', () => {
  it('stay warm between leases, and stand still there', async () => {
    const world = await WorkerWorld.create(1);
    const host = world.host('a');
    await world.rig.tell(...somePlays(40));
    const live = await host.live(0);
    await (
      await leaseToHead(world, live)
    )();
    const before = live.runtime.position;
    await world.rig.tell(...somePlays(20, 100));
    await sleep(20);
    assert.equal(live.runtime.position, before, 'others may lease it');
    const again = await host.live(0);
    assert.equal(again.runtime, live.runtime);
    assert.equal(world.numbers.get(0), 1, 'no fence was taken anew');
    await (
      await leaseToHead(world, again)
    )();
    await hashesAsClean(world, again);
    await host.close();
  });

  it('switch to what is held beside at a promotion, and keep that for who takes them', async () => {
    const world = await WorkerWorld.create(1);
    const { rig } = world;
    const calls: string[] = [];
    const stand = { version: 'v2', position: 39, barrier: 0 };
    world.beside = {
      runtimeAt: (version, partition, at) => {
        calls.push(`${version} at ${String(at)}`);
        return rig.replay(rig.runtime(definitionOf(version, {}, 1), partition), at);
      },
      retire: ({ definition, position }) => {
        calls.push(`${definition.version} retired at ${String(position)}`);
      },
      wake: () => undefined,
      standsOf: () => [stand],
      save: (partition) => Promise.resolve(void calls.push(`saved ${String(partition)}`)),
      drop: (partition) => void calls.push(`dropped ${String(partition)}`),
    };
    const host = world.host('a');
    await rig.tell(...somePlays(40));
    await rig.publish(promotionOf(definitionOf('v2', {}, 1), 0), 'promote v2');
    const live = await host.live(0);
    const end = await leaseToHead(world, live);
    await host.tell();
    assert.equal(live.runtime.definition.version, 'v2');
    assert.deepEqual(world.notes.get(0)?.held, [stand]);
    await end();
    await host.close();
    assert.deepEqual(calls, ['v2 at 40', 'v1 retired at 40', 'saved 0', 'dropped 0']);
  });

  it('are dropped at once where another took the fence, and nothing more is written', async () => {
    const world = await WorkerWorld.create(1);
    const [paused, next] = [world.host('a'), world.host('b')];
    await world.rig.tell(...somePlays(40));
    const stale = await paused.live(0);
    const lease = new AbortController();
    const leased = stale.lease(lease.signal);
    await until(() => world.mirrors.get(0)?.position === world.rig.journal.head(0));
    const live = await next.live(0);
    const end = await leaseToHead(world, live);
    await world.rig.tell(...somePlays(20, 100));
    await assert.rejects(leased, { code: 'UNAVAILABLE' });
    await until(() => world.streams.get(0)?.to === world.rig.journal.head(0));
    assert.equal(world.streams.get(0)?.fence, 2);
    assert.equal(paused.fenceOf(0), undefined);
    await paused.close();
    assert.ok(world.saved.every(({ fence }) => fence === 2));
    await end();
    await hashesAsClean(world, live);
    await next.close();
  });

  it('are asked for their fences first by a process that was stopped', async () => {
    const world = await WorkerWorld.create(1);
    const host = world.host('a');
    const live = await host.live(0);
    const leased = live.lease(new AbortController().signal);
    leased.catch(() => undefined);
    await sleep(5);
    await world.fences.take(0, 'b');
    world.nowMs += 60_000;
    await world.rig.tell(...somePlays(10));
    await assert.rejects(leased, { code: 'UNAVAILABLE' });
    assert.equal(world.streams.get(0)?.to ?? -1, -1, 'the stream had no newer fence to refuse by');
    await host.close();
  });

  it('lose no delta while the stream is down', async () => {
    const world = await WorkerWorld.create(1);
    const host = world.host('a');
    await world.rig.tell(...somePlays(20));
    const live = await host.live(0);
    const end = await leaseToHead(world, live);
    world.streamIsDown = true;
    await world.rig.tell(...somePlays(20, 100));
    await sleep(120);
    world.streamIsDown = false;
    await until(() => world.mirrors.get(0)?.position === world.rig.journal.head(0));
    await end();
    await hashesAsClean(world, live);
    await host.close();
  });

  it('go on in the stream where it ends, and from the checkpoint of who gave them back', async () => {
    const world = await WorkerWorld.create(1);
    const first = world.host('a');
    await world.rig.tell(...somePlays(30));
    const lease = new AbortController();
    const live = await first.live(0);
    const leased = live.lease(lease.signal);
    await until(() => world.mirrors.get(0)?.position === world.rig.journal.head(0));
    first.retire();
    await leased;
    assert.equal(first.queueOf(0), undefined, 'the next lease is for another');
    assert.equal(world.saved.at(-1)?.manifest.sequence, world.rig.journal.head(0));
    await assert.rejects(first.live(0), { code: 'BUSY' });
    await first.close();
    // Learned and told by somebody who died before a checkpoint.
    const lost = world.host('b');
    await world.rig.tell(...somePlays(30, 100));
    await leaseToHead(world, await lost.live(0));
    const next = world.host('c');
    await world.rig.tell(...somePlays(30, 200));
    const taken = await next.live(0);
    const end = await leaseToHead(world, taken);
    await end();
    await hashesAsClean(world, taken);
    await Promise.all([lost.close(), next.close()]);
  });

  it('store their users, anew where those were lost', async () => {
    const world = await WorkerWorld.create(1);
    const host = world.host('a');
    await world.rig.tell(...somePlays(30));
    const end = await leaseToHead(world, await host.live(0));
    const isStored = (): boolean => world.places.get(0)?.position === world.rig.journal.head(0);
    await until(isStored);
    world.places.delete(0);
    await world.rig.tell(...somePlays(10, 100));
    await until(isStored);
    assert.equal(world.wholes.at(-1), world.rig.journal.head(0));
    world.places.delete(0);
    for (let tellings = 0; tellings < 5; tellings += 1) await host.tell();
    await until(isStored);
    await end();
    await host.close();
  });
});

describe('the share of a worker', () => {
  const held = (host: PartitionHost): number => host.held.length;

  it('is declined past, and given back where more come', async () => {
    const world = await WorkerWorld.create(2);
    const [first, second] = [world.host('a'), world.host('b')];
    await first.beat();
    const leases = [await first.live(0), await first.live(1)].map((live) =>
      live.lease(new AbortController().signal),
    );
    assert.equal(held(first), 2);
    await second.beat();
    for (let looks = 1; looks < STEADY_LOOKS; looks += 1) await first.beat();
    assert.equal(held(first), 2, 'a worker that came a moment ago moves nothing');
    await first.beat();
    await leases[1];
    assert.equal(held(first), 1);
    assert.equal(first.queueOf(1), undefined);
    assert.equal(first.queueOf(0), 'queue-a');
    await assert.rejects(first.live(1), { code: 'BUSY' });
    await second.live(1);
    await assert.rejects(second.live(0), { code: 'BUSY' });
    world.alive.delete('a');
    await second.beat();
    await second.live(0);
    await Promise.allSettled([first.close(), ...leases]);
    await second.close();
  });

  it('stays as it was while the register is down', async () => {
    const world = await WorkerWorld.create(1);
    const host = world.host('a');
    const beat = world.register.beat.bind(world.register);
    Object.assign(world.register, { beat: () => Promise.reject(down) });
    await host.beat();
    await host.live(0);
    Object.assign(world.register, { beat });
    await host.close();
  });
});
