import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { PastPlaces } from '../../../activities/past/past-places.ts';
import { partitionOf } from '../../../events/partition-of.ts';
import { formatPosition, sequence } from '../../../events/position.ts';
import { PartitionRig } from '../../doubles/partition-rig.ts';

const yieldNow = (): Promise<void> => Promise.resolve();

/** Users of two partitions. */
function userOf(partition: number): string {
  for (let n = 0; ; n += 1) if (partitionOf(`u${n}`, 2) === partition) return `u${n}`;
}

/** A journal whose two partitions grow at times of their own: 1, 2, 3 and 5 in the first, 1, 4 and 5 in the second. */
async function places(): Promise<PastPlaces> {
  const { journal } = await filled();
  return new PastPlaces({ journal, yieldNow });
}

async function filled(): Promise<PartitionRig> {
  const rig = await PartitionRig.create(2);
  const [first, second] = [userOf(0), userOf(1)];
  await rig.tell({ user: first, item: 'a' }, { user: second, item: 'a' });
  await rig.tell({ user: first, item: 'b' });
  await rig.tell({ user: first, item: 'c' });
  await rig.tell({ user: second, item: 'b' });
  await rig.publish({ kind: 'BarrierSet', barrier: 1, timeMs: 1 }, 'b1');
  return rig;
}

describe('places of the past', () => {
  const at = (partition: number, place: number) => ({ partition, sequence: sequence(place) });

  async function check(
    own: number,
    place: number,
    expected: readonly string[],
    timeMs?: number,
  ): Promise<void> {
    const past = await places();
    const position = at(own, place);
    const asOf = timeMs === undefined ? { position } : { timeMs };
    assert.deepEqual(await past.own(asOf, own), position);
    assert.deepEqual((await past.all(position, asOf)).map(formatPosition), expected);
  }

  it('are of the others what was appended when the own event was', async () => {
    await check(0, 0, ['0:0', '1:0']);
    await check(0, 2, ['0:2', '1:0']);
    await check(1, 1, ['1:1', '0:2']);
    await check(0, 3, ['0:3', '1:2']);
  });

  it('are by a time what was appended by then', async () => {
    await check(0, 0, ['0:0', '1:0'], 1);
    await check(0, 2, ['0:2', '1:1'], 4.5);
    await check(1, 2, ['1:2', '0:3'], 1e15);
  });

  it('are the ends of all, the own first', async () => {
    assert.deepEqual((await places()).heads(1).map(formatPosition), ['1:2', '0:3']);
  });
});
