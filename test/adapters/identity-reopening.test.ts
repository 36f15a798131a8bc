import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { openIdentities } from '../../adapters/embedded/identity.ts';
import { IdentityCache } from '../../events/identity-cache.ts';
import { binaryKey } from '../../events/binary-key.ts';
import { hasCode } from '../../events/error.ts';
import type { Identity } from '../../events/identity.ts';
import { surrogateToBytes } from '../../events/surrogate.ts';
import { surrogateOf } from '../doubles/facts.ts';
import { seededBytes } from '../doubles/random-bytes.ts';
import { temporaryFolder } from './temporary-folder.ts';

const LONG = 'é'.repeat(128);

describe('an identity store that is opened again', () => {
  it('has every identity, whatever the bytes of its id, and none that was removed', async () => {
    const folder = await temporaryFolder();
    const first = openIdentities({ folder, random: seededBytes(1) });
    const ids = ['anna', '__proto__', LONG, '😀', '\u0001'];
    const made = await first.resolve(ids);
    await first.remove('anna');
    await first.close();
    const second = openIdentities({ folder, random: seededBytes(2) });
    const surrogates = Buffer.concat(made.map(({ surrogate }) => surrogateToBytes(surrogate)));
    assert.deepEqual(await second.reveal(surrogates), [undefined, ...made.slice(1)]);
    assert.deepEqual(await second.resolve(ids.slice(1)), made.slice(1));
    assert.equal(await second.find('anna'), undefined);
    await second.close();
  });

  it('keeps what it told while it was being closed', async () => {
    const folder = await temporaryFolder();
    const first = openIdentities({ folder, random: seededBytes(1) });
    const telling = first.resolve(['anna']);
    await first.close();
    const [anna] = await telling;
    await assert.rejects(first.resolve(['bo']), (error) => hasCode(error, 'UNAVAILABLE'));
    const second = openIdentities({ folder, random: seededBytes(2) });
    assert.deepEqual(await second.find('anna'), anna);
    await second.close();
  });

  it('walks over more identities than one page holds', async () => {
    const folder = await temporaryFolder();
    const identities = openIdentities({ folder, random: seededBytes(1) });
    const ids = Array.from({ length: 2_500 }, (_, n) => `user-${String(n).padStart(5, '0')}`);
    await identities.resolve(ids);
    const walked: string[] = [];
    for await (const { id } of identities.all()) walked.push(id);
    assert.deepEqual(walked, ids);
    await identities.close();
  });

  it('makes an identity anew where the user is removed at the same time', async () => {
    const folder = await temporaryFolder();
    const identities = openIdentities({ folder, random: seededBytes(1) });
    const [before] = await identities.resolve(['anna']);
    const [removed, [after]] = await Promise.all([
      identities.remove('anna'),
      identities.resolve(['anna']),
    ]);
    assert.equal(removed, true);
    assert.notEqual(after?.surrogate, before?.surrogate);
    assert.deepEqual(await identities.find('anna'), after);
    await identities.close();
  });

  it('refuses an id that is none', async () => {
    const folder = await temporaryFolder();
    const identities = openIdentities({ folder, random: seededBytes(1) });
    await assert.rejects(identities.resolve(['ok', 'a\0']), (error) => hasCode(error, 'INVALID'));
    assert.equal(await identities.find(''), undefined);
    assert.equal(await identities.remove(''), false);
    await identities.close();
  });
});

describe('the cache of identities', () => {
  const identityOf = (n: number): Identity => ({
    id: `user-${String(n)}`,
    surrogate: surrogateOf(n),
    key: new Uint8Array(32),
  });

  it('stays within its bound and keeps what is used', () => {
    const cache = new IdentityCache(10);
    cache.add(identityOf(0));
    for (let n = 1; n < 100; n += 1) {
      cache.add(identityOf(n));
      assert.ok(cache.size <= 10);
      assert.equal(cache.findById('user-0')?.id, 'user-0');
    }
    assert.equal(cache.findById('user-1'), undefined);
  });

  it('finds by surrogate and forgets what is removed', () => {
    const cache = new IdentityCache(10);
    const identity = identityOf(1);
    const surrogate = binaryKey(surrogateToBytes(identity.surrogate));
    cache.add(identity);
    assert.equal(cache.findBySurrogate(surrogate), identity);
    cache.remove(identity);
    assert.equal(cache.findBySurrogate(surrogate), undefined);
    assert.equal(cache.findById(identity.id), undefined);
  });
});
