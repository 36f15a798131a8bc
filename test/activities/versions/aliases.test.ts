import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { AliasBook } from '../../../activities/versions/alias-book.ts';
import { foldAlias } from '../../../activities/versions/aliases.ts';
import type { Aliases } from '../../../activities/versions/aliases.ts';
import { openAliases } from '../../../adapters/embedded/aliases.ts';
import type { Fact } from '../../../events/fact.ts';
import { ORIGIN, sequence } from '../../../events/position.ts';
import { temporaryFolder } from '../../adapters/temporary-folder.ts';
import { PartitionRig } from '../../doubles/partition-rig.ts';
import { somePlays } from '../../doubles/training-world.ts';

const START: Aliases = { live: 'v1', shadow: null, previous: null };

function promoted(version: string): Fact {
  return { kind: 'ModelPromoted', version, baseSha256: [], start: [], settings: {}, timeMs: 0 };
}

function shadowed(version: string): Fact {
  return { kind: 'ShadowAssigned', version, timeMs: 0 };
}

function check(
  facts: readonly Fact[],
  live: string,
  shadow: string | null,
  previous: string | null,
) {
  assert.deepEqual(facts.reduce(foldAlias, START), { live, shadow, previous });
}

describe('aliases', () => {
  it('follow promotions and shadows', () => {
    check([], 'v1', null, null);
    check([shadowed('v2')], 'v1', 'v2', null);
    check([shadowed('v2'), promoted('v2')], 'v2', 'v1', 'v1');
    check([shadowed('v2'), promoted('v2'), promoted('v1')], 'v1', 'v2', 'v2');
    check([shadowed('v2'), promoted('v2'), shadowed('v3')], 'v2', 'v3', 'v1');
    check([shadowed('v2'), promoted('v3')], 'v3', 'v2', 'v1');
    check([promoted('v2')], 'v2', 'v1', 'v1');
  });

  it('do not change where the live version is promoted or made the shadow', () => {
    check([promoted('v2'), promoted('v2'), shadowed('v2')], 'v2', 'v1', 'v1');
  });

  it('are read from the journal, kept, and read on from there', async () => {
    const rig = await PartitionRig.create();
    const store = openAliases({ folder: await temporaryFolder() });
    await rig.tell(...somePlays(5));
    await rig.publish(shadowed('v2'), 'shadow');
    await rig.tell(...somePlays(5, 5));
    const read: number[] = [];
    const journal = {
      head: (partition: number) => rig.journal.head(partition),
      read: (partition: number, after: Parameters<typeof rig.journal.read>[1]) => {
        read.push(after);
        return rig.journal.read(partition, after);
      },
      changed: (...args: Parameters<typeof rig.journal.changed>) => rig.journal.changed(...args),
    };
    const told: Aliases[] = [];
    const book = new AliasBook({
      ...{ journal, store, first: 'v1' },
      onChange: (aliases) => told.push(aliases),
    });
    await book.catchUp();
    assert.equal(book.position, 10);
    assert.equal(book.aliases.shadow, 'v2');
    const ending = new AbortController();
    const following = book.follow(ending.signal);
    await rig.publish(promoted('v2'), 'promotion');
    while (book.aliases.live !== 'v2') await new Promise((resolve) => setImmediate(resolve));
    ending.abort();
    await following;
    assert.deepEqual(
      told.map(({ live }) => live),
      ['v1', 'v2'],
    );
    await store.write({ live: 'v2', shadow: 'v1', previous: 'v1', position: sequence(11) });
    read.length = 0;
    const again = new AliasBook({ journal, store, first: 'v1' });
    await again.catchUp();
    assert.deepEqual(read, [], 'nothing is read again');
    assert.equal(again.aliases.live, 'v2');
  });

  it('are read from the start where what was kept is past the head or cannot be read', async () => {
    const rig = await PartitionRig.create();
    await rig.publish(shadowed('v2'), 'shadow');
    const folder = await temporaryFolder();
    const store = openAliases({ folder });
    assert.equal(await store.read(), undefined);
    await store.write({ live: 'v9', shadow: null, previous: null, position: sequence(7) });
    const book = new AliasBook({ journal: rig.journal, store, first: 'v1' });
    assert.deepEqual([book.aliases.live, book.position], ['v1', ORIGIN]);
    await book.catchUp();
    assert.deepEqual([book.aliases.live, book.aliases.shadow], ['v1', 'v2']);
  });
});
