import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { hasCode } from '../../events/error.ts';
import type { IdentityStore } from '../../events/identity.ts';
import { SURROGATE_BYTES } from '../../events/surrogate.ts';
import { neighbourStepUsersMax, UserNeighbours } from '../../projections/user-neighbours.ts';
import { DeltaWorld, surrogateOf, worldIdentities } from './delta-world.ts';
import { servingRig } from './serving-rig.ts';

/** Neighbours over worlds, one a partition; a user stands in the one that has them. */
async function createRig(worlds: readonly DeltaWorld[], gone: ReadonlySet<string> = new Set()) {
  const { serving } = await servingRig({ partitions: worlds.length });
  const ids = new Map<string, string>();
  for (const world of worlds) {
    serving.apply(world.whole());
    for (const id of world.users.keys()) ids.set(Buffer.from(surrogateOf(id)).toString('hex'), id);
  }
  const find: IdentityStore['find'] = (id) =>
    gone.has(id) ? Promise.resolve(undefined) : worldIdentities.find(id);
  const rig = { yields: 0, hold: Promise.resolve() };
  const neighbours = new UserNeighbours({
    serving,
    identities: {
      find,
      reveal: (surrogates) =>
        Promise.all(
          Array.from({ length: surrogates.length / SURROGATE_BYTES }, (_, at) => {
            const from = at * SURROGATE_BYTES;
            const bytes = Buffer.from(surrogates.subarray(from, from + SURROGATE_BYTES));
            // The row of one who is about to be erased may be there still.
            return worldIdentities.find(ids.get(bytes.toString('hex')) ?? 'nobody');
          }),
        ),
    },
    partitionOf: (id) => worlds.findIndex(({ users }) => users.has(id)),
    yieldNow: async () => {
      rig.yields += 1;
      await rig.hold;
    },
  });
  return { rig, neighbours };
}

function worldOf(vectors: Readonly<Record<string, readonly number[]>>, partition = 0): DeltaWorld {
  const world = new DeltaWorld({ partition });
  for (const [id, vector] of Object.entries(vectors)) {
    world.user(id, vector);
    world.happen({ user: id, item: 'song' });
  }
  return world;
}

describe('the neighbours of a user', () => {
  test('are those who point the same way, the nearest first, over all partitions', async () => {
    const here = worldOf({ ada: [1, 0, 0, 0], bo: [9, 1, 0, 0], cy: [0, 1, 0, 0] });
    const there = worldOf({ di: [2, 0, 0, 0], ed: [-1, 0, 0, 0] }, 1);
    const { neighbours } = await createRig([here, there]);
    assert.deepEqual(await neighbours.find('ada', 3), [
      { id: 'di', score: 1 },
      { id: 'bo', score: 0.993884 },
      { id: 'cy', score: 0 },
    ]);
  });

  test('are never those who are erased, or about to be', async () => {
    const world = worldOf({ ada: [1, 0, 0, 0], bo: [1, 0, 0, 0], cy: [0, 1, 0, 0] });
    const { neighbours } = await createRig([world], new Set(['bo']));
    assert.deepEqual(await neighbours.find('ada', 2), [{ id: 'cy', score: 0 }]);
    assert.equal(await neighbours.find('bo', 2), undefined);
  });

  test('are none of those whose events say nothing of their taste, nor have these any', async () => {
    const world = worldOf({ ada: [1, 0, 0, 0] });
    world.user('quiet', [1, 0, 0, 0]);
    world.happen({ user: 'quiet', item: 'song', positive: false });
    const { neighbours } = await createRig([world]);
    assert.deepEqual(await neighbours.find('ada', 5), []);
    assert.deepEqual(await neighbours.find('quiet', 5), []);
    assert.equal(await neighbours.find('nobody', 5), undefined);
  });

  test('are what comparing each with each gives', async () => {
    const coordinate = fc.integer({ min: -4, max: 4 });
    const vector = fc.tuple(coordinate, coordinate, coordinate, coordinate);
    await fc.assert(
      fc.asyncProperty(fc.array(vector, { minLength: 2, maxLength: 30 }), async (vectors) => {
        const named = Object.fromEntries(vectors.map((one, n) => [`user-${String(n)}`, one]));
        const { neighbours } = await createRig([worldOf(named)]);
        const [own = [0, 0, 0, 0]] = vectors;
        const dot = (a: readonly number[], b: readonly number[]): number =>
          a.reduce((sum, one, at) => sum + one * (b[at] ?? 0), 0);
        const expected = vectors.slice(1).map((one) => {
          const lengths = Math.sqrt(dot(own, own)) * Math.sqrt(dot(one, one));
          return lengths > 0 ? dot(own, one) / lengths : 0;
        });
        const found = (await neighbours.find('user-0', 5)) ?? [];
        const best = expected.toSorted((a, b) => b - a).slice(0, 5);
        assert.equal(found.length, best.length);
        for (const [at, { score }] of found.entries()) {
          assert.ok(Math.abs(score - (best[at] ?? NaN)) < 1e-5);
        }
      }),
      { numRuns: 50 },
    );
  });

  test('are looked for in steps, and by few at a time', async () => {
    const many = Array.from({ length: 2 * neighbourStepUsersMax + 1 }, (_, n) => {
      return [`user-${String(n)}`, [1, n, 0, 0]] as const;
    });
    const { rig, neighbours } = await createRig([worldOf(Object.fromEntries(many))]);
    let release = (): void => undefined;
    rig.hold = new Promise((resolve) => (release = resolve));
    const running = [neighbours.find('user-0', 1), neighbours.find('user-1', 1)];
    await assert.rejects(neighbours.find('user-2', 1), (error) => hasCode(error, 'BUSY'));
    release();
    await Promise.all(running);
    assert.equal(rig.yields, 6);
    assert.equal((await neighbours.find('user-2', 1))?.length, 1);
  });
});
