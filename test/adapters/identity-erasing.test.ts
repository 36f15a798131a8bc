import assert from 'node:assert/strict';
import { readFileSync, mkdirSync, writeFileSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { openIdentities } from '../../adapters/embedded/identity.ts';
import { REWRITE_ROWS_MAX } from '../../adapters/embedded/lmdb/lmdb-rewriting.ts';
import type { Identity } from '../../events/identity.ts';
import { surrogateToBytes } from '../../events/surrogate.ts';
import { seededBytes } from '../doubles/random-bytes.ts';
import { temporaryFolder } from './temporary-folder.ts';

/** Enough for several transactions of a rewriting, and pages that split. */
const USERS = 2 * REWRITE_ROWS_MAX + 500;

function idOf(n: number): string {
  return `listener-${String(n)}-of-many`;
}

function traces(folder: string, { id, key, surrogate }: Identity): readonly string[] {
  const bytes = readFileSync(join(folder, 'data.mdb'));
  const found = { id: Buffer.from(id), key, surrogate: surrogateToBytes(surrogate) };
  return Object.entries(found).flatMap(([name, each]) =>
    bytes.includes(Buffer.from(each)) ? [name] : [],
  );
}

describe('erasing identities', () => {
  it('leaves no byte of id, key and surrogate in the file, and everybody else', async () => {
    const folder = join(await temporaryFolder(), 'identity');
    const identities = openIdentities({ folder, random: seededBytes(1) });
    const made = await identities.resolve(Array.from({ length: USERS }, (_, n) => idOf(n)));
    const gone = made.filter((_, n) => n % 90 === 7);
    const [first] = gone;
    assert.ok(first !== undefined);
    assert.deepEqual(traces(folder, first), ['id', 'key', 'surrogate'], 'the search finds them');
    // A row that was removed alone stands on in the file: this is what a rewriting is for.
    assert.equal(await identities.remove(first.id), true);
    assert.notDeepEqual(traces(folder, first), []);
    const erased = await identities.erase(gone.map(({ surrogate }) => surrogate));
    assert.equal(erased, gone.length - 1);
    for (const identity of gone) assert.deepEqual(traces(folder, identity), [], identity.id);
    const all: string[] = [];
    for await (const { id } of identities.all()) all.push(id);
    assert.equal(all.length, USERS - gone.length);
    const [second] = made;
    assert.deepEqual(await identities.find(idOf(0)), second);
    assert.equal(await identities.find(first.id), undefined);
    const [anew] = await identities.resolve([first.id]);
    assert.notEqual(anew?.surrogate, first.surrogate);
    await identities.close();
    const again = openIdentities({ folder, random: seededBytes(2) });
    assert.deepEqual(await again.find(idOf(0)), second);
    assert.deepEqual(await again.find(first.id), anew);
    await again.close();
  });

  it('lets others be made and read meanwhile', async () => {
    const folder = join(await temporaryFolder(), 'identity');
    const identities = openIdentities({
      folder,
      random: seededBytes(1),
      identityCacheEntriesMax: 2,
    });
    const made = await identities.resolve(Array.from({ length: 600 }, (_, n) => idOf(n)));
    const isOver = { yes: false };
    let asked = 0;
    const reading = (async () => {
      while (!isOver.yes) {
        const n = 300 + (asked++ % 300);
        assert.deepEqual(await identities.find(idOf(n)), made[n]);
        const [revealed] = await identities.reveal(surrogateToBytes(made[n]!.surrogate));
        assert.deepEqual(revealed, made[n]);
        await new Promise((resolve) => setImmediate(resolve));
      }
    })();
    for (let round = 0; round < 5; round += 1) {
      const erasing = identities.erase(
        made.slice(round * 10, round * 10 + 10).map((one) => one.surrogate),
      );
      const [fresh] = await identities.resolve([`fresh-${String(round)}`]);
      assert.equal(await erasing, 10);
      assert.deepEqual(await identities.find(`fresh-${String(round)}`), fresh);
    }
    isOver.yes = true;
    await reading;
    assert.ok(asked > 5);
    await identities.close();
  });

  it('passes over what it does not know, and removes what a cut-off rewriting left', async () => {
    const parent = await temporaryFolder();
    const folder = join(parent, 'identity');
    mkdirSync(join(parent, 'identity.draft'));
    writeFileSync(join(parent, 'identity.draft', 'data.mdb'), 'half a copy');
    const identities = openIdentities({ folder, random: seededBytes(1) });
    assert.equal(existsSync(join(parent, 'identity.draft')), false);
    const [anna] = await identities.resolve(['anna']);
    assert.ok(anna !== undefined);
    assert.equal(await identities.erase([anna.surrogate, anna.surrogate]), 1);
    assert.equal(await identities.erase([anna.surrogate]), 0);
    await identities.close();
  });
});
