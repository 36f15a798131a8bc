import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { PartitionNote } from '../../../../activities/replay/fences.ts';
import type { BackfillRequest } from '../../../../api/schema/versions.ts';
import { heldBackfillOf } from '../../../../processes/cluster/api/backfill-starts.ts';
import type { BackfillInput } from '../../../../workflows/messages.ts';
import { definitionOf, PartitionRig } from '../../../doubles/partition-rig.ts';
import { somePlays } from '../../../doubles/training-world.ts';

/** A cluster of two partitions whose workers stand at these places. */
async function worldOf(stands: readonly number[]): Promise<{
  readonly start: (
    request: BackfillRequest,
    building?: readonly string[],
  ) => Promise<BackfillInput>;
  readonly notes: PartitionNote[];
}> {
  const rig = await PartitionRig.create(2);
  await rig.tell(...somePlays(40));
  const notes = stands.map((position, partition): PartitionNote => ({
    fence: { partition, number: 1, holder: 'w' },
    ...{ version: 'v1', position, barrier: 3 + partition, toldMs: 0 },
    held: [{ version: 'v2', position, barrier: 3 }],
  }));
  const known = (version: string): object | undefined =>
    /^v[12]$/.test(version) ? { definition: definitionOf(version, {}, 2) } : undefined;
  return {
    notes,
    start: (request, building = []) =>
      heldBackfillOf(
        {
          stores: {
            journal: rig.journal,
            registry: {
              get: (version: string) => Promise.resolve(known(version)),
              nextName: () => Promise.resolve('v3'),
            },
            fences: { notes: () => Promise.resolve(notes) },
          } as never,
          aliases: { now: () => Promise.resolve({ live: 'v1', shadow: 'v2', previous: null }) },
          live: () => 'v1',
          building: () => Promise.resolve(building),
          signal: new AbortController().signal,
        },
        request,
      ),
  };
}

describe('a backfill in a cluster', () => {
  it('takes the next name, what serves as its parent, and the heads where none is named', async () => {
    const { start } = await worldOf([-1, -1]);
    const { version, define, to } = await start({ settings: { learningRate: 0.1 } });
    assert.deepEqual(
      [version, define?.parent, define?.start, to],
      ['v3', 'v1', [-1, -1], [null, null]],
    );
    assert.equal(define?.learner['learningRate'], 0.1);
  });

  it('is refused beside another one, and for a version that workers hold already', async () => {
    const { start } = await worldOf([-1, -1]);
    await assert.rejects(start({}, ['v3']), { code: 'CONFLICT', message: /v3 is being built/ });
    await assert.rejects(start({ model: 'v2' }), {
      code: 'CONFLICT',
      message: /follows the stream/,
    });
    await assert.rejects(start({ model: 'v9' }), { code: 'NOT_FOUND' });
  });

  it('of a version with a start waits until all workers know of every barrier before', async () => {
    const { start, notes } = await worldOf([-1, -1]);
    let isStarted = false;
    const starting = start({ from: ['0:9', '1:9'] }).then((input) => {
      isStarted = true;
      return input;
    });
    await new Promise((resolve) => setTimeout(resolve, 300));
    assert.equal(isStarted, false, 'they have not caught up');
    for (const [at, note] of notes.entries()) notes[at] = { ...note, position: 100 };
    const { define } = await starting;
    assert.deepEqual([define?.start, define?.firstBarrier], [[9, 9], 5]);
  });
});
