import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { CancelledFailure } from '@temporalio/activity';
import { MockActivityEnvironment } from '@temporalio/testing';
import { createReplayActivities } from '../../../activities/replay/replay.ts';
import type { LeaseResult, ReplayActivities } from '../../../activities/replay/replay.ts';
import { sequence } from '../../../events/position.ts';
import { temporaryFolder } from '../../adapters/temporary-folder.ts';
import { SILENT, somePlays, TrainingWorld } from '../../doubles/training-world.ts';

describe('the replay activities', () => {
  let world: TrainingWorld;
  let activities: ReplayActivities;
  before(async () => {
    world = await TrainingWorld.open(await temporaryFolder());
    await world.rig.tell(...somePlays(200));
    await world.follow();
    await world.caughtUp();
    activities = createReplayActivities({
      journal: world.rig.journal,
      versions: world.versions,
      live: (partition) => world.live[partition],
    });
  });
  after(() => world.close());

  /** Starts an activity as Temporal would. */
  function start(activity: () => Promise<LeaseResult>) {
    const environment = new MockActivityEnvironment({}, { logger: SILENT });
    const heartbeats: unknown[] = [];
    environment.on('heartbeat', (details: unknown) => heartbeats.push(details));
    const ended = environment.run<[], LeaseResult, () => Promise<LeaseResult>>(activity);
    return { environment, heartbeats, ended };
  }

  it('lease a live partition, learn what comes, and end by themselves', async () => {
    const { ended } = start(() => activities.leaseLive({ partition: 0, leaseMs: 60 }));
    await world.rig.tell(...somePlays(10, 500));
    const result = await ended;
    assert.deepEqual(result, { version: 'v1', position: 209, head: 209 });
  });

  it('give a partition back at once when they are cancelled', async () => {
    const { environment, ended } = start(() =>
      activities.leaseLive({ partition: 0, leaseMs: 60_000 }),
    );
    environment.cancel();
    await assert.rejects(ended, CancelledFailure);
  });

  it('end a lease well when the worker shuts down', async () => {
    const { environment, ended } = start(() =>
      activities.leaseLive({ partition: 0, leaseMs: 60_000 }),
    );
    environment.cancel('WORKER_SHUTDOWN');
    assert.equal((await ended).version, 'v1');
  });

  it('keep a partition still: what comes waits until they end', async () => {
    const { environment, ended } = start(() =>
      activities.holdStill({ partition: 0, leaseMs: 60_000 }),
    );
    const before = world.live[0]!.runtime.position;
    await world.rig.tell(...somePlays(5, 700));
    let moved = false;
    const next = world.live[0]!.exclusive(async (runtime) => {
      moved = runtime.position > before;
    });
    environment.cancel();
    await assert.rejects(ended, CancelledFailure);
    await next;
    assert.equal(moved, false);
    await world.caughtUp();
    assert.equal(world.live[0]!.runtime.position, before + 5);
  });

  it('refuse a partition that there is not', async () => {
    const { ended } = start(() => activities.leaseLive({ partition: 7, leaseMs: 1 }));
    await assert.rejects(ended, { type: 'NOT_FOUND', nonRetryable: true });
  });

  it('replay a shadow, and go on from what an earlier lease reached', async () => {
    const shadow = (to: number) =>
      start(() => activities.replayShadow({ partition: 0, leaseMs: 60_000, version: 'v1', to }));
    assert.equal((await shadow(50).ended).position, 50);
    assert.equal((await shadow(120).ended).position, 120);
    assert.equal((await shadow(120).ended).position, 120);
    const taken = await world.versions.runtimeAt(
      'v1',
      0,
      sequence((await shadow(150).ended).position),
    );
    const clean = await world.rig.replay(world.rig.runtime(world.first), taken.position);
    assert.equal(await world.rig.hash(taken), await world.rig.hash(clean));
  });
});
