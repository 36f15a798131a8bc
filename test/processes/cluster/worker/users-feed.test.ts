import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { sequence } from '../../../../events/position.ts';
import type { ModelDelta } from '../../../../model/delta.ts';
import { FenceWatch } from '../../../../processes/cluster/worker/fence-watch.ts';
import {
  DEFAULT_USERS_FEED_BOUNDS,
  UsersFeed,
} from '../../../../processes/cluster/worker/users-feed.ts';
import type { UsersFeedBounds } from '../../../../processes/cluster/worker/users-feed.ts';
import type { UserStorePlace } from '../../../../projections/user-store.ts';
import { DeltaWorld } from '../../../projections/delta-world.ts';

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

/** A feed that runs, of a world of its own. */
function started(bounds: Partial<UsersFeedBounds> = {}) {
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
    bounds: { ...DEFAULT_USERS_FEED_BOUNDS, ...bounds },
  });
  return { world, users, feed, over, running: feed.run(), asked: () => asked };
}

describe('the users of a partition', () => {
  it('are stored as one change where much came behind a whole state, and whole again only where that is too much', async () => {
    const { world, users, feed, over, running, asked } = started({
      usersQueueDeltasMax: 4,
      usersQueueRowsMax: 20,
      usersGatherMsMax: 0,
    });
    feed.offer(world.whole());
    await until(() => users.applied.length === 1);
    for (let n = 0; n < 12; n += 1) {
      world.happen({ user: `user ${String(n)}`, item: 'a' });
      feed.offer(world.take());
    }
    users.finish();
    await until(() => users.applied.length === 2);
    const [whole, joined] = users.applied;
    assert.deepEqual(
      [joined?.whole, joined?.from, joined?.userRows.length],
      [false, whole?.to, 12],
    );
    for (let n = 0; n < 30; n += 1) {
      world.happen({ user: `user ${String(n)}`, item: 'b' });
      feed.offer(world.take());
    }
    users.finish();
    await until(() => users.applied.length === 3);
    assert.deepEqual([users.applied[2]?.whole, asked()], [true, 1]);
    users.finish();
    over.abort();
    await running;
  });

  it('are stored whole once, however long that takes, and again where the store was dropped', async () => {
    const { world, users, feed, over, running, asked } = started();
    world.happen({ user: 'anna', item: 'a' });
    world.take();
    feed.offer(world.whole());
    await until(() => users.applied.length === 1);

    await feed.look();
    users.finish();
    await until(() => users.stands !== undefined);
    await feed.look();
    await sleep(20);
    assert.equal(asked(), 0, 'what is being stored is not missing');
    assert.equal(users.applied.length, 1);

    users.stands = undefined;
    await feed.look();
    await until(() => users.applied.length === 2);
    users.finish();
    await feed.flush();
    assert.equal(asked(), 1);
    over.abort();
    await running;
  });
});
