import type { VersionDefinition } from '../../actors/runtime/definition.ts';
import { LeftOutEvents } from '../../actors/runtime/left-out-events.ts';
import type { PartitionRuntime } from '../../actors/runtime/partition.ts';
import { RepriseError } from '../../events/error.ts';
import type { Journal } from '../../events/journal.ts';
import type { Sequence } from '../../events/position.ts';
import type { Beat } from '../beating.ts';
import { currentHead } from '../replay/current-head.ts';
import { readDataset, refuseEmpty } from './dataset.ts';
import type { Dataset } from './dataset.ts';
import type { RunFiles } from './run-files.ts';
import { RUN_FILES } from './run-note.ts';
import type { RunNote } from './run-note.ts';
import { choiceOf, refuseUnfit } from './trainer-choice.ts';
import type { TrainerChoice, TrainerPool } from './trainer.ts';
import { trainingCuts } from './training-cuts.ts';
import type { PrepareInput, PreparedRun } from './training.ts';
import type { VersionRegistry } from '../versions/version-registry.ts';
import type { VersionRuntimes } from '../versions/version-runtimes.ts';

/** Which version a partition's live state is of, and where it stands. */
export interface LiveState {
  readonly version: string;
  readonly position: Sequence;
}

/** What preparing a run needs from outside. */
export interface PrepareDeps {
  readonly journal: Pick<Journal, 'head' | 'read' | 'partitions'>;
  readonly live: (partition: number) => LiveState | Promise<LiveState>;
  readonly registry: Pick<VersionRegistry, 'get'>;
  readonly versions: Pick<VersionRuntimes, 'visitAt' | 'dropShadows'>;
  readonly files: RunFiles;
  readonly trainer: Pick<TrainerPool, 'unavailable'>;
  readonly clock: () => number;
  readonly yieldNow: () => Promise<void>;
  readonly sliceMsMax: number;
}

/** What the heartbeats of the preparation say. */
export interface PrepareBeat {
  readonly doing: 'replaying the parent' | 'reading events' | 'writing files';
  readonly partition: number;
  readonly done: number;
  readonly total: number;
}

/**
 * Prepares a training run: replays the live version to each partition's cut, and writes its rows, its checkpoint
 * and the dataset into the run's folder. A second call overwrites what an interrupted first one left.
 */
export async function prepareRun(
  deps: PrepareDeps,
  input: PrepareInput,
  beat: Beat<PrepareBeat>,
): Promise<PreparedRun> {
  const choice = choiceOf(input);
  const reason = await deps.trainer.unavailable(choice.trainer);
  if (reason !== undefined) throw new RepriseError('INVALID', reason);
  await deps.files.remove(input.run);
  const { version: parent } = await deps.live(0);
  const known = await deps.registry.get(parent);
  if (known === undefined) {
    throw new RepriseError('NOT_FOUND', `the live version ${parent} is not registered here`);
  }
  refuseUnfit(choice, known.definition.learner);
  const parts = await prepareParts(deps, input, known.definition, beat);
  refuseEmpty(parts.map((part) => part.dataset));
  const note = noteOf(input, { parent, known: known.definition, choice, parts });
  await deps.files.writeNote(input.run, RUN_FILES.note, note);
  const { events, users, items, holdoutEvents, datasetSha256, definition } = note;
  return {
    version: input.version,
    parent,
    cut: definition.start,
    events,
    users,
    items,
    holdoutEvents,
    datasetSha256,
  };
}

interface Part {
  readonly cut: Sequence;
  readonly head: Sequence;
  /** The last barrier at or before the cut. */
  readonly barrier: number;
  readonly dataset: Dataset;
  readonly sha256: string;
}

interface PartContext {
  readonly known: VersionDefinition;
  readonly head: Sequence;
  readonly beat: Beat<PrepareBeat>;
}

/** Replays the parent's partitions to their cuts and writes what each of them is trained on. */
async function prepareParts(
  deps: PrepareDeps,
  input: PrepareInput,
  known: VersionDefinition,
  beat: Beat<PrepareBeat>,
): Promise<readonly Part[]> {
  const partitions = Array.from({ length: deps.journal.partitions }, (_, partition) => partition);
  const heads = await Promise.all(
    partitions.map((partition) => currentHead(deps.journal, partition)),
  );
  const { holdoutShare } = input;
  const cuts = await trainingCuts(deps, { definition: known, heads, holdoutShare }, beat.signal);
  return deps.versions.visitAt(
    known.version,
    cuts,
    (runtime) => {
      const head = heads[runtime.partition] ?? runtime.position;
      return preparePart(deps, input, { known, head, beat }, runtime);
    },
    {
      signal: beat.signal,
      onProgress: (done, total, partition) =>
        beat.report({ doing: 'replaying the parent', partition, done, total }),
    },
  );
}

async function preparePart(
  deps: PrepareDeps,
  input: PrepareInput,
  { known, head, beat }: PartContext,
  runtime: PartitionRuntime,
): Promise<Part> {
  const { signal } = beat;
  const { partition, position: cut, barrier } = runtime;
  const parent = await runtime.capture();
  const leftOut = new LeftOutEvents(known, partition);
  const range = { partition, cut, head, types: known.types, leftOut };
  const dataset = await readDataset(deps, range, parent, {
    signal,
    onProgress: (done) => beat.report({ doing: 'reading events', partition, done, total: head }),
  });
  beat.report({ doing: 'writing files', partition, done: 0, total: 2 });
  await deps.files.writeCheckpoint(input.run, RUN_FILES.parent(partition), parent);
  beat.report({ doing: 'writing files', partition, done: 1, total: 2 });
  const name = RUN_FILES.dataset(partition);
  const about = { partition, cut, head };
  const file = await deps.files.writeTensors(input.run, name, dataset.tensors, about);
  return { cut, head, barrier, dataset, sha256: file.sha256 };
}

interface NoteParts {
  readonly parent: string;
  readonly known: VersionDefinition;
  readonly choice: TrainerChoice;
  readonly parts: readonly Part[];
}

function noteOf(input: PrepareInput, { parent, known, choice, parts }: NoteParts): RunNote {
  const sum = (count: (dataset: Dataset) => number) =>
    parts.reduce((total, part) => total + count(part.dataset), 0);
  const { version } = input;
  const { learner, types, actors, leftOut } = known;
  const start = parts.map((part) => part.cut);
  return {
    version,
    parent,
    definition: {
      ...{ version, learner, types, start },
      ...(actors && { actors }),
      ...(leftOut && { leftOut }),
      ...(parts.length > 1 && { firstBarrier: Math.max(...parts.map((part) => part.barrier)) + 1 }),
    },
    heads: parts.map((part) => part.head),
    choice,
    seed: input.seed,
    events: sum((dataset) => dataset.interactions),
    users: sum((dataset) => dataset.users),
    items: Math.max(...parts.map((part) => part.dataset.items)),
    holdoutEvents: sum((dataset) => dataset.holdoutEvents),
    datasetSha256: parts.map((part) => part.sha256),
  };
}
