import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'node:test';
import fc from 'fast-check';
import { idFault } from '../../events/id.ts';
import type { Identity, IdentityStore } from '../../events/identity.ts';
import { surrogateToBytes } from '../../events/surrogate.ts';

/** An identity store that can forget. */
export interface ForgettingStore extends IdentityStore {
  remove(id: string): Promise<boolean>;
}

/** Makes an empty identity store; `close` closes it and removes what it left. */
export type IdentityFactory = () => Promise<{
  readonly identities: ForgettingStore;
  readonly close: () => Promise<void>;
}>;

async function everyId(identities: IdentityStore): Promise<string[]> {
  const ids: string[] = [];
  for await (const { id } of identities.all()) ids.push(id);
  return ids;
}

function surrogatesOf(identities: readonly Identity[]): Uint8Array {
  return Buffer.concat(identities.map(({ surrogate }) => surrogateToBytes(surrogate)));
}

/** What every identity store must do. */
export function identityContract(name: string, factory: IdentityFactory): void {
  describe(name, () => {
    const opened: (() => Promise<void>)[] = [];
    const open = async (): Promise<ForgettingStore> => {
      const { identities, close } = await factory();
      opened.push(close);
      return identities;
    };
    afterEach(async () => {
      for (const close of opened.splice(0)) await close();
    });

    it('makes an identity once and gives the same one for ever', async () => {
      const identities = await open();
      const [first, second, again] = await identities.resolve(['anna', 'bo', 'anna']);
      assert.ok(first !== undefined && second !== undefined);
      assert.deepEqual(again, first);
      assert.equal(first.key.length, 32);
      assert.notEqual(first.surrogate, second.surrogate);
      assert.notDeepEqual(first.key, second.key);
      assert.deepEqual(await identities.resolve(['bo']), [second]);
    });

    it('gives concurrent callers the same new identity', async () => {
      const identities = await open();
      const all = await Promise.all(
        Array.from({ length: 20 }, (_, n) => identities.resolve(['anna', `user-${String(n)}`])),
      );
      assert.equal(new Set(all.map(([anna]) => anna?.surrogate)).size, 1);
      assert.equal((await everyId(identities)).length, 21);
    });

    it('finds what is known and makes nothing of what is not', async () => {
      const identities = await open();
      const [anna] = await identities.resolve(['anna']);
      assert.deepEqual(await identities.find('anna'), anna);
      assert.equal(await identities.find('bo'), undefined);
      assert.deepEqual(await everyId(identities), ['anna']);
    });

    it('reveals surrogates in their order, undefined where one is gone', async () => {
      const identities = await open();
      const made = await identities.resolve(['anna', 'bo', 'cy']);
      const surrogates = surrogatesOf(made);
      assert.equal(await identities.remove('bo'), true);
      assert.equal(await identities.remove('bo'), false);
      assert.deepEqual(await identities.reveal(surrogates), [made[0], undefined, made[2]]);
      assert.equal(await identities.find('bo'), undefined);
      const [anew] = await identities.resolve(['bo']);
      assert.notEqual(anew?.surrogate, made[1]?.surrogate);
    });

    it('walks over all in byte order of the ids', async () => {
      const text = fc
        .string({ unit: 'binary', minLength: 1, maxLength: 60 })
        .filter((id) => idFault(id) === undefined);
      const property = fc.asyncProperty(fc.uniqueArray(text, { maxLength: 40 }), async (ids) => {
        const { identities, close } = await factory();
        try {
          await identities.resolve(ids);
          const ordered = [...ids].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
          assert.deepEqual(await everyId(identities), ordered);
        } finally {
          await close();
        }
      });
      await fc.assert(property, { numRuns: 20 });
    });
  });
}
