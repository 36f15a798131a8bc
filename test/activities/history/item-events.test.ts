import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { itemEvents } from '../../../activities/history/item-events.ts';
import { PartitionRig } from '../../doubles/partition-rig.ts';

describe('the newest events with an item', () => {
  it('name who did what, newest first, of one type where it is asked for, at most so many', async () => {
    const rig = await PartitionRig.create();
    for (let n = 0; n < 30; n += 1) {
      const type = n % 2 === 0 ? 'play' : 'like';
      await rig.tell(
        { user: `u${n % 3}`, item: 'song', type, timeMs: n },
        { user: 'v', item: 'i' },
      );
    }
    // What was only shown is nothing that anybody did.
    await rig.tell({ user: 'u1', item: 'song', type: 'impression', timeMs: 99 });
    const { journal, identities } = rig;
    const deps = { journal, identities, yieldNow: () => Promise.resolve() };
    const told = async (eventsMax: number, type?: string): Promise<unknown> =>
      (await itemEvents(deps, { item: 'song', eventsMax, type })).map(
        ({ user, type: of, timeMs }) => `${user} ${of} ${String(timeMs)}`,
      );
    assert.deepEqual(await told(3), ['u2 like 29', 'u1 play 28', 'u0 like 27']);
    assert.deepEqual(await told(2, 'play'), ['u1 play 28', 'u2 play 26']);
    assert.equal((await itemEvents(deps, { item: 'song', eventsMax: 100 })).length, 30);
    assert.deepEqual(await itemEvents(deps, { item: 'none', eventsMax: 100 }), []);
  });
});
