import type { VersionDefinition } from '../../actors/runtime/definition.ts';
import { definitionOf, PartitionRig, RIG_BLEND } from '../doubles/partition-rig.ts';
import { SeededRandom } from '../doubles/seeded-random.ts';
import { inBatches, inventEvents } from './stream.ts';

/** Interactions of the journal that is replayed again and again. */
const EVENTS = 300;

/** Batches between two barriers. */
const BATCHES_A_BARRIER = 4;

/** The learners whose replays are compared. */
export const REPLAYED_LEARNERS = ['gmf', 'isgd', 'blend'] as const;

/** One of them. */
export type ReplayedLearner = (typeof REPLAYED_LEARNERS)[number];

/** The version that learns from the journal. */
export function replayedVersion(learner: ReplayedLearner, partitions: number): VersionDefinition {
  return definitionOf('v1', learner === 'blend' ? RIG_BLEND : { learner }, partitions);
}

/**
 * Makes the journal of a seed: interactions, items that are published, barriers, a user who is erased. Every thread
 * makes the same one, surrogates and blocks included.
 */
export async function makeReplayedJournal(seed: number, partitions: number): Promise<PartitionRig> {
  const random = new SeededRandom(seed);
  const rig = await PartitionRig.create(partitions, seed, false);
  const told = inventEvents(random, EVENTS);
  let barrier = 0;
  for (const [at, batch] of inBatches(random, told, 24).entries()) {
    await rig.tell(...batch);
    if (at % BATCHES_A_BARRIER !== 0) continue;
    const { item = '' } = batch[0] ?? {};
    const metadata = { tags: ['a', 'b', 'c'].slice(random.below(3)) };
    await rig.publish({ kind: 'ItemPublished', item, metadata, timeMs: 0 }, `published ${at}`);
    barrier += 1;
    await rig.publish({ kind: 'BarrierSet', barrier, timeMs: 0 }, `barrier ${barrier}`);
  }
  const user = told[random.below(told.length)]?.user ?? '';
  const { surrogate } = (await rig.identities.find(user))!;
  await rig.identities.remove(user);
  await rig.publish({ kind: 'UserErased', user: surrogate, timeMs: 0 }, 'erased');
  return rig;
}
