import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'node:test';
import { surrogateFromBytes } from '../../events/surrogate.ts';
import type { ModelDelta } from '../../model/delta.ts';
import type { UserStore } from '../../projections/user-store.ts';
import { DeltaWorld, surrogateOf } from '../projections/delta-world.ts';

/** Makes an empty store of users; `close` closes it and removes what it left. */
export type UserStoreFactory = () => Promise<{
  readonly users: UserStore;
  readonly close: () => Promise<void>;
}>;

const nameOf = (user: string): ReturnType<typeof surrogateFromBytes> =>
  surrogateFromBytes(surrogateOf(user));

/** Fails unless the store holds a world's users and nothing else of its partition. */
async function assertHolds(users: UserStore, world: DeltaWorld): Promise<void> {
  const place = await users.place(world.partition);
  assert.deepEqual([place?.version, place?.position], [world.version, world.position]);
  assert.equal(await users.count(world.partition), world.users.size);
  for (const [id, user] of world.users) {
    const { surrogate: _, seen, ...rest } = user;
    assert.deepEqual(await users.get(nameOf(id)), {
      ...{ ...rest, surrogate: nameOf(id), partition: world.partition, seenItems: seen },
    });
  }
}

function worldWithUsers(version = 'v1'): DeltaWorld {
  const world = new DeltaWorld({ version });
  world.user('anna', [1, 2, 3, 4]);
  world.happen({ user: 'anna', item: 'a', timeMs: 5 });
  world.happen({ user: 'bo', item: 'b', positive: false });
  return world;
}

/** What every store of users must do. */
export function userStoreContract(name: string, factory: UserStoreFactory): void {
  describe(name, () => {
    const opened: (() => Promise<void>)[] = [];
    const open = async (): Promise<UserStore> => {
      const { users, close } = await factory();
      opened.push(close);
      return users;
    };
    afterEach(async () => {
      for (const close of opened.splice(0)) await close();
    });

    it('folds deltas, each as often as it comes', async () => {
      const users = await open();
      assert.equal(await users.place(0), undefined);
      assert.equal(await users.get(nameOf('anna')), undefined);
      const world = worldWithUsers();
      const deltas: ModelDelta[] = [world.take()];
      world.happen({ user: 'cy', item: 'a' });
      world.user('anna', [4, 3, 2, 1]);
      world.happen({ user: 'anna', item: 'b', timeMs: 9 });
      deltas.push(world.take());
      world.happen({ user: 'anna', item: 'c', timeMs: 11 });
      deltas.push(world.take());
      for (const delta of deltas) {
        await users.apply(delta, 1);
        await users.apply(delta, 1);
      }
      await assertHolds(users, world);
      await users.apply(deltas[1]!, 1);
      await assertHolds(users, world);
    });

    it('refuses what does not continue, and takes a whole delta of another version', async () => {
      const users = await open();
      const world = worldWithUsers();
      world.take();
      world.happen({ user: 'anna', item: 'b' });
      await assert.rejects(users.apply(world.take(), 1), { code: 'CONFLICT' });
      await users.apply(world.whole(), 1);
      await assertHolds(users, world);
      world.happen({ user: 'anna', item: 'c' });
      world.take();
      world.happen({ user: 'anna', item: 'd' });
      await assert.rejects(users.apply(world.take(), 1), { code: 'CONFLICT' });
      const other = new DeltaWorld({ version: 'v2' });
      other.happen({ user: 'dee', item: 'z' });
      other.happen({ user: 'anna', item: 'y' });
      await users.apply(other.whole(), 1);
      await assertHolds(users, other);
      assert.equal(await users.get(nameOf('bo')), undefined);
      other.happen({ user: 'anna', item: 'x' });
      await users.apply(other.take(), 1);
      await assertHolds(users, other);
    });

    it('drops what an actor forgot', async () => {
      const users = await open();
      const world = worldWithUsers();
      await users.apply(world.take(), 1);
      world.happen({ user: 'anna', item: 'c' });
      const delta = { ...world.take(), seenReset: Uint32Array.of(0) };
      await users.apply(delta, 1);
      assert.deepEqual((await users.get(nameOf('anna')))?.seenItems, [2]);
    });

    it('changes nothing for a stale fence', async () => {
      const users = await open();
      const world = worldWithUsers();
      await users.apply(world.take(), 5);
      world.happen({ user: 'anna', item: 'c' });
      const next = world.take();
      await assert.rejects(users.apply(next, 4), { code: 'FENCED' });
      await assert.rejects(users.apply(world.whole(), 4), { code: 'FENCED' });
      assert.equal((await users.get(nameOf('anna')))?.events, 1);
      await users.apply(next, 6);
      await assertHolds(users, world);
      assert.equal((await users.place(0))?.fence, 6);
    });

    it('notices that it was dropped, and is made again by a whole delta', async () => {
      const users = await open();
      const world = worldWithUsers();
      await users.apply(world.take(), 3);
      await users.drop();
      assert.equal(await users.place(0), undefined);
      world.happen({ user: 'anna', item: 'c' });
      await assert.rejects(users.apply(world.take(), 3), { code: 'CONFLICT' });
      await users.apply(world.whole(), 3);
      await assertHolds(users, world);
    });

    it('keeps partitions apart', async () => {
      const users = await open();
      const [left, right] = [new DeltaWorld({ partition: 0 }), new DeltaWorld({ partition: 1 })];
      left.happen({ user: 'anna', item: 'a' });
      right.happen({ user: 'bo', item: 'b' });
      await users.apply(left.take(), 1);
      await users.apply(right.take(), 1);
      await users.apply(left.whole(), 2);
      await assertHolds(users, left);
      await assertHolds(users, right);
    });
  });
}
