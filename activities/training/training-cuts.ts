import type { VersionDefinition } from '../../actors/runtime/definition.ts';
import { sequence } from '../../events/position.ts';
import type { Sequence } from '../../events/position.ts';
import { holdoutCut } from './dataset.ts';
import { FactHistory } from '../replay/fact-history.ts';
import type { FactHistoryDeps } from '../replay/fact-history.ts';

/** What is cut, and how much is to be held out of it. */
export interface CutInput {
  readonly definition: Pick<VersionDefinition, 'learner' | 'start' | 'firstBarrier'>;
  readonly heads: readonly Sequence[];
  readonly holdoutShare: number;
}

/**
 * Tells where a run cuts each partition: before the events that it holds out. Partitions that learn what happened in the
 * others, as those of a blend do, are cut at one barrier: none knows of an event that another holds out, and it is known
 * which events each has not been told of.
 */
export async function trainingCuts(
  deps: FactHistoryDeps,
  { definition, heads, holdoutShare }: CutInput,
  signal: AbortSignal,
): Promise<ReadonlyMap<number, Sequence>> {
  const { learner, start, firstBarrier = 1 } = definition;
  const cuts = heads.map((head, partition) =>
    holdoutCut(head, start[partition] ?? -1, holdoutShare),
  );
  if (learner.learner !== 'blend' || heads.length < 2) return new Map(cuts.entries());
  const histories = cuts.map((_, partition) => new FactHistory(deps, partition));
  for (const [partition, cut] of cuts.entries()) await histories[partition]?.to(cut, signal);
  const passed = histories.map((history, at) => history.barrierAt(cuts[at] as Sequence));
  const barrier = Math.min(...passed.map((one) => one?.barrier ?? 0));
  const common = cuts.map((cut, at) => {
    if (barrier >= firstBarrier) return histories[at]?.placeOf(barrier)?.sequence ?? cut;
    // One has passed none of the version's own barriers yet: then nobody has.
    const first = histories[at]?.placeOf(firstBarrier)?.sequence;
    return first === undefined ? cut : sequence(Math.min(cut, first - 1));
  });
  return new Map(common.entries());
}
