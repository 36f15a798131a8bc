import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { sequence } from '../../../events/position.ts';
import { temporaryFolder } from '../../adapters/temporary-folder.ts';
import { somePlays, TrainingWorld } from '../../doubles/training-world.ts';

const NEVER = new AbortController().signal;

async function worldOf(count: number): Promise<TrainingWorld> {
  const world = await TrainingWorld.open(await temporaryFolder());
  await world.rig.tell(...somePlays(count));
  return world;
}

describe('the runtimes of versions', () => {
  it('recover at the start of the first version where there is no checkpoint', async () => {
    const world = await worldOf(10);
    const runtime = await world.versions.recover(0);
    assert.equal(runtime.position, -1);
    assert.equal(runtime.definition.version, 'v1');
  });

  it('recover from the newest checkpoint, and arrive where a clean replay does', async () => {
    const world = await worldOf(60);
    for (const at of [20, 40]) {
      const runtime = await world.rig.replay(world.rig.runtime(world.first), sequence(at));
      await world.checkpoints.save(await runtime.capture());
    }
    const recovered = await world.versions.recover(0);
    assert.equal(recovered.position, 40);
    await world.rig.replay(recovered);
    assert.equal(await world.rig.hash(recovered), await world.rig.cleanHash(world.first));
  });

  it('refuse a journal that ends before a checkpoint: events were lost', async () => {
    const world = await worldOf(60);
    const ahead = await world.rig.replay(world.rig.runtime(world.first));
    const { manifest, tensors } = await ahead.capture();
    await world.checkpoints.save({ manifest: { ...manifest, sequence: 999 }, tensors });
    await assert.rejects(world.versions.recover(0), { code: 'DAMAGED' });
  });

  it('stand at any position on demand', async () => {
    const world = await worldOf(60);
    const checkpointed = await world.rig.replay(world.rig.runtime(world.first), sequence(30));
    await world.checkpoints.save(await checkpointed.capture());
    for (const at of [-1, 0, 29, 30, 31, 59]) {
      const runtime = await world.versions.runtimeAt('v1', 0, sequence(at));
      const clean = await world.rig.replay(world.rig.runtime(world.first), sequence(at));
      assert.equal(runtime.position, at);
      assert.equal(await world.rig.hash(runtime), await world.rig.hash(clean), `at ${at}`);
    }
  });

  it('refuse a version that is not registered, and a position before its start', async () => {
    const world = await worldOf(10);
    await assert.rejects(world.versions.runtimeAt('v9', 0, sequence(3)), { code: 'NOT_FOUND' });
    const { baseSha256: _, ...definition } = { ...world.first, version: 'v2', start: [5] };
    const base = await world.rig.replay(world.rig.runtime(world.first), sequence(5));
    const captured = await base.capture();
    const manifest = { ...captured.manifest, version: 'v2' };
    await world.registry.register(
      { definition, parent: 'v1', createdMs: 1, trainedBy: 'train-v2', metrics: {} },
      [{ manifest, tensors: captured.tensors }],
    );
    await assert.rejects(world.versions.runtimeAt('v2', 0, sequence(4)), { code: 'INVALID' });
    assert.equal((await world.versions.runtimeAt('v2', 0, sequence(8))).position, 8);
  });

  it('keep a shadow that was ended early, and give it away once', async () => {
    const world = await worldOf(300);
    const ended = new AbortController();
    const reached = await world.versions.advanceShadow('v1', 0, sequence(250), {
      signal: ended.signal,
      onProgress: (position) => {
        if (position > 0) ended.abort();
      },
    });
    assert.ok(reached <= 250);
    await world.versions.advanceShadow('v1', 0, sequence(250), { signal: NEVER });
    const taken = await world.versions.runtimeAt('v1', 0, sequence(260));
    const fresh = await world.versions.runtimeAt('v1', 0, sequence(260));
    assert.notEqual(taken, fresh);
    assert.equal(await world.rig.hash(taken), await world.rig.hash(fresh));
  });

  it('forget the shadows of a version that comes to nothing', async () => {
    const world = await worldOf(50);
    let positions: number[] = [];
    const control = {
      signal: NEVER,
      onProgress: (position: number) => void positions.push(position),
    };
    await world.versions.advanceShadow('v1', 0, sequence(40), control);
    world.versions.dropShadows('v1');
    positions = [];
    await world.versions.advanceShadow('v1', 0, sequence(40), control);
    assert.equal(positions.at(-1), 40, 'it was replayed from the start again');
  });
});
