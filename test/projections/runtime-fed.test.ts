import assert from 'node:assert/strict';
import { test } from 'node:test';
import { partitionOf } from '../../events/partition-of.ts';
import { loadKernel } from '../../model/kernel/kernel.ts';
import { createSecretKey } from 'node:crypto';
import { DEFAULT_PROJECTION_BOUNDS } from '../../projections/bounds.ts';
import { Queries } from '../../projections/queries.ts';
import { ServingState } from '../../projections/serving-state.ts';
import { PartitionRig, definitionOf } from '../doubles/partition-rig.ts';
import type { Told } from '../doubles/partition-rig.ts';
import { memoryCatalogue } from './serving-rig.ts';

const PARTITIONS = 2;
const LISTENERS = 24;
const SONGS = 8;
const kernels = loadKernel({ plain: true });

interface Fed {
  readonly serving: ServingState;
  readonly queries: Queries;
}

async function serve(rig: PartitionRig): Promise<Fed> {
  const serving = new ServingState({
    partitions: PARTITIONS,
    kernels: await kernels,
    bounds: DEFAULT_PROJECTION_BOUNDS,
    schedule: () => () => undefined,
  });
  const queries = new Queries({
    serving,
    identities: rig.identities,
    partitionOf: (user) => partitionOf(user, PARTITIONS),
    catalogue: memoryCatalogue(),
    signingKey: createSecretKey(Buffer.alloc(32, 1)),
  });
  return { serving, queries };
}

/** A round of plays: each listener plays all songs of one taste but one, which others of that taste play. */
function plays(round: number): Told[] {
  const told: Told[] = [];
  for (let listener = 0; listener < LISTENERS; listener += 1) {
    const taste = listener % 2 === 0 ? 'rock' : 'jazz';
    for (let song = 0; song < SONGS; song += 1) {
      if (song === Math.floor(listener / 2) % SONGS) continue;
      const id = `${round}/${listener}/${song}`;
      told.push({ user: `${taste}-fan-${listener}`, item: `${taste}-${song}`, id });
    }
  }
  return told;
}

async function answers(queries: Queries, n: number): Promise<Map<string, string[]>> {
  const found = new Map<string, string[]>();
  for (let listener = 0; listener < LISTENERS; listener += 1) {
    const user = `${listener % 2 === 0 ? 'rock' : 'jazz'}-fan-${listener}`;
    const answer = await queries.recommend({ user, n, exclude: 'seen', after: [] });
    assert.equal(answer.basedOn, 'user');
    found.set(
      user,
      answer.items.map(({ id, score }) => `${id} ${score}`),
    );
  }
  return found;
}

test('two tastes are learned from events, and answers by deltas equal answers by the whole', async () => {
  const rig = await PartitionRig.create(PARTITIONS, 5);
  const definition = definitionOf('v1', { learner: 'gmf' }, PARTITIONS);
  const runtimes = [0, 1].map((partition) => rig.runtime(definition, partition));
  const followed = await serve(rig);
  for (const runtime of runtimes) followed.serving.apply(runtime.takeDelta());
  for (let round = 0; round < 30; round += 1) {
    await rig.tell(...plays(round));
    for (const runtime of runtimes) {
      await rig.replay(runtime);
      followed.serving.apply(runtime.takeDelta());
    }
  }
  const built = await serve(rig);
  for (const runtime of runtimes) built.serving.apply(await runtime.takeWhole());
  const byDeltas = await answers(followed.queries, 5);
  assert.deepEqual(byDeltas, await answers(built.queries, 5));
  assert.deepEqual(await followed.queries.popular(10), await built.queries.popular(10));
  for (const [user, items] of byDeltas) {
    const taste = user.slice(0, 4);
    assert.ok(items[0]?.startsWith(taste), `${user} gets ${items.join(', ')}`);
  }
});

test('a user of whom only dislikes were learned gets popular items until their first play', async () => {
  const rig = await PartitionRig.create(PARTITIONS, 5);
  const definition = definitionOf('v1', { learner: 'isgd' }, PARTITIONS);
  const runtimes = [0, 1].map((partition) => rig.runtime(definition, partition));
  const { serving, queries } = await serve(rig);
  const learned = async (...told: Told[]): Promise<void> => {
    await rig.tell(...told);
    for (const runtime of runtimes) {
      await rig.replay(runtime);
      serving.apply(runtime.takeDelta());
    }
  };
  const basis = async (item?: string): Promise<string> => {
    const at = item === undefined ? {} : { item };
    const asked = { user: 'grump', n: 3, exclude: 'seen', after: [], ...at } as const;
    return (await queries.recommend(asked)).basedOn;
  };
  await learned(...plays(0), { user: 'grump', item: 'jazz-0', type: 'dislike' });
  assert.equal(await basis(), 'popular');
  assert.equal(await basis('rock-1'), 'item');
  await learned({ user: 'grump', item: 'jazz-1', type: 'dislike' });
  assert.equal(await basis(), 'popular');
  await learned({ user: 'grump', item: 'rock-0' });
  assert.equal(await basis(), 'user');
});
