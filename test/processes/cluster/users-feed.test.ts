import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { sequence } from '../../../events/position.ts';
import type { ModelDelta } from '../../../model/delta.ts';
import { FenceWatch } from '../../../processes/cluster/fence-watch.ts';
import { UsersFeed } from '../../../processes/cluster/users-feed.ts';
import type { UserStorePlace } from '../../../projections/user-store.ts';
import { DeltaWorld } from '../../projections/delta-world.ts';

const fence = { partition: 0, number: 1, holder: 'one' };

/** Resolves when something holds; the runner's time-out bounds it. */
async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await sleep(5);
}

/** A store that is told when it is done with a delta: where it stands is unknown until then. */
class SlowUsers {
  readonly applied: ModelDelta[] = [];
  stands: UserStorePlace | undefined;
  finish: () => void = () => undefined;

  place(): Promise<UserStorePlace | undefined> {
    return Promise.resolve(this.stands);
  }

  async apply(delta: ModelDelta): Promise<void> {
    this.applied.push(delta);
    this.stands = undefined;
    await new Promise<void>((resolve) => {
      this.finish = resolve;
    });
    const { version, to } = delta;
    this.stands = { version, position: sequence(to), fence: fence.number };
  }
}

describe('the users of a partition', () => {
  it('are stored whole once, however long that takes, and again where the store was dropped', async () => {
    const world = new DeltaWorld();
    const users = new SlowUsers();
    const over = new AbortController();
    let asked = 0;
    const feed = new UsersFeed({
      watch: new FenceWatch({
        fence,
        fences: { check: () => Promise.resolve(), tell: () => Promise.resolve() },
        clock: () => performance.now(),
      }),
      users,
      takeWhole: (offer) => {
        asked += 1;
        offer(world.whole());
        return Promise.resolve(true);
      },
      patience: { signal: over.signal, onTrouble: () => undefined },
    });
    const running = feed.run();
    world.happen({ user: 'anna', item: 'a' });
    world.take();
    feed.offer(world.whole());
    await until(() => users.applied.length === 1);

    await feed.look();
    users.finish();
    await until(() => users.stands !== undefined);
    await feed.look();
    await sleep(20);
    assert.equal(asked, 0, 'what is being stored is not missing');
    assert.equal(users.applied.length, 1);

    users.stands = undefined;
    await feed.look();
    await until(() => users.applied.length === 2);
    users.finish();
    await feed.flush();
    assert.equal(asked, 1);
    over.abort();
    await running;
  });
});
