import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { newestEvents, userEventsMax } from '../../../activities/history/user-events.ts';
import { ORIGIN, sequence } from '../../../events/position.ts';
import { surrogateToBytes } from '../../../events/surrogate.ts';
import { PartitionRig } from '../../doubles/partition-rig.ts';

const yieldNow = (): Promise<void> => Promise.resolve();

describe('the newest events of a user', () => {
  it('are their own up to a place, newest first, at most so many', async () => {
    const rig = await PartitionRig.create();
    for (let n = 0; n < 90; n += 1) {
      await rig.tell({ user: `u${n % 3}`, item: `i${n}`, timeMs: n }, { user: 'v', item: `j${n}` });
    }
    const { surrogate } = (await rig.identities.find('u1'))!;
    const newest = (at: number) =>
      newestEvents(
        rig.journal,
        { partition: 0, sequence: sequence(at) },
        surrogateToBytes(surrogate),
        yieldNow,
      );
    const events = await newest(20);
    assert.deepEqual(
      events.map(({ position, item, timeMs }) => [position, item, timeMs]),
      [
        ['0:20', 'i10', 10],
        ['0:14', 'i7', 7],
        ['0:8', 'i4', 4],
        ['0:2', 'i1', 1],
      ],
    );
    assert.equal((await newest(19)).length, 3);
    assert.equal((await newest(179)).length, userEventsMax);
    assert.deepEqual(await newest(1), []);
    assert.deepEqual(await newest(ORIGIN), []);
    // What they were shown is nothing that they did.
    await rig.tell({ user: 'u1', item: 'shown', type: 'impression' });
    assert.deepEqual(await newest(180), await newest(179));
  });
});
