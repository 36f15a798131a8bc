import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ErasureRecord } from '../../../../activities/forgetting/erasure-record.ts';
import type { Surrogate } from '../../../../events/fact.ts';
import { endErased } from '../../../../processes/cluster/ingest/erased-rows.ts';
import { HiddenUsers } from '../../../../processes/cluster/api/hidden-users.ts';
import { surrogateFromBytes } from '../../../../events/surrogate.ts';

const [ADA, BO, CY] = ['a', 'b', 'c'].map((letter) => letter.repeat(32) as Surrogate) as [
  Surrogate,
  Surrogate,
  Surrogate,
];

function record(erasure: string, more: Partial<ErasureRecord>): ErasureRecord {
  return {
    ...{ erasure, state: 'collecting', requestedMs: 0, users: 1, surrogates: [] },
    ...{ forgotten: false, ...more },
  };
}

describe('hidden users', () => {
  it('are those of every erasure that is not done', async () => {
    let changed: readonly ErasureRecord[] = [];
    let hidden: readonly Surrogate[] | undefined;
    const users = new HiddenUsers({
      records: { changed: () => Promise.resolve(changed) },
      hiding: [{ hide: (surrogates) => (hidden = [...surrogates]) }],
    });
    await users.look();
    assert.equal(hidden, undefined, 'nothing is said where nothing changed');
    changed = [
      record('e1', { surrogates: [ADA], state: 'rebuilding' }),
      record('e2', { surrogates: [BO] }),
    ];
    await users.look();
    assert.deepEqual(hidden, [ADA, BO]);
    changed = [record('e1', { state: 'done' }), record('e2', { surrogates: [BO, CY] })];
    await users.look();
    assert.deepEqual(hidden, [BO, CY]);
    assert.deepEqual(
      users.pending.map(({ erasure }) => erasure),
      ['e2'],
    );
  });
});

describe('erasures that were cut off', () => {
  it('lose the rows of those alone whose erasure stands in the journal', async () => {
    const destroyed: Surrogate[] = [];
    await endErased({
      records: {
        list: () =>
          Promise.resolve([
            record('e1', { surrogates: [CY], state: 'done' }),
            record('e2', { surrogates: [CY], forgotten: true, state: 'rebuilding' }),
            record('e3', { surrogates: [ADA, BO] }),
          ]),
      },
      journal: { isErased: (bytes) => Promise.resolve(surrogateFromBytes(bytes) !== BO) },
      identities: {
        erase: (surrogates) => {
          destroyed.push(...surrogates);
          return Promise.resolve(surrogates.length);
        },
      },
    });
    assert.deepEqual(destroyed, [ADA]);
  });
});
