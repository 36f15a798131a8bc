import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { sequence } from '../../../../events/position.ts';
import { OffsetPlaces } from '../../../../processes/cluster/api/offset-places.ts';

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('the places of offsets', () => {
  it('take no head that was read before the acknowledgement that they go by', async () => {
    let head = 4;
    const reads: (() => void)[] = [];
    const places = new OffsetPlaces({
      journal: {
        partitions: 1,
        uncovered: () => Promise.resolve(5),
        head: () => sequence(head),
        // The head of the moment when the read began is what it brings.
        read: () => new Promise((resolve) => reads.push(() => resolve(undefined))),
      },
      ...{ afterWaitMsMax: 1_000, clock: () => 0, sleep: turn },
    });
    const first = places.positions([{ partition: 0, offset: 4 }]);
    await turn();
    places.heard({ partition: 0, from: 5, sequences: [sequence(5)], duplicates: [false] });
    const joined = places.positions([{ partition: 0, offset: 5 }]);
    await turn();
    reads[0]?.();
    assert.deepEqual(await first, [{ partition: 0, sequence: 4 }]);
    await turn();
    head = 5;
    // Only a look that began after the acknowledgement answers.
    for (let turns = 0; turns < 4 && reads.length < 2; turns += 1) await turn();
    assert.equal(reads.length, 2);
    reads[1]?.();
    assert.deepEqual(await joined, [{ partition: 0, sequence: 5 }]);
  });
});
