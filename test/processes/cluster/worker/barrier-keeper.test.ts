import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { RepriseError } from '../../../../events/error.ts';
import { eventKey } from '../../../../events/event-key.ts';
import type { EventDoor } from '../../../../events/door.ts';
import { keepBarriers } from '../../../../processes/cluster/worker/barrier-keeper.ts';
import { PartitionRig } from '../../../doubles/partition-rig.ts';

async function worldOf(partitions: number) {
  const rig = await PartitionRig.create(partitions);
  const over = new AbortController();
  const warnings: unknown[] = [];
  const world = {
    held: undefined as { barrier: number; position: number } | undefined,
    ids: [] as string[],
    doors: 0,
    isDown: false,
    warnings,
    tell: (from: number, count: number) =>
      rig.tell(
        ...Array.from({ length: count }, (_, n) => ({
          user: `u${n}`,
          item: 'i',
          id: `${from + n}`,
        })),
      ),
    end: async () => {
      over.abort();
      await keeping;
    },
    until: async (holds: () => boolean) => {
      for (let looks = 0; !holds() && looks < 200; looks += 1) await sleep(25);
      assert.ok(holds());
    },
  };
  const appendShared: EventDoor['appendShared'] = async (fact, id) => {
    const [appended] = await rig.journal.append([{ partition: 'all', key: eventKey(id), fact }]);
    if (appended?.duplicate === false) world.ids.push(id);
    return appended!;
  };
  const keeping = keepBarriers(
    {
      journal: rig.journal,
      first: () => world.held,
      openDoor: () => {
        world.doors += 1;
        if (world.isDown) throw new RepriseError('UNAVAILABLE', 'no broker answers');
        return Promise.resolve({ appendShared });
      },
      clock: () => performance.now(),
      logger: { warn: (fields: unknown) => void warnings.push(fields) },
      bounds: { barrierEventsMax: 10, barrierMsMax: 60_000 },
    },
    over.signal,
  );
  return world;
}

describe('the keeper of barriers', () => {
  it('sets them only while partition 0 is held here and has come to the head', async () => {
    const world = await worldOf(2);
    await world.tell(0, 10);
    await sleep(150);
    assert.deepEqual([world.ids, world.doors], [[], 0]);
    world.held = { barrier: 0, position: -1 };
    await sleep(150);
    assert.deepEqual(world.ids, [], 'it may have barriers before it still');
    world.held = { barrier: 0, position: 100 };
    await world.until(() => world.ids.length === 1);
    await world.tell(10, 10);
    await world.until(() => world.ids.length === 2);
    world.held = undefined;
    await sleep(100);
    await world.tell(20, 10);
    await sleep(150);
    assert.deepEqual(world.ids, ['barrier 1', 'barrier 2']);
    world.held = { barrier: 1, position: 100 };
    await world.until(() => world.ids.length === 3);
    assert.equal(world.ids[2], 'barrier 3', 'what stands already is gone past');
    await world.end();
  });

  it('tells what fails, and tries again', async () => {
    const world = await worldOf(2);
    world.isDown = true;
    world.held = { barrier: 0, position: 100 };
    await world.tell(0, 10);
    await world.until(() => world.warnings.length === 1);
    world.isDown = false;
    await world.until(() => world.ids.length === 1);
    await world.end();
  });

  it('sets none where there is one partition', async () => {
    const world = await worldOf(1);
    world.held = { barrier: 0, position: 100 };
    await world.tell(0, 20);
    await sleep(100);
    assert.equal(world.doors, 0);
    await world.end();
  });
});
