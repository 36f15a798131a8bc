import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ERASURE_USERS_MAX, Erasures } from '../../../activities/forgetting/erasures.ts';
import type { ErasureRecord, ErasureStore } from '../../../activities/forgetting/erasure-record.ts';
import { openErasures } from '../../../adapters/embedded/records.ts';
import { hasCode } from '../../../events/error.ts';
import { surrogateToBytes } from '../../../events/surrogate.ts';
import { temporaryFolder } from '../../adapters/temporary-folder.ts';
import { createMemoryIdentities } from '../../doubles/memory-identities.ts';
import type { MemoryIdentities } from '../../doubles/memory-identities.ts';
import { createMemoryJournal } from '../../doubles/memory-journal.ts';
import { seededBytes } from '../../doubles/random-bytes.ts';

interface Fault {
  /** The step that fails once: 1 is the first write of a record, the append, the destruction, or the last write. */
  at: number;
}

class CutOff extends Error {}

/** Erasures over stores in memory and a folder, every step of which may be cut off. */
async function world(fault: Fault = { at: Infinity }, users = 6) {
  let step = 0;
  const cut = (): void => {
    step += 1;
    if (step === fault.at) throw new CutOff();
  };
  const kept = openErasures({ folder: `${await temporaryFolder()}/erasures` });
  const store: ErasureStore = {
    ...{ list: () => kept.list(), get: (erasure) => kept.get(erasure) },
    write: async (record: ErasureRecord) => {
      cut();
      await kept.write(record);
    },
  };
  const memory = createMemoryIdentities(seededBytes(1));
  const identities: MemoryIdentities = {
    ...memory,
    erase: async (surrogates) => {
      cut();
      return memory.erase(surrogates);
    },
  };
  const inner = createMemoryJournal(1);
  const journal: typeof inner = {
    ...inner,
    append: async (entries) => {
      cut();
      return inner.append(entries);
    },
  };
  const made = await identities.resolve(
    Array.from({ length: users }, (_, n) => `user-${String(n)}`),
  );
  const erasures = new Erasures({
    ...{ store, identities, journal },
    partitionOf: () => 0,
    clock: () => 1_000,
  });
  return { erasures, identities, journal, made, store };
}

describe('erasures', () => {
  it('destroy identities after UserErased stands in the journal', async () => {
    const { erasures, identities, journal, made } = await world();
    const record = await erasures.request(['user-1', 'user-1', 'user-2']);
    assert.deepEqual(
      [record.erasure, record.state, record.users, record.forgotten],
      ['e1', 'collecting', 2, true],
    );
    for (const [n, identity] of made.entries()) {
      const isErased = n === 1 || n === 2;
      assert.equal(await journal.isErased(surrogateToBytes(identity.surrogate)), isErased);
      assert.equal((await identities.find(identity.id)) === undefined, isErased);
    }
  });

  it('gather while they may, and open another when one is under way', async () => {
    const { erasures } = await world();
    await erasures.request(['user-0']);
    assert.equal((await erasures.request(['user-1'])).users, 2);
    await erasures.change('e1', (record) => ({ ...record, state: 'rebuilding' }));
    const next = await erasures.request(['user-2']);
    assert.deepEqual([next.erasure, next.users], ['e2', 1]);
    assert.deepEqual(
      (await erasures.pending()).map(({ erasure }) => erasure),
      ['e1', 'e2'],
    );
  });

  it('refuse who is unknown or gone, and change nothing', async () => {
    const { erasures, identities, journal } = await world();
    await erasures.request(['user-0']);
    for (const users of [
      ['user-1', 'nobody'],
      ['user-1', 'user-0'],
    ]) {
      await assert.rejects(erasures.request(users), (error) => hasCode(error, 'NOT_FOUND'));
    }
    assert.equal((await identities.find('user-1'))?.id, 'user-1');
    assert.equal(journal.head(0), 0);
    assert.equal((await erasures.get('e1'))?.users, 1);
  });

  it('are refused where one erasure would gather too many', async () => {
    const { erasures, identities } = await world(undefined, ERASURE_USERS_MAX + 1);
    const users = Array.from({ length: ERASURE_USERS_MAX + 1 }, (_, n) => `user-${String(n)}`);
    await assert.rejects(erasures.request(users), (error) => hasCode(error, 'BUSY'));
    assert.ok((await identities.find('user-0')) !== undefined);
  });

  it('never take a user twice, however many ask at a time', async () => {
    const { erasures } = await world();
    const asked = Array.from({ length: 5 }, () => erasures.request(['user-3']));
    const settled = await Promise.allSettled(asked);
    assert.equal(settled.filter(({ status }) => status === 'fulfilled').length, 1);
    assert.equal((await erasures.get('e1'))?.users, 1);
  });

  for (const at of [1, 2, 3, 4]) {
    it(`are ended by the next start where step ${String(at)} was cut off`, async () => {
      const { erasures, identities, journal, made } = await world({ at });
      await assert.rejects(erasures.request(['user-4', 'user-5']), CutOff);
      await erasures.resume();
      for (const { id, surrogate } of made.slice(4)) {
        // What was not even noted has not happened; everything else is whole.
        const isKept = at === 1;
        assert.equal((await identities.find(id)) !== undefined, isKept);
        assert.equal(await journal.isErased(surrogateToBytes(surrogate)), !isKept);
      }
      const [record] = await erasures.pending();
      if (at > 1) assert.deepEqual([record?.users, record?.forgotten], [2, true]);
      else assert.equal(record, undefined);
    });
  }
});
