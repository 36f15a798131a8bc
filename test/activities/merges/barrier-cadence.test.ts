import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { BarrierCadence } from '../../../activities/merges/barrier-cadence.ts';
import { eventKey } from '../../../events/event-key.ts';
import type { EventDoor } from '../../../events/door.ts';
import { PartitionRig } from '../../doubles/partition-rig.ts';

async function worldOf(partitions: number) {
  const rig = await PartitionRig.create(partitions);
  const appendShared: EventDoor['appendShared'] = async (fact, id) => {
    const [appended] = await rig.journal.append([{ partition: 'all', key: eventKey(id), fact }]);
    return appended!;
  };
  let told = 0;
  let passed = 0;
  return {
    rig,
    cadence: () =>
      new BarrierCadence({
        journal: rig.journal,
        door: { appendShared },
        lastBarrier: () => passed,
        clock: rig.clock,
        bounds: { barrierEventsMax: 10, barrierMsMax: 100 },
      }),
    pass: (barrier: number) => {
      passed = barrier;
    },
    tell: (count: number) =>
      rig.tell(
        ...Array.from({ length: count }, () => ({
          user: `u${told % 9}`,
          item: 'i',
          id: `${told++}`,
        })),
      ),
    barriers: async () => {
      let count = 0;
      while ((await rig.journal.find(eventKey(`barrier ${count + 1}`))) !== undefined) count++;
      return count;
    },
  };
}

describe('the cadence of barriers', () => {
  it('sets one after so many events, or after a while where there are new ones', async () => {
    const { rig, cadence, tell, barriers } = await worldOf(2);
    const one = cadence();
    await one.look();
    assert.equal(await barriers(), 0, 'nothing came');
    await tell(9);
    await one.look();
    assert.equal(await barriers(), 0, 'too few');
    await tell(1);
    await one.look();
    await one.look();
    assert.equal(await barriers(), 1);
    rig.nowMs += 1_000;
    await one.look();
    assert.equal(await barriers(), 1, 'a barrier is no new event');
    await tell(1);
    await one.look();
    assert.equal(await barriers(), 2);
  });

  it('sets each barrier once where two of them set it, and goes on after a restart', async () => {
    const { cadence, tell, barriers } = await worldOf(3);
    const [one, other] = [cadence(), cadence()];
    await tell(10);
    await Promise.all([one.look(), other.look()]);
    const set = await barriers();
    assert.ok(set >= 1 && set <= 2);
    await cadence().look();
    assert.equal(await barriers(), set, 'it finds the last barrier in the journal');
    await tell(10);
    await cadence().look();
    assert.equal(await barriers(), set + 1);
  });

  it('sets no more than a few ahead of what was passed, and goes on when that is', async () => {
    const { cadence, tell, pass, barriers } = await worldOf(2);
    const one = cadence();
    const lookOften = async (): Promise<void> => {
      for (let look = 0; look < 10; look += 1) {
        await tell(10);
        await one.look();
      }
    };
    await lookOften();
    assert.equal(await barriers(), 4, 'the partitions stand still');
    pass(3);
    await lookOften();
    assert.equal(await barriers(), 7);
    pass(7);
    await one.look();
    assert.equal(await barriers(), 8, 'what came meanwhile is due');
  });

  it('sets none where there is one partition', async () => {
    const { cadence, tell, barriers } = await worldOf(1);
    await tell(50);
    await cadence().look();
    assert.equal(await barriers(), 0);
  });
});
