import assert from 'node:assert/strict';
import { describe, it, mock } from 'node:test';
import { IndexPacing } from '../../../processes/core/index-pacing.ts';

function setStage(build: () => Promise<unknown>): { pacing: IndexPacing; errors: unknown[] } {
  const errors: unknown[] = [];
  const pacing = new IndexPacing({
    clock: () => Date.now(),
    buildIntervalMsMin: 1_000,
    build,
    onError: (error) => errors.push(error),
  });
  return { pacing, errors };
}

describe('index pacing', () => {
  it('builds at once, then once an interval however often a build is due', (t) => {
    t.mock.timers.enable({ apis: ['setTimeout', 'Date'] });
    const build = mock.fn(() => Promise.resolve());
    const { pacing } = setStage(build);
    pacing.due();
    assert.equal(build.mock.callCount(), 1);
    pacing.due();
    pacing.due();
    t.mock.timers.tick(999);
    assert.equal(build.mock.callCount(), 1);
    t.mock.timers.tick(1);
    assert.equal(build.mock.callCount(), 2);
    t.mock.timers.tick(5_000);
    assert.equal(build.mock.callCount(), 2, 'nothing was due any more');
    pacing.due();
    assert.equal(build.mock.callCount(), 3);
  });

  it('reports a build that could not be started, and goes on', async () => {
    const { pacing, errors } = setStage(() => Promise.reject(new Error('temporal is off')));
    pacing.due();
    await new Promise((resolve) => setImmediate(resolve));
    assert.match(String(errors[0]), /temporal is off/);
    pacing.close();
  });

  it('starts nothing after it was closed', (t) => {
    t.mock.timers.enable({ apis: ['setTimeout', 'Date'] });
    const build = mock.fn(() => Promise.resolve());
    const { pacing } = setStage(build);
    pacing.due();
    pacing.due();
    pacing.close();
    t.mock.timers.tick(10_000);
    pacing.due();
    assert.equal(build.mock.callCount(), 1);
  });
});
