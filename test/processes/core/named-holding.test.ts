import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { RepriseError } from '../../../events/error.ts';
import {
  holdNamed,
  holdRetryMsMax,
  holdRetryMsMin,
} from '../../../processes/core/named-holding.ts';
import type { NamedHoldingDeps } from '../../../processes/core/named-holding.ts';

const DOWN = new RepriseError('UNAVAILABLE', 'the base cannot be read now');

/** Versions of which each fails as often as it is said, and time that passes at once. */
function createRig(
  failures: Readonly<Record<string, number>>,
  more: Partial<NamedHoldingDeps> = {},
) {
  const left = new Map(Object.entries(failures));
  const held = new Set<string>();
  const rig = {
    named: new Set(left.keys()),
    tries: [] as string[],
    waits: [] as number[],
    dropped: [] as string[],
    warnings: [] as string[],
    retired: new Set<string>(),
    ending: new AbortController(),
    /** What happens before a wait is over. */
    meanwhile: (): void => undefined,
  };
  const get = (version: string) => Promise.resolve({ version, retired: rig.retired.has(version) });
  const deps: NamedHoldingDeps = {
    shadows: {
      has: (version) => held.has(version),
      hold(version) {
        rig.tries.push(version);
        const failing = left.get(version) ?? 0;
        left.set(version, failing - 1);
        if (failing > 0) return Promise.reject(DOWN);
        held.add(version);
        return Promise.resolve();
      },
      drop: (version) => void rig.dropped.push(version),
    },
    registry: { get: get as unknown as NamedHoldingDeps['registry']['get'] },
    named: () => rig.named,
    isServed: () => false,
    logger: { warn: () => undefined },
    warnings: { add: (text) => void rig.warnings.push(text) },
    sleep: (ms) => {
      rig.waits.push(ms);
      rig.meanwhile();
      return Promise.resolve();
    },
    signal: rig.ending.signal,
    ...more,
  };
  const run = async (): Promise<void> => {
    const { ended } = await holdNamed(deps);
    await ended;
  };
  return { rig, held, run };
}

describe('the versions that are named beside the live one', () => {
  it('are held after a start, and one that fails is tried again while the others are there', async () => {
    const { rig, held, run } = createRig({ v2: 3, v3: 0 });
    await run();
    assert.deepEqual([...held].sort(), ['v2', 'v3']);
    // Nobody waits for the one that fails: the other is tried before it comes again.
    assert.deepEqual(rig.tries, ['v2', 'v3', 'v2', 'v2', 'v2']);
    assert.deepEqual(
      rig.waits,
      [1, 2, 4].map((times) => times * holdRetryMsMin),
    );
    assert.deepEqual(rig.dropped, ['v2', 'v2', 'v2']);
    assert.match(rig.warnings[0] ?? '', /v2 cannot be held .* yet: the base cannot be read now/);
  });

  it('are waited for no longer than a bound', async () => {
    const { rig, run } = createRig({ v2: 9 });
    await run();
    assert.equal(Math.max(...rig.waits), holdRetryMsMax);
    assert.equal(rig.tries.length, 10);
  });

  it('are tried no more when nothing names them, another way held them, or the core ends', async () => {
    for (const end of ['unnamed', 'held', 'ended'] as const) {
      const { rig, held, run } = createRig({ v2: 99 });
      rig.meanwhile = () => {
        if (rig.waits.length < 2) return;
        if (end === 'unnamed') rig.named.delete('v2');
        else if (end === 'held') held.add('v2');
        else rig.ending.abort();
      };
      await run();
      assert.equal(rig.tries.length, 2, end);
    }
  });

  it('are tried once where an erasure has taken their base', async () => {
    const { rig, run } = createRig({ v2: 99 });
    rig.retired.add('v2');
    await run();
    assert.deepEqual([rig.tries, rig.waits], [['v2'], []]);
  });

  it('are left where they serve', async () => {
    const { rig, run } = createRig({ v2: 0 }, { isServed: (version) => version === 'v2' });
    await run();
    assert.deepEqual(rig.tries, []);
  });
});
