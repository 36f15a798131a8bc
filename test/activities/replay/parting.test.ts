import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { partingOf } from '../../../activities/replay/parting.ts';
import type { Witness } from '../../../activities/replay/parting.ts';

const rows = (at: number, equal: boolean): Witness => ({ at, kind: 'rows', equal });
const checkpoint = (at: number, equal: boolean): Witness => ({ at, kind: 'checkpoint', equal });
const state = (at: number, equal: boolean): Witness => ({ at, kind: 'state', equal });

describe('where a state parts from its clean replay', () => {
  it('is nowhere where it is equal, whatever was left behind on the way', () => {
    assert.equal(partingOf(-1, [checkpoint(3, false), rows(4, false), state(9, true)]), undefined);
  });

  it('lies between the start and the state where nothing else is known', () => {
    assert.deepEqual(partingOf(-1, [state(9, false)]), { after: -1, at: 9, by: 'state' });
  });

  it('lies between the last checkpoint that is equal and the next that is not', () => {
    const left = [checkpoint(2, true), checkpoint(5, false), checkpoint(7, false), state(9, false)];
    assert.deepEqual(partingOf(-1, left), { after: 2, at: 5, by: 'checkpoint' });
  });

  it('lies after a bad checkpoint where a later one is equal again', () => {
    const left = [checkpoint(2, false), checkpoint(5, true), state(9, false)];
    assert.deepEqual(partingOf(-1, left), { after: 5, at: 9, by: 'state' });
  });

  it('is narrowed by the marks in between, and by no others', () => {
    const left = [
      ...[rows(1, false), checkpoint(2, true), rows(3, true), rows(4, true), rows(6, false)],
      ...[checkpoint(7, false), rows(8, true), state(9, false)],
    ];
    assert.deepEqual(partingOf(-1, left), { after: 4, at: 6, by: 'rows' });
  });

  it('is the place itself where the rows were right when they were taken', () => {
    const left = [checkpoint(2, true), rows(5, true), checkpoint(5, false), rows(5, false)];
    const later = [...left, rows(6, false), state(9, false)];
    assert.deepEqual(partingOf(-1, later), { after: 2, at: 5, by: 'checkpoint' });
    const restarted = [checkpoint(2, true), rows(5, true), rows(5, false), checkpoint(5, false)];
    assert.deepEqual(partingOf(-1, [...restarted, state(9, false)]), {
      ...{ after: 5, at: 5, by: 'rows' },
    });
  });

  it('holds the event that was learned wrongly, whatever was left behind', () => {
    const kinds = fc.constantFrom('rows' as const, 'checkpoint' as const);
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer({ min: 0, max: 99 }), kinds), { maxLength: 40 }),
        fc.integer({ min: 0, max: 99 }),
        (places, wrong) => {
          const left = places
            .sort(([one], [other]) => one - other)
            .map(([at, kind]): Witness => ({ at, kind, equal: at < wrong }));
          const found = partingOf(-1, [...left, state(99, false)]);
          assert.ok(found !== undefined);
          assert.ok(found.after < wrong && found.at >= wrong, JSON.stringify(found));
          // A mark that is equal knows of rows alone: it narrows nothing where no mark differs.
          const nearer = left.filter(
            ({ at, kind }) =>
              at > found.after && at < found.at && (found.by === 'rows' || kind !== 'rows'),
          );
          assert.deepEqual(nearer, []);
        },
      ),
    );
  });
});
