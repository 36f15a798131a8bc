import type { AliasBook } from '../../activities/versions/alias-book.ts';
import type { Shadows } from '../../activities/versions/shadows.ts';
import type {
  RegisteredVersion,
  VersionRegistry,
} from '../../activities/versions/version-registry.ts';
import type { PartitionRuntime } from '../../actors/runtime/partition.ts';
import type { Models } from '../../api/schema/answers.ts';
import { formatPosition, sequence } from '../../events/position.ts';
import type { PrequentialMetricsBook } from './prequential-metrics.ts';

/** The newest sampled events that a version's figures in the list are of. */
const FIGURES_WINDOW = 1_000;

/** What stands beside the registry in a process where versions are held. */
export interface HeldModels {
  readonly live: readonly { readonly runtime: Pick<PartitionRuntime, 'position'> }[];
  readonly shadows: Pick<Shadows, 'positions'>;
  readonly book: Pick<AliasBook, 'aliases'>;
  readonly prequential: Pick<PrequentialMetricsBook, 'tell'>;
}

type ModelEntry = Models['models'][number];

/** Lists the registered versions, oldest first, with the one that serves and, where versions are held, how they stand. */
export async function listModels(
  registry: Pick<VersionRegistry, 'list'>,
  serving: string,
  held?: HeldModels,
): Promise<Models> {
  const versions = await registry.list();
  return {
    live: serving,
    models: versions.map((registered) => ({
      ...entryOf(registered, serving),
      ...(held && standOf(registered.definition.version, serving, held)),
    })),
  };
}

function entryOf(
  { definition, parent, createdMs, trainedBy, metrics }: RegisteredVersion,
  serving: string,
): ModelEntry {
  const { version, learner, start, timeOrderedTo, baseSha256 } = definition;
  return {
    version,
    live: version === serving,
    learner: learner.learner,
    dimensions: learner.dimensions,
    settings: { ...learner },
    start: formatted(start),
    ...(timeOrderedTo && { timeOrderedTo: formatted(timeOrderedTo) }),
    ...{ baseSha256, parent, trainedBy },
    createdAt: new Date(createdMs).toISOString(),
    metrics,
  };
}

function standOf(
  version: string,
  serving: string,
  { live, shadows, book, prequential }: HeldModels,
): Pick<ModelEntry, 'aliases' | 'positions' | 'prequential'> {
  const { shadow, previous } = book.aliases;
  const names = { live: serving, shadow, previous } as const;
  const aliases = (['live', 'shadow', 'previous'] as const).filter(
    (name) => names[name] === version,
  );
  const positions =
    version === serving ? live.map(({ runtime }) => runtime.position) : shadows.positions(version);
  const [seen] = prequential.tell({ window: FIGURES_WINDOW, model: version }).models;
  return {
    aliases,
    positions: positions === undefined ? null : formatted(positions),
    prequential:
      seen === undefined
        ? null
        : {
            events: seen.events,
            recall10: seen.recall['10'] ?? 0,
            mrr10: seen.mrr['10'] ?? 0,
          },
  };
}

function formatted(sequences: readonly number[]): readonly string[] {
  return sequences.map((one, partition) => formatPosition({ partition, sequence: sequence(one) }));
}
