import { randomInt } from 'node:crypto';
import type { RunsPort } from '../../api/deps.ts';
import type { IndexReleaseRequest, StartedRun, TrainingRequest } from '../../api/schema/answers.ts';
import type { VersionRegistry } from '../../activities/versions/version-registry.ts';
import { RepriseError } from '../../events/error.ts';
import type { BuildIndexInput, TrainModelInput } from '../../workflows/messages.ts';
import { backfillOf } from './backfills.ts';
import type { BackfillStarts } from './backfills.ts';
import type { WorkflowStarter } from './starter.ts';

/** Epochs of a training that names none. */
export const EPOCHS_DEFAULT = 8;

/** Epochs without a better hit rate after which a training stops. */
const PATIENCE_EPOCHS = 3;

/** The share of each partition's events, at its end, that is held out of a training. */
const HOLDOUT_SHARE = 0.1;

/** The recall at 10 below which no index is released. */
const RECALL_10_MIN = 0.99;

/** What runs are started with. */
export interface RunsDeps {
  readonly starter: WorkflowStarter;
  readonly registry: Pick<VersionRegistry, 'nextName'>;
  readonly leaseMsMax: number;
  /** Unix milliseconds. */
  readonly clock: () => number;
  /** The time that a release is named for, where several may ask for the same one; its making where absent. */
  readonly releaseClock?: () => number;
  /** The version that serves. */
  readonly live: () => string | undefined;
  /** Why tfjs-node is not here; undefined where it is, or where other processes train. */
  readonly tfjsUnavailable: string | undefined;
  /** Why there is no index here. */
  readonly indexUnavailable: string | undefined;
  /** What backfills are started with; absent where no version is held beside the live one. */
  readonly backfills?: BackfillStarts;
}

/** Starts the runs that people ask for, and tells how they stand. */
export function createRuns(deps: RunsDeps): RunsPort {
  return {
    startTraining: (request) => startTraining(deps, request),
    startIndexBuild: (request) => startIndexBuild(deps, request),
    startBackfill: async (request) => {
      if (deps.backfills === undefined) {
        throw new RepriseError(
          'UNAVAILABLE',
          'no version is held beside the live one here: ask an instance that learns',
        );
      }
      return deps.starter.backfill(await backfillOf(deps.backfills, request));
    },
    list: () => deps.starter.list(),
    describe: (kind, workflowId) => deps.starter.describe(kind, workflowId),
    controlBackfill: (workflowId, control) => deps.starter.controlBackfill(workflowId, control),
  };
}

async function startTraining(deps: RunsDeps, request: TrainingRequest): Promise<StartedRun> {
  return deps.starter.train(await trainingInput(deps, request));
}

/** What a training is asked; throws UNAVAILABLE where it could not run here. */
export async function trainingInput(
  {
    registry,
    leaseMsMax,
    tfjsUnavailable,
  }: Pick<RunsDeps, 'registry' | 'leaseMsMax' | 'tfjsUnavailable'>,
  request: TrainingRequest,
): Promise<TrainModelInput> {
  const { trainer = 'tfjs', promote = 'if-not-worse' } = request;
  const { epochs = EPOCHS_DEFAULT, seed = randomInt(2 ** 32) } = request;
  if (trainer === 'tfjs' && tfjsUnavailable !== undefined) {
    const message = `training with tfjs is off: ${tfjsUnavailable}; the kernel trains without it (trainer kernel)`;
    throw new RepriseError('UNAVAILABLE', message);
  }
  return {
    version: await registry.nextName(),
    ...{ trainer, epochs, seed, promote, leaseMsMax },
    patience: PATIENCE_EPOCHS,
    holdoutShare: HOLDOUT_SHARE,
  };
}

async function startIndexBuild(
  deps: RunsDeps,
  { version }: IndexReleaseRequest,
): Promise<StartedRun> {
  const input = indexInput(deps);
  if (version !== undefined && version !== deps.live()) {
    throw new RepriseError('INVALID', `version ${version} is not live: leave version out`, {
      field: 'version',
    });
  }
  return deps.starter.buildIndex(input);
}

/** What an index build is asked; throws UNAVAILABLE where it could not run here. */
export function indexInput({
  clock,
  releaseClock = clock,
  indexUnavailable,
}: Pick<RunsDeps, 'clock' | 'releaseClock' | 'indexUnavailable'>): BuildIndexInput {
  if (indexUnavailable !== undefined) {
    throw new RepriseError('UNAVAILABLE', `approximate search is off: ${indexUnavailable}`);
  }
  return {
    release: releaseName(Math.floor(releaseClock())),
    createdMs: Math.floor(clock()),
    recall10Min: RECALL_10_MIN,
  };
}

/** Names a release after its time: `r20261123-084801-123`, which sorts and is a folder's name everywhere. */
function releaseName(createdMs: number): string {
  const digits = new Date(createdMs).toISOString().replace(/\D/g, '');
  return `r${digits.slice(0, 8)}-${digits.slice(8, 14)}-${digits.slice(14)}`;
}
