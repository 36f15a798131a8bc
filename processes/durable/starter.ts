import {
  WorkflowExecutionAlreadyStartedError,
  WorkflowFailedError,
  WorkflowNotFoundError,
} from '@temporalio/client';
import type { Client, WorkflowExecutionInfo } from '@temporalio/client';
import { rootCause } from '@temporalio/common';
import type { RunControl } from '../../api/deps.ts';
import type { RunState, StartedRun } from '../../api/schema/answers.ts';
import type { RunSummary } from '../../api/schema/listings.ts';
import type { VerifyReport } from '../../api/schema/verification.ts';
import { RepriseError } from '../../events/error.ts';
import type { RebuildKind } from '../core/durable-host.ts';
import { verificationReport } from './verification-report.ts';
import {
  backfillId,
  ERASURE_ID,
  indexBuildId,
  liveReplayId,
  MODEL_VERSION,
  PARTITION,
  pauseSignal,
  progressQuery,
  resumeSignal,
  QUARANTINE_ID,
  rebuildSignal,
  TASK_QUEUE,
  trainingId,
  WORKFLOW_TYPES,
} from '../../workflows/messages.ts';
import type {
  BackfillInput,
  BuildIndexInput,
  RebuildsInput,
  TrainModelInput,
  TravelToInput,
  VerifyReplayInput,
} from '../../workflows/messages.ts';

/** The workflow types of the runs that people start. */
const TYPES = {
  training: WORKFLOW_TYPES.trainModel,
  index: WORKFLOW_TYPES.buildIndex,
  backfill: WORKFLOW_TYPES.backfill,
} as const;

/** The workflows that build versions which leave events out. */
const REBUILDS = {
  erasure: {
    ...{ type: WORKFLOW_TYPES.eraseUsers, workflowId: ERASURE_ID, summary: 'Erasure of users' },
    details:
      'Builds the live version anew by a replay that passes over the erased users, promotes it, and deletes what ' +
      'still holds them. Users are named nowhere here.',
  },
  quarantine: {
    ...{ type: WORKFLOW_TYPES.quarantineEvents, workflowId: QUARANTINE_ID, summary: 'Quarantine' },
    details:
      'Builds the live version anew by a replay that leaves out what is in quarantine, and promotes it. A quarantine ' +
      'that is lifted ends the same way.',
  },
} as const;

const QUERY_MS_MAX = 2_000;

/** The runs that a list names. */
export const listedRunsMax = 20;

/** Where workflows are started; the embedded profile's where it is left out. */
export interface StarterPlace {
  readonly taskQueue: string;
  readonly namespace: string;
  /** How long a worker may take for one decision; another may decide after that. */
  readonly taskMsMax?: number;
}

const EMBEDDED_PLACE: StarterPlace = { taskQueue: TASK_QUEUE, namespace: 'default' };

/** Starts workflows and tells how they stand. */
export class WorkflowStarter {
  readonly #client: Client;
  readonly #uiUrl: string;
  readonly #place: StarterPlace;

  constructor(client: Client, uiUrl: string, place: StarterPlace = EMBEDDED_PLACE) {
    this.#client = client;
    this.#uiUrl = uiUrl;
    this.#place = place;
  }

  /** The page of a workflow in Temporal's UI. */
  url(workflowId: string): string {
    return `${this.#uiUrl}/namespaces/${this.#place.namespace}/workflows/${encodeURIComponent(workflowId)}`;
  }

  /**
   * Leases a partition's live replay to a workflow. One that is there already goes on where others lease, too; one that
   * a core before left behind is replaced at once.
   */
  async leaseReplay(
    partition: number,
    leaseMsMax: number,
    found: 'USE_EXISTING' | 'TERMINATE_EXISTING' = 'TERMINATE_EXISTING',
  ): Promise<void> {
    const { taskQueue, taskMsMax } = this.#place;
    await this.#client.workflow.start(WORKFLOW_TYPES.replayPartition, {
      taskQueue,
      ...(taskMsMax !== undefined && { workflowTaskTimeout: taskMsMax }),
      workflowId: liveReplayId(partition),
      workflowIdConflictPolicy: found,
      args: [{ partition, leaseMsMax }],
      typedSearchAttributes: [{ key: PARTITION, value: partition }],
      staticSummary: `Live replay of partition ${String(partition)}`,
      staticDetails:
        'Streams the journal of this partition to the user actors, event by event. It runs for as long as the ' +
        'instance does: an activity a lease, and a new run when the history is long.',
    });
  }

  /** Starts a training; throws CONFLICT where the same version is being trained. */
  async train(input: TrainModelInput): Promise<StartedRun> {
    return this.#start(WORKFLOW_TYPES.trainModel, trainingId(input.version), input, {
      version: input.version,
      summary: `Training of model version ${input.version}`,
      details:
        'Writes the dataset, trains an epoch an activity in a process of its own, measures the candidate beside the ' +
        'live model on events that neither saw, and makes it live when it is not worse.',
    });
  }

  /** Starts an index build. */
  async buildIndex(input: BuildIndexInput): Promise<StartedRun> {
    return this.#start(WORKFLOW_TYPES.buildIndex, indexBuildId(input.release), input, {
      summary: `Build of index release ${input.release}`,
      details:
        "Builds a Faiss index of the live model's items, measures it against exact search, and swaps the searcher " +
        'to it when its recall is high enough.',
    });
  }

  /** Starts a backfill; throws CONFLICT where one of the same version is under way. */
  async backfill(input: BackfillInput): Promise<StartedRun> {
    return this.#start(WORKFLOW_TYPES.backfill, backfillId(input.version), input, {
      version: input.version,
      summary: `Backfill of model version ${input.version}`,
      details:
        'Replays the journal into a new model version beside the live one, a child workflow a partition, within a ' +
        'share of the time of the core; the version ends as the shadow and follows the stream.',
    });
  }

  /** Pauses, resumes or cancels a backfill; false where none is known, CONFLICT where it has ended. */
  async controlBackfill(workflowId: string, control: RunControl): Promise<boolean> {
    const state = await this.describe('backfill', workflowId);
    if (state === undefined) return false;
    if (state.state !== 'running') {
      throw new RepriseError('CONFLICT', `the run ${workflowId} has ended (${state.state})`, {
        workflowId,
      });
    }
    const handle = this.#client.workflow.getHandle(workflowId);
    if (control === 'cancel') await handle.cancel();
    else await handle.signal(control === 'pause' ? pauseSignal : resumeSignal);
    return true;
  }

  /** Tells the run that builds versions for something that more is pending; starts it where none is under way. */
  async rebuild(kind: RebuildKind, input: RebuildsInput, now: boolean): Promise<StartedRun> {
    const { type, workflowId, summary, details } = REBUILDS[kind];
    await this.#client.workflow.signalWithStart(type, {
      ...{ taskQueue: this.#place.taskQueue, workflowId, args: [input] },
      ...{ signal: rebuildSignal, signalArgs: [now], memo: { input: { ...input } } },
      ...{ staticSummary: summary, staticDetails: details },
    });
    return { workflowId, url: this.url(workflowId) };
  }

  /** Shows a time travel under its id: one that runs already, or ran before, is the same travel. */
  async travel(workflowId: string, input: TravelToInput): Promise<void> {
    await this.#client.workflow.start(WORKFLOW_TYPES.travelTo, {
      taskQueue: this.#place.taskQueue,
      workflowId,
      workflowIdConflictPolicy: 'USE_EXISTING',
      args: [input],
      staticSummary: `Time travel to ${input.positions.join(', ')}`,
      staticDetails:
        'Replays the journal from the nearest copy before these positions, beside what serves, and keeps the state ' +
        'in memory for answers as of then.',
    });
  }

  /** Starts a verification. */
  async verify(workflowId: string, input: VerifyReplayInput): Promise<StartedRun> {
    const { model } = input;
    const what = model === undefined ? 'the live version' : `model version ${model}`;
    return this.#start(WORKFLOW_TYPES.verifyReplay, workflowId, input, {
      ...(model !== undefined && { version: model }),
      summary: `Proof of ${what}`,
      details:
        'Replays the journal from its first event beside what serves, within a share of the time of the core, and compares ' +
        'the states bit for bit. It fails where they differ, and says at which position they part.',
    });
  }

  /** Waits for what a verification ends with; see {@link verificationReport}. */
  report(workflowId: string, signal: AbortSignal): Promise<VerifyReport> {
    const result = this.#client.workflow.getHandle(workflowId).result() as Promise<VerifyReport>;
    return verificationReport(result, workflowId, signal);
  }

  /** How a run stands; undefined where no run of this kind is known. */
  async describe(kind: keyof typeof TYPES, workflowId: string): Promise<RunState | undefined> {
    const handle = this.#client.workflow.getHandle(workflowId);
    const description = await handle.describe().catch((error: unknown) => {
      if (error instanceof WorkflowNotFoundError) return undefined;
      throw error;
    });
    if (description?.type !== TYPES[kind]) return undefined;
    const known = { workflowId, url: this.url(workflowId), state: stateOf(description) };
    if (known.state === 'running') return { ...known, ...(await this.#progress(workflowId)) };
    return { ...known, ...(await outcomeOf(handle.result())) };
  }

  /** The runs that were started last, those under way first, as Temporal lists them. */
  async list(): Promise<readonly RunSummary[]> {
    const kinds = new Map(Object.entries(TYPES).map(([kind, type]) => [type as string, kind]));
    const names = [...kinds.keys()].map((type) => `'${type}'`).join(', ');
    const listed: RunSummary[] = [];
    const query = `WorkflowType IN (${names})`;
    for await (const info of this.#client.workflow.list({ query, pageSize: listedRunsMax })) {
      const { workflowId, type, startTime, closeTime } = info;
      const state = stateOf(info);
      listed.push({
        kind: kinds.get(type) as RunSummary['kind'],
        ...{ workflowId, url: this.url(workflowId), state, startedAt: startTime.toISOString() },
        ...(closeTime !== undefined && { endedAt: closeTime.toISOString() }),
        ...(state === 'running' && (await this.#progress(workflowId))),
      });
      if (listed.length === listedRunsMax) break;
    }
    return listed;
  }

  async #progress(workflowId: string): Promise<Pick<RunState, 'stage' | 'progress'>> {
    const handle = this.#client.workflow.getHandle(workflowId);
    try {
      const { stage, done, total } = await this.#client.connection.withDeadline(
        Date.now() + QUERY_MS_MAX,
        () => handle.query(progressQuery),
      );
      return { stage, progress: { done, total } };
    } catch {
      // A run whose worker is busy or just back is running all the same.
      return {};
    }
  }

  async #start(
    type: string,
    workflowId: string,
    input: TrainModelInput | BuildIndexInput | BackfillInput | VerifyReplayInput,
    about: { readonly version?: string; readonly summary: string; readonly details: string },
  ): Promise<StartedRun> {
    const { version, summary, details } = about;
    try {
      await this.#client.workflow.start(type, {
        taskQueue: this.#place.taskQueue,
        workflowId,
        workflowIdConflictPolicy: 'FAIL',
        args: [input],
        ...(version !== undefined && {
          typedSearchAttributes: [{ key: MODEL_VERSION, value: version }],
        }),
        memo: { input: { ...input } },
        staticSummary: summary,
        staticDetails: details,
      });
    } catch (error) {
      if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
      throw new RepriseError('CONFLICT', `the run ${workflowId} is under way: wait for its end`, {
        workflowId,
      });
    }
    return { workflowId, url: this.url(workflowId) };
  }
}

/** How a run stands, in our words. */
export function stateOf({ status }: Pick<WorkflowExecutionInfo, 'status'>): RunState['state'] {
  switch (status.name) {
    case 'RUNNING':
    case 'CONTINUED_AS_NEW':
      return 'running';
    case 'COMPLETED':
      return 'completed';
    case 'CANCELLED':
      return 'cancelled';
    default:
      return 'failed';
  }
}

async function outcomeOf(result: Promise<unknown>): Promise<Pick<RunState, 'result' | 'failure'>> {
  try {
    return { result: (await result) as Record<string, unknown> };
  } catch (error) {
    if (!(error instanceof WorkflowFailedError)) throw error;
    return { failure: rootCause(error.cause) ?? error.message };
  }
}
