import { RepriseError } from '../../events/error.ts';
import type { EventDoor } from '../../events/door.ts';
import type { Journal } from '../../events/journal.ts';
import { formatPosition } from '../../events/position.ts';
import type { Checkpoint } from '../../model/checkpoint.ts';
import { composeBase } from '../versions/base-checkpoint.ts';
import { shareItems } from './item-means.ts';
import { beating } from '../beating.ts';
import type { Beat } from '../beating.ts';
import { currentHead } from '../replay/current-head.ts';
import { keepEnded } from './ended-runs.ts';
import { refuseErased } from '../forgetting/held-users.ts';
import { prepareRun } from './prepare-run.ts';
import { promotionOf } from '../versions/promotion-fact.ts';
import type { LiveState, PrepareBeat, PrepareDeps } from './prepare-run.ts';
import { readRunNote, RUN_FILES } from './run-note.ts';
import type { RunNote } from './run-note.ts';
import type {
  EpochResult,
  Evaluation,
  TrainerName,
  TrainerPool,
  TrainingFiles,
} from './trainer.ts';
import { differingBetween } from '../versions/version-origin.ts';
import type { VersionRegistry } from '../versions/version-registry.ts';

/** What the training activities need from outside. */
export interface TrainingDeps extends PrepareDeps {
  readonly journal: Pick<Journal, 'head' | 'read' | 'partitions' | 'isErased'>;
  readonly door: Pick<EventDoor, 'appendShared'>;
  readonly registry: VersionRegistry;
  readonly trainer: TrainerPool;
  /** Resolves after a time, or at once when the signal aborts. */
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
  /** Throws CONFLICT where a version may not be promoted any more; all may be where it is left out. */
  readonly refuseStale?: (version: string) => Promise<void>;
}

/** What a run is prepared from. */
export interface PrepareInput {
  readonly run: string;
  /** The name that the candidate gets. */
  readonly version: string;
  /** tfjs where it is left out, as runs that began before there was a choice leave it. */
  readonly trainer?: TrainerName;
  /** The most epochs. */
  readonly epochs?: number;
  readonly settings: Readonly<Record<string, number>>;
  readonly seed: number;
  readonly holdoutShare: number;
}

/** What a prepared run holds, in numbers that fit a workflow's history. */
export interface PreparedRun {
  readonly version: string;
  readonly parent: string;
  /** The cut of each partition: the candidate starts there. */
  readonly cut: readonly number[];
  readonly events: number;
  readonly users: number;
  readonly items: number;
  readonly holdoutEvents: number;
  readonly datasetSha256: readonly string[];
}

/** One epoch of a run. */
export interface EpochInput {
  readonly run: string;
  /** From 1. */
  readonly epoch: number;
}

/** A candidate that becomes a version. */
export interface RegisterInput extends EpochInput {
  readonly metrics: Readonly<Record<string, number>>;
}

/** A version that was registered, and how far its tail reaches. */
export interface RegisteredCandidate {
  readonly version: string;
  readonly baseSha256: readonly string[];
  /** The head of each partition: the tail replay brings the shadow there. */
  readonly heads: readonly number[];
}

/** Where a promotion stands. */
export interface Promotion {
  /** `"0:1234"` each. */
  readonly positions: readonly string[];
}

/** The side effects of training. Each may be called again with the same input and then changes nothing more. */
export interface TrainingActivities {
  prepareDataset(input: PrepareInput): Promise<PreparedRun>;
  trainEpoch(input: EpochInput): Promise<EpochResult>;
  evaluateCandidate(input: EpochInput): Promise<Evaluation>;
  registerVersion(input: RegisterInput): Promise<RegisteredCandidate>;
  promoteVersion(input: { version: string }): Promise<Promotion>;
  /**
   * Ends the run's process. With a version, which is let go of, its files are removed; else they are kept until the next run
   * has ended. A registered version keeps files of its own.
   */
  endTraining(input: { run: string; version?: string }): Promise<void>;
}

/** Time between two looks at whether the live partitions have taken a promotion over. */
const PROMOTION_LOOK_MS = 25;

/** Makes the training activities. */
export function createTrainingActivities(deps: TrainingDeps): TrainingActivities {
  return {
    prepareDataset: (input) =>
      beating<PrepareBeat, PreparedRun>((beat) => prepareRun(deps, input, beat)),
    trainEpoch: (input) => beating<JobBeat, EpochResult>((beat) => trainEpoch(deps, input, beat)),
    evaluateCandidate: (input) =>
      beating<JobBeat, Evaluation>((beat) => evaluateCandidate(deps, input, beat)),
    registerVersion: (input) => beating(() => registerVersion(deps, input)),
    promoteVersion: ({ version }) =>
      beating(async (beat) => {
        await deps.refuseStale?.(version);
        return promoteVersion(deps, version, beat);
      }),
    endTraining: ({ run, version }) =>
      beating(async () => {
        await deps.trainer.end(run);
        if (version === undefined) {
          await keepEnded(deps.files, run, deps.clock());
          return;
        }
        deps.versions.dropShadows(version);
        await deps.files.remove(run);
      }),
  };
}

/** What the heartbeats of a trainer's job say. */
interface JobBeat {
  readonly done: number;
  readonly total: number;
  readonly loss?: number;
}

async function trainEpoch(
  deps: TrainingDeps,
  { run, epoch }: EpochInput,
  beat: Beat<JobBeat>,
): Promise<EpochResult> {
  const { files, trainer } = deps;
  const note = await readRunNote(files, run);
  const result = await trainer.epoch(
    {
      run,
      epoch,
      files: await trainingFiles(deps, run, note),
      from: epoch === 1 ? null : await files.path(run, RUN_FILES.epoch(epoch - 1)),
      to: await files.path(run, RUN_FILES.epoch(epoch)),
      learner: note.definition.learner,
      choice: note.choice,
      seed: note.seed,
    },
    { signal: beat.signal, onProgress: beat.report },
  );
  await files.keep(run, RUN_FILES.epoch(epoch));
  return result;
}

async function evaluateCandidate(
  deps: TrainingDeps,
  { run, epoch }: EpochInput,
  beat: Beat<JobBeat>,
): Promise<Evaluation> {
  const note = await readRunNote(deps.files, run);
  return deps.trainer.evaluate(
    {
      run,
      files: await trainingFiles(deps, run, note),
      candidate: await deps.files.path(run, RUN_FILES.epoch(epoch)),
      learner: note.definition.learner,
    },
    { signal: beat.signal, onProgress: beat.report },
  );
}

async function trainingFiles(
  { files }: TrainingDeps,
  run: string,
  note: RunNote,
): Promise<readonly TrainingFiles[]> {
  return Promise.all(
    note.heads.map(async (_head, partition) => ({
      partition,
      parent: await files.path(run, RUN_FILES.parent(partition)),
      dataset: await files.path(run, RUN_FILES.dataset(partition)),
    })),
  );
}

async function registerVersion(
  deps: TrainingDeps,
  { run, epoch, metrics }: RegisterInput,
): Promise<RegisteredCandidate> {
  const note = await readRunNote(deps.files, run);
  const trained = await read(deps, run, RUN_FILES.epoch(epoch));
  const bases: Checkpoint[] = [];
  for (let partition = 0; partition < note.heads.length; partition += 1) {
    const parent = await read(deps, run, RUN_FILES.parent(partition));
    bases.push(composeBase(parent, trained, { version: note.version, partition, run }));
  }
  for (const base of bases) await refuseErased(deps, base);
  await refuseOtherQuarantine(deps, note);
  const registered = await deps.registry.register(
    {
      definition: note.definition,
      parent: note.parent,
      createdMs: deps.clock(),
      trainedBy: run,
      metrics,
    },
    shareItems(bases),
  );
  return {
    version: note.version,
    baseSha256: registered.definition.baseSha256 ?? [],
    heads: await Promise.all(
      note.heads.map((_head, partition) => currentHead(deps.journal, partition)),
    ),
  };
}

/** Throws CONFLICT where a quarantine was set or lifted since a run was prepared: its version would undo that. */
async function refuseOtherQuarantine(deps: TrainingDeps, note: RunNote): Promise<void> {
  const { version } = await deps.live(0);
  const live = await deps.registry.get(version);
  if (differingBetween(live?.definition.leftOut, note.definition.leftOut).length === 0) return;
  throw new RepriseError(
    'CONFLICT',
    'a quarantine was set or lifted since this training began: start it again',
  );
}

async function read(deps: TrainingDeps, run: string, name: string): Promise<Checkpoint> {
  const found = await deps.files.read(run, name);
  if (found !== undefined) return found;
  throw new RepriseError('NOT_FOUND', `${name} of run ${run} is gone: start the training again`, {
    run,
  });
}

/** Appends `ModelPromoted` for a registered version, and resolves when all live partitions have taken it over. */
export async function promoteVersion(
  deps: Pick<TrainingDeps, 'registry' | 'door' | 'live' | 'sleep' | 'clock'>,
  version: string,
  { signal }: Pick<Beat<unknown>, 'signal'>,
): Promise<Promotion> {
  const registered = await deps.registry.get(version);
  if (registered === undefined) {
    throw new RepriseError('NOT_FOUND', `model version ${version} is not registered here`, {
      version,
    });
  }
  if (registered.retired === true) {
    throw new RepriseError('CONFLICT', `the base of ${version} is gone: train a new version`, {
      version,
    });
  }
  const fact = promotionOf(registered.definition, deps.clock());
  // The id is the run's own, so that a retry finds the promotion where it stands.
  const id = `promote ${version} ${String(registered.createdMs)}`;
  const { positions } = await deps.door.appendShared(fact, id);
  for (const { partition, sequence: at } of positions) {
    // At the promotion itself the version before may still stand while the new one is built.
    const isTaken = ({ position, version: live }: LiveState): boolean =>
      position > at || (position === at && live === version);
    while (!isTaken(await deps.live(partition))) {
      signal.throwIfAborted();
      await deps.sleep(PROMOTION_LOOK_MS, signal);
    }
  }
  return { positions: positions.map((position) => formatPosition(position)) };
}
