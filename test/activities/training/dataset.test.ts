import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import {
  holdoutCut,
  HOLDOUT_EVENTS_MAX,
  readDataset,
} from '../../../activities/training/dataset.ts';
import type { Dataset } from '../../../activities/training/dataset.ts';
import { DEFAULT_INTERACTION_TYPES } from '../../../events/interaction-type.ts';
import { sequence } from '../../../events/position.ts';
import { definitionOf, PartitionRig } from '../../doubles/partition-rig.ts';
import type { Told } from '../../doubles/partition-rig.ts';

const VERSION = definitionOf('v1', {}, 1);

/** Reads a dataset with this cut out of what was told, a block an event. */
async function datasetOf(told: readonly Told[], cut: number): Promise<Dataset> {
  const rig = await PartitionRig.create(1);
  for (const [n, one] of told.entries()) await rig.tell({ id: `e${n}`, ...one });
  const parent = await (await rig.replay(rig.runtime(VERSION), sequence(cut))).capture();
  return readDataset(
    { journal: rig.journal, yieldNow: () => Promise.resolve(), clock: () => 0, sliceMsMax: 8 },
    {
      ...{ partition: 0, cut: sequence(cut), head: rig.journal.head(0) },
      types: DEFAULT_INTERACTION_TYPES,
    },
    parent,
    { signal: new AbortController().signal, onProgress: () => undefined },
  );
}

function columns(dataset: Dataset, name: string): number[][] {
  const of = (field: string) => Array.from(dataset.tensors[`${name}${field}`]!.data);
  return of('Users').map((user, at) => [user, of('Items')[at]!]);
}

describe('a dataset', () => {
  it('is what users did up to the cut, by the rows of the parent, in the order of the journal', async () => {
    const dataset = await datasetOf(
      [
        { user: 'a', item: 'x' },
        { user: 'b', item: 'y', type: 'dislike' },
        { user: 'a', item: 'y', type: 'view' },
        { user: 'b', item: 'x' },
      ],
      2,
    );
    assert.deepEqual(columns(dataset, 'train'), [
      [0, 0],
      [1, 1],
      [0, 1],
    ]);
    assert.deepEqual(Array.from(dataset.tensors['trainWeights']!.data), [1, -1, 0.5]);
    assert.equal(dataset.positives, 2);
    assert.equal(dataset.holdoutEvents, 1);
  });

  it('holds out positives of known users and items alone, half to choose by and half to measure', async () => {
    const dataset = await datasetOf(
      [
        { user: 'a', item: 'x' },
        { user: 'b', item: 'y' },
        { user: 'new', item: 'x' },
        { user: 'a', item: 'new' },
        { user: 'a', item: 'y', type: 'dislike' },
        { user: 'a', item: 'y' },
        { user: 'b', item: 'x' },
        { user: 'b', item: 'y' },
      ],
      1,
    );
    assert.equal(dataset.holdoutEvents, 3);
    assert.deepEqual(columns(dataset, 'validation'), [
      [0, 1],
      [1, 1],
    ]);
    assert.deepEqual(columns(dataset, 'holdout'), [[1, 0]]);
  });

  it('has no place for events that the parent refused or never knew the type of', async () => {
    const dataset = await datasetOf(
      [
        { user: 'a', item: 'x' },
        { user: 'a', item: 'y', type: 'unheard-of' },
      ],
      1,
    );
    assert.deepEqual(columns(dataset, 'train'), [[0, 0]]);
  });
});

describe('the cut', () => {
  it('stands between the start and the head, and never goes back while the head goes on', () => {
    const head = fc.integer({ min: -1, max: 1_000_000 });
    const share = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(head, head, share, fc.nat(500), (one, other, held, start) => {
        const [low, high] = [Math.min(one, other), Math.max(one, other)];
        const early = holdoutCut(sequence(low), start - 1, held);
        const late = holdoutCut(sequence(high), start - 1, held);
        assert.ok(early <= late);
        assert.ok(late >= start - 1);
        assert.ok(high - late <= HOLDOUT_EVENTS_MAX);
        if (high >= start - 1) assert.ok(late <= high);
      }),
    );
  });
});
