import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { ScratchMerges } from '../../../../activities/merges/scratch-merges.ts';
import { sequence } from '../../../../events/position.ts';
import { BUILD_IDLE_MS_MAX } from '../../../../processes/cluster/worker/held-versions.ts';
import { definitionOf, PartitionRig } from '../../../doubles/partition-rig.ts';
import { somePlays } from '../../../doubles/training-world.ts';
import { HeldWorker } from './held-world.ts';
import type { SharedWorld } from './held-world.ts';

const NEVER = { signal: new AbortController().signal };

async function worldOf(partitions: number, merges?: ScratchMerges): Promise<SharedWorld> {
  const rig = await PartitionRig.create(partitions);
  return { rig, partitions, saved: [], ...(merges && { merges }) };
}

/** Waits until a worker holds a version of a partition at a sequence; the test's own time-out ends a wait for ever. */
async function holds(
  { held }: HeldWorker,
  version: string,
  partition: number,
  at: number,
): Promise<void> {
  const isThere = (): boolean =>
    held.standsOf(partition).some((one) => one.version === version && one.position === at);
  while (!isThere()) await sleep(1);
}

describe('the versions that a worker holds beside the live one', () => {
  it('are built of the partitions that it moves, and no others', async () => {
    const world = await worldOf(2);
    const worker = new HeldWorker(world, [1]);
    await assert.rejects(worker.held.advance('v2', 0, sequence(5), NEVER), { code: 'BUSY' });
    assert.deepEqual(worker.held.standsOf(0), []);
  });

  it('meet those of other workers at barriers, and are what one replay gives', async () => {
    const partitions = 2;
    const yieldNow = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
    const world = await worldOf(partitions, new ScratchMerges({ partitions, yieldNow }));
    const { rig } = world;
    for (let barrier = 1; barrier <= 3; barrier += 1) {
      await rig.tell(...somePlays(40, 40 * (barrier - 1)));
      await rig.publish({ kind: 'BarrierSet', barrier, timeMs: 1 }, `barrier ${String(barrier)}`);
    }
    await rig.tell(...somePlays(20, 200));
    const workers = [new HeldWorker(world, [0]), new HeldWorker(world, [1])] as const;
    const heads = [rig.journal.head(0), rig.journal.head(1)] as const;
    const reached = await Promise.all(
      workers.map(({ held }, at) => held.advance('v2', at, heads[at] ?? sequence(0), NEVER)),
    );
    assert.deepEqual(reached, heads);
    assert.deepEqual(workers[1].held.standsOf(1), [
      { version: 'v2', position: heads[1], barrier: 3 },
    ]);
    const hashes = await Promise.all(
      workers.map(({ shadows }, at) => shadows.visit('v2', at, (runtime) => rig.hash(runtime))),
    );
    const alone = new HeldWorker(
      { ...world, merges: new ScratchMerges({ partitions, yieldNow }), saved: [] },
      [0, 1],
    );
    await Promise.all(heads.map((head, at) => alone.held.advance('v2', at, head, NEVER)));
    const expected = await Promise.all(
      heads.map((_, at) => alone.shadows.visit('v2', at, (runtime) => rig.hash(runtime))),
    );
    assert.deepEqual(hashes, expected);
    for (const { shadows } of [...workers, alone]) await shadows.close();
  });

  it('are let go of, kept no longer and held no more when users were erased since they were made', async () => {
    const world = await worldOf(1);
    await world.rig.tell(...somePlays(30));
    const worker = new HeldWorker(world, [0]);
    worker.aliases = { live: 'v1', shadow: 'v2', previous: null };
    await worker.held.look();
    await holds(worker, 'v2', 0, world.rig.journal.head(0));
    await worker.held.save(0);
    const kept = world.saved.length;
    assert.ok(kept > 0);
    worker.stale.add('v2');
    await worker.held.save(0);
    assert.equal(world.saved.length, kept);
    await worker.held.look();
    assert.deepEqual(worker.held.standsOf(0), []);
    await worker.held.look();
    assert.deepEqual(worker.held.standsOf(0), []);
    await worker.shadows.close();
  });

  it('are built one at a time; a build that nobody advances gives way', async () => {
    const world = await worldOf(1);
    await world.rig.tell(...somePlays(30));
    const worker = new HeldWorker(world, [0]);
    await worker.held.advance('v2', 0, sequence(9), NEVER);
    await assert.rejects(worker.held.advance('v3', 0, sequence(9), NEVER), {
      code: 'CONFLICT',
      message: /v2 is being built/,
    });
    const trained = worker.held.advanceInTurn('v3', 0, sequence(9), NEVER);
    await assert.rejects(trained, { code: 'BUSY' }, 'a training is not lost by it');
    worker.nowMs += 15_000;
    await worker.held.advance('v3', 0, sequence(9), NEVER);
    assert.deepEqual(worker.shadows.versions, ['v3']);
    await worker.shadows.close();
  });

  it('are let go of with a checkpoint where their build is idle, and gone on with from there', async () => {
    const world = await worldOf(1);
    await world.rig.tell(...somePlays(60));
    const worker = new HeldWorker(world, [0]);
    worker.moved.set(0, sequence(19));
    await worker.held.advance('v2', 0, sequence(19), NEVER);
    worker.nowMs += BUILD_IDLE_MS_MAX - 1;
    await worker.held.look();
    assert.deepEqual(worker.shadows.building, ['v2']);
    await worker.held.advance('v2', 0, sequence(24), NEVER);
    worker.nowMs += BUILD_IDLE_MS_MAX;
    await worker.held.look();
    assert.deepEqual(worker.shadows.versions, []);
    assert.equal(world.saved.at(-1)?.manifest.sequence, 24);
    worker.liveAtHeads();
    await worker.held.advance('v2', 0, sequence(59), NEVER);
    assert.equal(
      await worker.shadows.visit('v2', 0, (runtime) => world.rig.hash(runtime)),
      await world.rig.cleanHash(definitionOf('v2', {}, 1)),
    );
    await worker.shadows.close();
  });

  it('are those that have a name, of every partition that is moved, and let go of with it', async () => {
    const world = await worldOf(2);
    await world.rig.tell(...somePlays(40));
    const worker = new HeldWorker(world, [0, 1]);
    worker.aliases = { live: 'v1', shadow: 'v2', previous: null };
    await worker.held.look();
    for (const partition of [0, 1]) {
      await holds(worker, 'v2', partition, world.rig.journal.head(partition));
    }
    worker.held.drop(1);
    worker.moved.delete(1);
    await worker.held.look();
    assert.deepEqual([worker.held.standsOf(0).length, worker.held.standsOf(1).length], [1, 0]);
    worker.aliases = { live: 'v1', shadow: null, previous: null };
    await worker.held.look();
    assert.deepEqual(worker.shadows.versions, []);
    await worker.shadows.close();
  });

  it('are those that arms name, whatever has a name, and are kept when somebody wishes for it', async () => {
    const world = await worldOf(1);
    await world.rig.tell(...somePlays(30));
    const worker = new HeldWorker(world, [0]);
    worker.armed = ['v1', 'v2'];
    await worker.held.look();
    await holds(worker, 'v2', 0, 29);
    worker.aliases = { live: 'v1', shadow: 'v3', previous: null };
    await worker.held.look();
    await holds(worker, 'v3', 0, 29);
    assert.deepEqual([...worker.shadows.versions].sort(), ['v2', 'v3']);
    const kept = world.saved.length;
    await worker.held.wish('v4', 0);
    await Promise.all([worker.held.wish('v2', 0), worker.held.wish('v2', 0)]);
    assert.ok(world.saved.length > kept);
    assert.equal(world.saved.at(-1)?.manifest.version, 'v2');
    worker.armed = [];
    await worker.held.look();
    assert.deepEqual(worker.shadows.versions, ['v3']);
    await worker.shadows.close();
  });

  it('are kept when a checkpoint is due, so that who takes a partition over goes on with them', async () => {
    const world = await worldOf(1);
    await world.rig.tell(...somePlays(50));
    const worker = new HeldWorker(world, [0]);
    worker.aliases = { live: 'v1', shadow: 'v2', previous: null };
    await worker.held.look();
    await holds(worker, 'v2', 0, 49);
    await worker.held.look();
    while (world.saved.length === 0) await sleep(1);
    await world.rig.tell(...somePlays(10, 50));
    worker.liveAtHeads();
    await holds(worker, 'v2', 0, 59);
    await worker.held.look();
    await sleep(20);
    assert.equal(world.saved.at(1), undefined, 'it is not due yet');
    worker.nowMs += 5_000;
    await worker.held.look();
    while (world.saved.length === 1) await sleep(1);
    assert.equal(world.saved.at(-1)?.manifest.sequence, 59);
    await world.rig.tell(...somePlays(5, 60));
    worker.liveAtHeads();
    await holds(worker, 'v2', 0, 64);
    await worker.held.wish('v3', 0);
    await worker.held.wish('v2', 0);
    while (world.saved.length === 2) await sleep(1);
    assert.equal(world.saved.at(-1)?.manifest.sequence, 64, 'it was wished for');
    await worker.shadows.close();
    const other = new HeldWorker(world, [0]);
    const runtime = await other.held.runtimeAt('v2', 0, sequence(64));
    assert.equal(runtime.position, 64);
    assert.equal(
      await world.rig.hash(runtime),
      await world.rig.cleanHash(definitionOf('v2', {}, 1)),
    );
  });

  it('are given to the live partition at exactly the promotion, and take what was live until then', async () => {
    const world = await worldOf(1);
    await world.rig.tell(...somePlays(30));
    const worker = new HeldWorker(world, [0]);
    worker.moved.set(0, sequence(19));
    await worker.held.advance('v2', 0, sequence(19), NEVER);
    const taken = await worker.held.runtimeAt('v2', 0, sequence(24));
    assert.deepEqual([taken.definition.version, taken.position], ['v2', 24]);
    worker.held.retire(
      await world.rig.replay(world.rig.runtime(definitionOf('v1', {}, 1)), sequence(24)),
    );
    worker.liveAtHeads();
    await holds(worker, 'v1', 0, 29);
    await worker.shadows.close();
  });
});
