import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { REBUILD_ASK_MS, RebuildAsking } from '../../../../processes/cluster/api/rebuild-asking.ts';

function rig() {
  const asked: boolean[] = [];
  const state = { now: 1_000, isDown: false };
  const asking = new RebuildAsking({
    kind: 'erasure',
    durable: {
      startRebuild: (_kind, now) => {
        asked.push(now);
        if (state.isDown) return Promise.reject(new Error('temporal is away'));
        return Promise.resolve({ workflowId: 'erase-users', url: 'http://ui/erase-users' });
      },
    },
    clock: () => state.now,
    logger: { warn: () => undefined },
  });
  return { asking, asked, state };
}

describe('asking for a version without some events', () => {
  it('is done once while something is pending, and again after a while', async () => {
    const { asking, asked, state } = rig();
    asking.remind(false);
    assert.deepEqual(asked, []);
    asking.wake(true);
    await setImmediate();
    assert.deepEqual(asking.about, { url: 'http://ui/erase-users', failure: undefined });
    asking.remind(true);
    assert.deepEqual(asked, [true]);
    state.now += REBUILD_ASK_MS;
    asking.remind(true);
    assert.deepEqual(asked, [true, false]);
    asking.remind(false);
    asking.remind(true);
    assert.deepEqual(asked, [true, false, false], 'what is pending anew is asked for at once');
  });

  it('is tried at the next look where no workflow could be asked, and says why', async () => {
    const { asking, asked, state } = rig();
    state.isDown = true;
    asking.wake(true);
    await setImmediate();
    assert.equal(asking.about.failure, 'temporal is away');
    state.isDown = false;
    asking.remind(true);
    await setImmediate();
    assert.deepEqual(asked, [true, false]);
    assert.equal(asking.about.failure, undefined);
  });
});
