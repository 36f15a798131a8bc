import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { RepriseError } from '../../../../events/error.ts';
import type { Identity } from '../../../../events/identity.ts';
import { KnownIdentities } from '../../../../processes/cluster/api/known-identities.ts';
import { worldIdentities } from '../../../projections/delta-world.ts';

class Store {
  isDown = false;
  isSilent = false;
  asked = 0;
  find(id: string): Promise<Identity | undefined> {
    this.asked += 1;
    if (this.isSilent) return new Promise(() => undefined);
    if (this.isDown) return Promise.reject(new RepriseError('UNAVAILABLE', 'away'));
    return worldIdentities.find(id);
  }
}

describe('known identities', () => {
  it('outlive an outage, which is told with its start', async () => {
    const store = new Store();
    let now = 1_000;
    const known = new KnownIdentities({ store, clock: () => now });
    const ada = await known.find('ada');
    assert.ok(ada);
    assert.equal(known.trouble, undefined);
    store.isDown = true;
    assert.deepEqual(await known.find('ada'), ada);
    assert.equal(await known.find('bob'), undefined);
    assert.deepEqual(known.trouble, { sinceMs: 1_000, why: 'away' });
    const { asked } = store;
    assert.deepEqual(await known.find('ada'), ada);
    assert.equal(store.asked, asked, 'a store that failed is left alone for a while');
    store.isDown = false;
    now += 2_000;
    assert.ok(await known.find('bob'));
    assert.equal(known.trouble, undefined);
  });

  it('are taken from memory where the store is silent', async () => {
    const store = new Store();
    const known = new KnownIdentities({ store, clock: () => 0, findMsMax: 5 });
    const ada = await known.find('ada');
    store.isSilent = true;
    assert.deepEqual(await known.find('ada'), ada);
    assert.match(known.trouble?.why ?? '', /does not answer within 5 ms/);
  });

  it('are bounded, and forget whom the store forgot', async () => {
    const store = new Store();
    const known = new KnownIdentities({ store, clock: () => 0, knownIdentitiesMax: 2 });
    for (const id of ['ada', 'bob', 'cyd']) await known.find(id);
    store.isDown = true;
    assert.equal(await known.find('ada'), undefined);
    assert.ok(await known.find('cyd'));
  });

  it('let through what is no outage', async () => {
    const failing = { find: () => Promise.reject(new RangeError('a bug')) };
    const known = new KnownIdentities({ store: failing, clock: () => 0 });
    await assert.rejects(known.find('ada'), RangeError);
  });

  it('tell nobody of who is hidden, also while the store is away', async () => {
    const store = new Store();
    const known = new KnownIdentities({ store, clock: () => 0 });
    const [ada, bob] = [await known.find('ada'), await known.find('bob')];
    assert.ok(ada && bob);
    known.hide(new Set([ada.surrogate]));
    store.isDown = true;
    assert.equal(await known.find('ada'), undefined);
    assert.deepEqual(await known.find('bob'), bob);
  });
});
