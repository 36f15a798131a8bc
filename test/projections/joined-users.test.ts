import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ModelDelta } from '../../model/delta.ts';
import { joinUsers } from '../../projections/joined-users.ts';
import { DeltaWorld } from './delta-world.ts';

/** A world's deltas, each of some events. */
function deltasOf(world: DeltaWorld): [ModelDelta, ...ModelDelta[]] {
  const happen = (user: string, item: string, timeMs: number): ModelDelta => {
    world.happen({ user, item, timeMs });
    return world.take();
  };
  return [
    happen('anna', 'a', 1),
    happen('bo', 'b', 2),
    happen('anna', 'c', 3),
    happen('cy', 'a', 4),
    happen('anna', 'd', 5),
  ];
}

describe('users of joined deltas', () => {
  it('are those that the deltas leave one after the other', () => {
    const world = new DeltaWorld({});
    const deltas = deltasOf(world);
    const joined = joinUsers(deltas);
    assert.deepEqual([joined.from, joined.to], [deltas[0].from, deltas.at(-1)?.to]);
    const whole = world.whole();
    assert.deepEqual(joined.newUsers, whole.newUsers);
    const byRow = ({ userRows, userEvents, userTimeMs }: ModelDelta): unknown =>
      new Map([...userRows].map((row, at) => [row, [userEvents[at], userTimeMs[at]]]));
    assert.deepEqual(byRow(joined), byRow(whole));
    const pairs = ({ seenUsers, seenItems }: ModelDelta): unknown =>
      new Set([...seenUsers].map((user, at) => `${String(user)}:${String(seenItems[at])}`));
    assert.deepEqual(pairs(joined), pairs(whole));
    assert.equal(joined.itemRows.length, 0);
  });

  it('have not seen what was forgotten on the way', () => {
    const [first, second, third, ...rest] = deltasOf(new DeltaWorld({}));
    assert.ok(second !== undefined && third !== undefined);
    const forgetting = { ...third, seenReset: Uint32Array.of(0) };
    const joined = joinUsers([first, second, forgetting, ...rest]);
    assert.deepEqual([...(joined.seenReset ?? [])], [0]);
    const ofAnna = [...joined.seenItems].filter((_, at) => joined.seenUsers[at] === 0);
    assert.deepEqual(ofAnna, [2, 3]);
  });

  it('are refused where a delta is missing', () => {
    const [first, , third] = deltasOf(new DeltaWorld({}));
    assert.ok(third !== undefined);
    assert.throws(() => joinUsers([first, third]), /does not continue/);
  });
});
