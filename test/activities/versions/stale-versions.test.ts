import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ErasureRecord } from '../../../activities/forgetting/erasure-record.ts';
import { refuseErasedSince } from '../../../activities/versions/stale-versions.ts';
import { hasCode } from '../../../events/error.ts';

function records(...versions: readonly (string | undefined)[]) {
  const list = versions.map((version, n): ErasureRecord => {
    return {
      ...{ erasure: `e${String(n + 1)}`, state: 'done', requestedMs: 0, users: 1 },
      ...{ surrogates: [], forgotten: true, ...(version !== undefined && { version }) },
    };
  });
  return { list: () => Promise.resolve(list) };
}

describe('a version that is promoted', () => {
  it('is refused where users were erased since it was made', async () => {
    await assert.rejects(refuseErasedSince(records('v2', 'v10'), 'v9'), (error) =>
      hasCode(error, 'CONFLICT'),
    );
  });

  it('is not where erasures came before it, or are still gathered', async () => {
    await refuseErasedSince(records('v2', undefined), 'v3');
    await refuseErasedSince(records('v3'), 'v3');
    await refuseErasedSince(records(), 'v1');
  });
});
