import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { LiveState } from '../../../activities/training/prepare-run.ts';
import { promoteVersion } from '../../../activities/training/training.ts';
import type { RegisteredVersion } from '../../../activities/versions/version-registry.ts';
import { hasCode } from '../../../events/error.ts';
import { sequence } from '../../../events/position.ts';
import { definitionOf } from '../../doubles/partition-rig.ts';

const { signal } = new AbortController();

/** A partition that stands in turn where it is told, and its promotion at 5. */
function world(stands: readonly (readonly [version: string, position: number])[], retired = false) {
  let looks = 0;
  const live = (): LiveState => {
    const [version, position] = stands[Math.min(looks, stands.length - 1)] ?? ['', 0];
    looks += 1;
    return { version, position: sequence(position) };
  };
  const registered: RegisteredVersion = {
    ...{ definition: definitionOf('v2'), parent: 'v1', createdMs: 7, trainedBy: null, metrics: {} },
    ...(retired && { retired }),
  };
  const sent: string[] = [];
  const deps = {
    registry: { get: () => Promise.resolve(registered) },
    door: {
      appendShared: (_fact: unknown, id: string) => {
        sent.push(id);
        const positions = [{ partition: 0, sequence: sequence(5) }];
        return Promise.resolve({ positions, duplicate: false });
      },
    },
    live,
    sleep: () => Promise.resolve(),
    clock: () => 9,
  } as unknown as Parameters<typeof promoteVersion>[0];
  return { deps, sent, looks: () => looks };
}

describe('a promotion', () => {
  it('is over when a partition goes on by the version, not while that is being built', async () => {
    const stands = [
      ['v1', 4],
      ['v1', 5],
      ['v1', 5],
      ['v2', 5],
    ] as const;
    const { deps, looks } = world(stands);
    assert.deepEqual(await promoteVersion(deps, 'v2', { signal }), { positions: ['0:5'] });
    assert.equal(looks(), stands.length);
  });

  it('is over, too, where the partition is past it by now, whatever was promoted since', async () => {
    const { deps, looks } = world([['v3', 6]]);
    await promoteVersion(deps, 'v2', { signal });
    assert.equal(looks(), 1);
  });

  it('is refused where the base is gone: it would be passed over', async () => {
    const { deps, sent } = world([['v1', 9]], true);
    await assert.rejects(promoteVersion(deps, 'v2', { signal }), (error) =>
      hasCode(error, 'CONFLICT'),
    );
    assert.deepEqual(sent, []);
  });
});
