import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Journal } from '../../../events/journal.ts';
import { sequence } from '../../../events/position.ts';
import { surrogateToBytes } from '../../../events/surrogate.ts';
import { ShownItems } from '../../../projections/rules/shown-items.ts';
import type { ShownSource } from '../../../projections/rules/shown-items.ts';
import {
  shownBehindEventsMax,
  shownEventsMax,
  shownItemsMax,
} from '../../../projections/rules/shown-log.ts';
import { PartitionRig } from '../../doubles/partition-rig.ts';
import type { Told } from '../../doubles/partition-rig.ts';

const yieldNow = (): Promise<void> => Promise.resolve();
const ROTATION = { strength: 0.75, halfLifeS: 10 };

/** A rig whose events are appended at these milliseconds, a batch each. */
async function told(...batches: readonly { at: number; events: readonly Told[] }[]) {
  const rig = await PartitionRig.create();
  for (const [number, { at, events }] of batches.entries()) {
    // A batch moves the clock by one.
    rig.appendedMs = at - 1;
    await rig.tell(
      ...events.map((event, n) => ({ id: `${String(number)}/${String(n)}`, ...event })),
    );
  }
  return rig;
}

async function surrogateOf(rig: PartitionRig, user: string): Promise<Uint8Array> {
  const identity = await rig.identities.find(user);
  assert.ok(identity);
  return surrogateToBytes(identity.surrogate);
}

async function factorsOf(
  source: ShownSource,
  surrogate: Uint8Array,
  at: number,
  rotation = ROTATION,
): Promise<Record<string, number>> {
  for (;;) {
    const found = source.factors(surrogate, { partition: 0, sequence: sequence(at) }, rotation);
    if (!(found instanceof Promise)) return Object.fromEntries(found);
    await found;
  }
}

function shown(user: string, item: string, timeMs: number): Told {
  return { user, item, timeMs, type: 'impression' };
}

test('what was shown sinks, recovers with time, and rises at once by a deed', async () => {
  const rig = await told(
    { at: 1_000, events: [shown('ada', 'a', 1_000), shown('bob', 'a', 1_000)] },
    { at: 11_000, events: [shown('ada', 'a', 11_000), shown('ada', 'b', 99_000)] },
    { at: 21_000, events: [{ user: 'bob', item: 'x' }] },
    { at: 21_500, events: [{ user: 'ada', item: 'a', type: 'skip' }] },
    { at: 31_500, events: [shown('ada', 'a', 31_500)] },
  );
  const ada = await surrogateOf(rig, 'ada');
  const source = new ShownItems(rig.journal, yieldNow);
  assert.deepEqual(await factorsOf(source, ada, -1), {});
  assert.deepEqual(await factorsOf(source, ada, 0), { a: 0.25 });
  // One just now and one a half-life ago; a time ahead of its append counts from then.
  assert.deepEqual(await factorsOf(source, ada, 3), { a: 0.25 ** 1.5, b: 0.25 });
  assert.deepEqual(await factorsOf(source, ada, 4), { a: 0.25 ** 0.75, b: 0.25 ** 0.5 });
  const later = await factorsOf(source, ada, 5);
  assert.deepEqual(Object.keys(later), ['b']);
  assert.equal((await factorsOf(source, ada, 6))['a'], 0.25, 'shown again after the deed');
  // Asked for a place before what was read, it says what it said.
  assert.deepEqual(await factorsOf(source, ada, 3), { a: 0.25 ** 1.5, b: 0.25 });
  const bob = await surrogateOf(rig, 'bob');
  assert.deepEqual(await factorsOf(source, bob, 6, { ...ROTATION, halfLifeS: 1e9 }), {
    a: 0.25 ** (2 ** (-30.5 / 1e9)),
  });
});

test('whoever was erased was shown nothing', async () => {
  const rig = await told({ at: 1_000, events: [shown('ada', 'a', 1_000)] });
  const ada = await surrogateOf(rig, 'ada');
  const { surrogate: user } = (await rig.identities.find('ada'))!;
  await rig.publish({ kind: 'UserErased', user, timeMs: 1 }, 'erased');
  assert.deepEqual(await factorsOf(new ShownItems(rig.journal, yieldNow), ada, 1), {});
});

test('a reader that goes on with the journal says what one that begins there says', async () => {
  const events = fc.array(
    fc.record({
      user: fc.constantFrom('ada', 'bob'),
      item: fc.constantFrom('a', 'b', 'c'),
      type: fc.constantFrom('impression', 'impression', 'play', 'skip'),
      timeMs: fc.integer({ min: 0, max: 60_000 }),
    }),
    { minLength: 1, maxLength: 8 },
  );
  const check = fc.asyncProperty(fc.array(events, { minLength: 1, maxLength: 6 }), async (all) => {
    const rig = await told(...all.map((each, n) => ({ at: (n + 1) * 7_000, events: each })));
    await rig.identities.resolve(['ada', 'bob']);
    const ends: number[] = [];
    for (const each of all) ends.push((ends.at(-1) ?? -1) + each.length);
    let head = -1;
    // A journal that ends where the test says.
    const growing: Pick<Journal, 'read'> = {
      read: (partition, after) =>
        after >= head ? Promise.resolve(undefined) : rig.journal.read(partition, after),
    };
    const going = new ShownItems(growing, yieldNow);
    for (const end of ends) {
      head = end;
      for (const user of ['ada', 'bob']) {
        const surrogate = await surrogateOf(rig, user);
        const place = Math.max(-1, end - 2);
        for (const at of [end, place]) {
          const fresh = await factorsOf(new ShownItems(rig.journal, yieldNow), surrogate, at);
          assert.deepEqual(await factorsOf(going, surrogate, at), fresh);
        }
      }
    }
  });
  await fc.assert(check, { numRuns: 60 });
});

test('what is too long ago or too much counts no more, wherever a reader began', async () => {
  const rig = await PartitionRig.create();
  const many = Array.from({ length: shownItemsMax + 1 }, (_, n) => ({
    ...shown('ada', `i${String(n)}`, 1),
    id: `many/${String(n)}`,
  }));
  await rig.tell(...many);
  const ada = await surrogateOf(rig, 'ada');
  const source = new ShownItems(rig.journal, yieldNow);
  const factors = await factorsOf(source, ada, shownItemsMax);
  assert.deepEqual([Object.keys(factors).length, factors['i0']], [shownItemsMax, undefined]);
  const filling = 4_096;
  for (let told = many.length; told < shownEventsMax + shownBehindEventsMax; told += filling) {
    const block = Array.from({ length: filling }, (_, n) => ({
      ...{ user: 'bob', item: 'x', id: `fill/${String(told + n)}` },
    }));
    await rig.tell(...block);
  }
  for (const at of [shownEventsMax - 1, shownEventsMax + 99, shownEventsMax + shownItemsMax]) {
    const going = Object.keys(await factorsOf(source, ada, at)).length;
    const fresh = await factorsOf(new ShownItems(rig.journal, yieldNow), ada, at);
    assert.equal(going, Object.keys(fresh).length);
    // The first that counts stands right after `at − shownEventsMax`, and there is one more than may count.
    assert.equal(going, Math.min(shownItemsMax, shownItemsMax - (at - shownEventsMax)));
  }
});
