import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { sequence } from '../../../../events/position.ts';
import { MARKS_TOLD_MAX, MarkTelling } from '../../../../processes/cluster/worker/mark-telling.ts';
import type { StateMark } from '../../../../projections/state-trail.ts';

const fence = { partition: 3, number: 7, holder: 'a worker' };

function marksOf(from: number, to: number): StateMark[] {
  return Array.from({ length: to - from }, (_, n) => ({
    sequence: sequence(from + n),
    digest: `digest ${String(from + n)}`,
  }));
}

describe('telling the marks of a partition', () => {
  it('tells each once, some of many, and those of another version from the start', async () => {
    const trail: { version: string | null; marks: StateMark[] } = { version: null, marks: [] };
    const told: (readonly [string, readonly number[]])[] = [];
    const telling = new MarkTelling({
      ...{ fence, trail, logger: { warn: () => assert.fail() } },
      marks: {
        add: (by, version, marks) => {
          assert.equal(by, fence);
          told.push([version, marks.map((mark) => mark.sequence)]);
          return Promise.resolve();
        },
      },
    });
    await telling.tell();
    Object.assign(trail, { version: 'v1', marks: marksOf(0, 3) });
    await telling.tell();
    await telling.tell();
    trail.marks.push(...marksOf(3, 3 + 4 * MARKS_TOLD_MAX));
    await telling.tell();
    Object.assign(trail, { version: 'v2', marks: marksOf(2, 4) });
    await telling.tell();
    const everyFourth = Array.from({ length: MARKS_TOLD_MAX }, (_, n) => 6 + 4 * n);
    assert.deepEqual(told, [
      ['v1', [0, 1, 2]],
      ['v1', everyFourth],
      ['v2', [2, 3]],
    ]);
  });

  it('tries again what could not be told, and says so once', async () => {
    const trail = { version: 'v1', marks: marksOf(0, 2) };
    const warned: unknown[] = [];
    let isDown = true;
    const told: StateMark[] = [];
    const telling = new MarkTelling({
      ...{ fence, trail, logger: { warn: (about: unknown) => void warned.push(about) } },
      marks: {
        add: (_, __, marks) => {
          if (isDown) return Promise.reject(new Error('Redis is away'));
          told.push(...marks);
          return Promise.resolve();
        },
      },
    });
    await telling.tell();
    await telling.tell();
    isDown = false;
    await telling.tell();
    assert.deepEqual([warned.length, told], [1, marksOf(0, 2)]);
  });
});
