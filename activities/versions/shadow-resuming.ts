import type { VersionDefinition } from '../../actors/runtime/definition.ts';
import type { PartitionRuntime } from '../../actors/runtime/partition.ts';
import { countOf } from '../../actors/runtime/checkpoint-extra.ts';
import type { ChainedJournal } from '../../events/journal.ts';
import { sequence } from '../../events/position.ts';
import type { Checkpoint } from '../../model/checkpoint.ts';
import type { CheckpointStore } from '../replay/checkpoint-store.ts';
import { definitionSha256 } from '../replay/definition-hash.ts';
import type { RuntimeMaker } from './version-runtimes.ts';

/** What going on from kept shadows needs from outside. */
export interface ShadowResumingDeps {
  readonly checkpoints: Pick<CheckpointStore, 'newest'>;
  readonly journal: Pick<ChainedJournal, 'chainHash' | 'head'>;
  readonly maker: RuntimeMaker;
}

/**
 * The runtimes of all partitions of a version as they were kept, undefined where they were not. Partitions fit together
 * where they have passed the same last barrier, whatever their positions: what each contributed to it stands in its
 * checkpoint, so that the merge of it is made again. The newest barrier that all have is taken.
 */
export async function resumeShadow(
  deps: ShadowResumingDeps,
  definition: VersionDefinition,
): Promise<readonly PartitionRuntime[] | undefined> {
  const kept: ReadonlyMap<number, Checkpoint>[] = [];
  for (const partition of definition.start.keys()) {
    kept.push(await newestByBarrier(deps, definition, partition));
  }
  const [first, ...others] = kept;
  const common = [...(first?.keys() ?? [])].filter((barrier) =>
    others.every((one) => one.has(barrier)),
  );
  if (common.length === 0) return undefined;
  const barrier = Math.max(...common);
  const runtimes: PartitionRuntime[] = [];
  for (const [partition, one] of kept.entries()) {
    const checkpoint = one.get(barrier);
    if (checkpoint === undefined) return undefined;
    const runtime = await deps.maker.restore(definition, partition, checkpoint);
    // A replay looks up whom it meets; whom the checkpoint holds is looked up here.
    await runtime.checkIdentities();
    runtimes.push(runtime);
  }
  return runtimes;
}

/** The newest good checkpoint of a partition at each barrier, of this journal and this definition alone. */
async function newestByBarrier(
  { checkpoints, journal }: ShadowResumingDeps,
  definition: VersionDefinition,
  partition: number,
): Promise<ReadonlyMap<number, Checkpoint>> {
  const { version } = definition;
  const found = new Map<number, Checkpoint>();
  let atMost: number = journal.head(partition);
  for (;;) {
    const newest = await checkpoints.newest({ version, partition, atMost });
    if (newest === undefined) return found;
    const { checkpoint, saved } = newest;
    const { link, extra } = checkpoint.manifest;
    const log = await journal.chainHash(partition, sequence(saved.sequence));
    const barrier = countOf(extra['barrier']);
    const isOurs = link?.settingsSha256 === definitionSha256(definition) && link.logSha256 === log;
    if (isOurs && !found.has(barrier)) found.set(barrier, checkpoint);
    atMost = saved.sequence - 1;
  }
}
