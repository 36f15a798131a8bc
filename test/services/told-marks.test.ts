import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { openToldMarks, TOLD_MARKS_MAX } from '../../adapters/cluster/told-marks.ts';
import { sequence } from '../../events/position.ts';
import type { StateMark } from '../../projections/state-trail.ts';
import { RedisServer } from './redis-server.ts';

function marksOf(from: number, to: number): readonly StateMark[] {
  return Array.from({ length: to - from }, (_, n) => ({
    sequence: sequence(from + n),
    digest: String(from + n).padStart(16, '0'),
  }));
}

describe('the marks that workers tell in Redis', () => {
  let server: RedisServer;
  before(async () => {
    server = await RedisServer.start();
  });
  after(() => server.close());

  it('are those of the mover of now and of one version, whatever a relieved one still tells', async () => {
    const marks = openToldMarks(server.link({ prefix: 'a:' }));
    const [old, now] = [1, 2].map((number) => ({ partition: 0, number, holder: 'w' }));
    assert.ok(old && now);
    await marks.add(old, 'v1', marksOf(0, 3));
    await marks.add(now, 'v1', marksOf(3, 5));
    await marks.add(old, 'v1', marksOf(5, 6));
    await marks.add(now, 'v2', marksOf(6, 7));
    await marks.add(now, 'v1', []);
    await marks.add({ ...now, partition: 1 }, 'v1', marksOf(9, 10));
    assert.deepEqual(await marks.kept(now, 'v1'), marksOf(3, 5));
    assert.deepEqual(await marks.kept(now, 'v2'), marksOf(6, 7));
    assert.deepEqual(await marks.kept({ ...now, number: 3 }, 'v1'), []);
  });

  it('are bounded', async () => {
    const marks = openToldMarks(server.link({ prefix: 'b:' }));
    const fence = { partition: 0, number: 1, holder: 'w' };
    await marks.add(fence, 'v1', marksOf(0, 10));
    await marks.add(fence, 'v1', marksOf(10, TOLD_MARKS_MAX + 4));
    assert.deepEqual(await marks.kept(fence, 'v1'), marksOf(4, TOLD_MARKS_MAX + 4));
  });
});
