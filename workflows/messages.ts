import { defineQuery, defineSignal } from '@temporalio/workflow';
import { defineSearchAttributeKey } from '@temporalio/common';
import type { Activities } from '../activities/index.ts';
import type { TrainerName } from '../activities/training/trainer.ts';

/** The task queue of the embedded profile: its one worker, in the core process, does everything. */
export const TASK_QUEUE = 'reprise';

/** What a process of the cluster does for workflows, by the process that does it. */
export type ClusterWork = 'partitions' | 'shadows' | 'training' | 'indexing';

/** The task queues of the cluster: workflows run on the first, activities on those of the processes that do them. */
export const CLUSTER_TASK_QUEUES = {
  workflows: 'reprise-workflows',
  partitions: 'reprise-partitions',
  shadows: 'reprise-shadows',
  training: 'reprise-training',
  indexing: 'reprise-indexing',
} as const satisfies Readonly<Record<ClusterWork | 'workflows', string>>;

/** The workflow types by name, so that a starter needs no workflow code. */
export const WORKFLOW_TYPES = {
  replayPartition: 'replayPartition',
  trainModel: 'trainModel',
  buildIndex: 'buildIndex',
  backfill: 'backfill',
  eraseUsers: 'eraseUsers',
  travelTo: 'travelTo',
  quarantineEvents: 'quarantineEvents',
  verifyReplay: 'verifyReplay',
  promoteShadow: 'promoteShadow',
  scheduledRun: 'scheduledRun',
} as const;

/** The model version that a run is about. */
export const MODEL_VERSION = defineSearchAttributeKey('ModelVersion', 'KEYWORD');

/** The partition that a run replays. */
export const PARTITION = defineSearchAttributeKey('Partition', 'INT');

/** What a run is doing now, in one or two words, e.g. `epoch 3 of 8`. */
export const STAGE = defineSearchAttributeKey('Stage', 'KEYWORD');

/** The hit rate or recall at 10 that a run reached last, 0 to 1. */
export const HIT_RATE = defineSearchAttributeKey('HitRate', 'DOUBLE');

/** The last position that a run consumed, `"0:1234"`. */
export const POSITION = defineSearchAttributeKey('Position', 'KEYWORD');

/** Events a second that a run has replayed, over its time so far. */
export const RATE = defineSearchAttributeKey('Rate', 'DOUBLE');

/** Every search attribute that the server must know, for its start. */
export const SEARCH_ATTRIBUTES = [
  ...[MODEL_VERSION, PARTITION, STAGE],
  ...[HIT_RATE, POSITION, RATE],
] as const;

/** Asks a replay to stand still after its current lease; reads go on from the state that it left. */
export const pauseSignal = defineSignal('pause');

/** Asks a paused replay to go on. */
export const resumeSignal = defineSignal('resume');

/** Tells a run how far one of its replays has come. */
export const replayedSignal = defineSignal<[ReplayedPart]>('replayed');

/** How far the replay of one partition has come. */
export interface ReplayedPart {
  readonly partition: number;
  /** The last sequence consumed. */
  readonly position: number;
}

/** Tells a run that builds versions anew that something is pending; true where it is to be begun at once. */
export const rebuildSignal = defineSignal<[now: boolean]>('rebuild');

/** Asks a run how far it has come. */
export const progressQuery = defineQuery<Progress>('progress');

/** What a run answers to {@link progressQuery}: `done` of `total` in the unit of its stage. */
export interface Progress {
  readonly stage: string;
  readonly done: number;
  readonly total: number;
}

/** The id of the workflow that follows a partition's live events; one run at a time. */
export function liveReplayId(partition: number): string {
  return `replay-partition-${String(partition)}`;
}

/** The id of the child workflow that replays the tail of a training run into one partition's shadow. */
export function tailReplayId(run: string, partition: number): string {
  return `${run}-tail-${String(partition)}`;
}

/** Replays a partition: `(from, to]` of a version's shadow, or, without a range, the live one for ever. */
export interface ReplayPartitionInput {
  readonly partition: number;
  /** The longest time that one activity holds the partition. */
  readonly leaseMsMax: number;
  /** Present for a bounded replay; the live follower has none. */
  readonly bounded?: {
    readonly version: string;
    readonly from: number;
    readonly to: number;
    /** True where the version follows the stream by itself from there on, and the parent is told of the way. */
    readonly follows?: boolean;
  };
  /** Leases taken by the runs before this one; carried over by continue-as-new. */
  readonly leases?: number;
  /** Leases after which a run hands over to the next, so that histories stay short. */
  readonly leasesPerRunMax?: number;
  /** True where a pause outlives a continue-as-new. */
  readonly paused?: boolean;
  /** The queue of the worker that held the partition last, where it has one of its own. */
  readonly queue?: string;
}

/** Where a replay ended. */
export interface ReplayPartitionResult {
  readonly partition: number;
  readonly version: string;
  /** The last sequence consumed. */
  readonly position: number;
  readonly leases: number;
}

/** The id of the workflow that trains a version. */
export function trainingId(version: string): string {
  return `train-${version}`;
}

/** The id of the workflow that builds an index release. */
export function indexBuildId(release: string): string {
  return `build-index-${release}`;
}

/** What a training run is asked to do; everything else has defaults. */
export interface TrainModelInput {
  /** The name that the candidate gets. */
  readonly version: string;
  readonly promote: 'if-not-worse' | 'never';
  /** Who trains; tfjs where it is left out. */
  readonly trainer?: TrainerName;
  readonly epochs: number;
  /** Epochs without a better validation hit rate after which training stops. */
  readonly patience: number;
  /** Overrides of the trainer's settings. */
  readonly settings?: Readonly<Record<string, number>>;
  readonly seed: number;
  /** Share of each partition's events that is held out, at its end. */
  readonly holdoutShare: number;
  readonly leaseMsMax: number;
}

/** One epoch as a person reads it. */
export interface EpochReport {
  readonly epoch: number;
  readonly loss: number;
  /** Hit rate at 10 on the held-out pairs that choose the epoch, full ranking minus seen. */
  readonly hitRate10: number;
  readonly checkpointSha256: string;
  readonly seconds: number;
}

/** How the candidate did beside its parent on the held-out events: hit rate at 10, full ranking minus seen. */
export interface HoldoutReport {
  readonly candidate: number;
  readonly parent: number;
  /** Held-out events that both could be measured on. */
  readonly events: number;
}

/** What a training run ended with. */
export interface TrainModelResult {
  readonly workflowId: string;
  /** The candidate's version, registered or not. */
  readonly version: string;
  readonly parent: string;
  readonly promoted: boolean;
  /** Why it was promoted or not, as a sentence. */
  readonly why: string;
  readonly epochs: readonly EpochReport[];
  /** The epoch whose checkpoint became the candidate. */
  readonly bestEpoch: number;
  readonly holdout: HoldoutReport;
  /** Where `ModelPromoted` stands, `"0:1234"` each; empty where it was not promoted. */
  readonly positions: readonly string[];
  /** The seed that repeats the run. */
  readonly seed: number;
  /** SHA-256 of the dataset files, one a partition. */
  readonly datasetSha256: readonly string[];
}

/** The id of the workflow that builds a version by replay. */
export function backfillId(version: string): string {
  return `backfill-${version}`;
}

/** The id of the child workflow that replays one partition for a backfill. */
export function backfillReplayId(run: string, partition: number): string {
  return `${run}-partition-${String(partition)}`;
}

/** What a backfill is asked to do. */
export interface BackfillInput {
  readonly version: string;
  /** What the version is to be; absent where it is registered already. */
  readonly define?: BackfilledDefinition;
  /** How far each partition is replayed before it follows by itself; null where that is the head. */
  readonly to: readonly (number | null)[];
  readonly leaseMsMax: number;
}

/** What a version that is built by replay is. */
export interface BackfilledDefinition {
  /** The version whose settings it changes. */
  readonly parent: string;
  readonly learner: Readonly<Record<string, unknown>>;
  /** Where it starts to learn, a sequence a partition. */
  readonly start: readonly number[];
  /** The first barrier past every start, where there are many partitions and it isn't the first of all. */
  readonly firstBarrier?: number;
  /** How far each partition's events are learned in the order of their times; all in the journal's where absent. */
  readonly timeOrderedTo?: readonly number[];
}

/** What a backfill ended with. */
export interface BackfillResult {
  readonly workflowId: string;
  readonly version: string;
  /** Where the replay ended and following began, `"0:1234"` each. */
  readonly replayedTo: readonly string[];
  readonly events: number;
  readonly seconds: number;
  readonly eventsPerSecond: number;
  /** Where `ShadowAssigned` stands, `"0:1234"` each. */
  readonly positions: readonly string[];
}

/** What an index build is asked to do. */
export interface BuildIndexInput {
  /** The name of the release to be. */
  readonly release: string;
  readonly createdMs: number;
  /** The recall at 10 below which nothing is released. */
  readonly recall10Min: number;
}

/** One partition's share of a release as a person reads it. */
export interface IndexPartitionReport {
  readonly partition: number;
  /** The last position that the indexed vectors hold, `"0:1234"`. */
  readonly position: string;
  readonly items: number;
  /** The Faiss factory string, e.g. `IVF256,Flat`. */
  readonly kind: string;
  readonly probes: number;
  readonly recall10: number;
}

/** What an index build ended with. */
export interface BuildIndexResult {
  readonly workflowId: string;
  readonly release: string;
  readonly version: string;
  /** The lowest recall at 10 of the partitions, against exact search. */
  readonly recall10: number;
  readonly items: number;
  readonly sha256: string;
  readonly partitions: readonly IndexPartitionReport[];
  /** Where `IndexReleased` stands, `"0:1234"` each. */
  readonly positions: readonly string[];
  /** Whether answers are searched with it now, and why not where they aren't. */
  readonly inUse: boolean;
  readonly why: string;
}

/** The id of the workflow that erases users; one run at a time. */
export const ERASURE_ID = 'erase-users';

/** The id of the workflow that puts quarantines into force and lifts them; one run at a time. */
export const QUARANTINE_ID = 'quarantine-events';

/** The id of the child workflow that replays a partition into a version that leaves events out. */
export function rebuildReplayId(version: string, partition: number): string {
  return `rebuild-${version}-${String(partition)}`;
}

/** How versions are built anew. */
export interface RebuildsInput {
  /** How long it waits for more to come before a version is built. */
  readonly delayMsMax: number;
  readonly leaseMsMax: number;
  /** Present where an earlier run handed over: whether somebody asked, and whether at once. */
  readonly asked?: boolean;
  readonly hurried?: boolean;
}

/** What a run that erases ended with: the erasures that it carried out, the newest within a bound. */
export interface EraseUsersResult {
  readonly workflowId: string;
  readonly erasures: readonly {
    readonly erasure: string;
    readonly version: string;
    readonly stateHash: string;
  }[];
}

/** What a time travel is asked to do. */
export interface TravelToInput {
  /** Where to, `"0:1234"` each. */
  readonly positions: readonly string[];
  /** The version, where it is not the one that was live there. */
  readonly version?: string;
}

/** Where a time travel arrived. */
export interface TravelToResult {
  readonly version: string;
  readonly positions: readonly string[];
}

/** What a run of quarantines ended with: the versions that it made live, and what each changed. */
export interface QuarantineEventsResult {
  readonly workflowId: string;
  readonly changes: readonly {
    readonly version: string;
    readonly quarantines: readonly string[];
  }[];
}

/** The failure's type where a version is not what a clean replay gives; its details are the report. */
export const DIFFERENT = 'DIFFERENT';

/** What a verification is asked to prove. */
export interface VerifyReplayInput {
  /** A version that is held; the live one where it is left out. */
  readonly model?: string;
  readonly full: boolean;
}

/** Which run a schedule starts. */
export interface ScheduledRunInput {
  readonly kind: 'training' | 'index';
}

/** The run that a schedule started, and what it ended with. */
export interface ScheduledRunResult {
  readonly workflowId: string;
  readonly result: Readonly<Record<string, unknown>>;
}

/** On what the shadow is promoted. */
export interface PromoteShadowInput {
  readonly metric: 'recall10' | 'mrr10';
  /** Events that both versions have to be tested on. */
  readonly eventsMin: number;
}

/** The activities that workflows call, by type alone. */
export type WorkflowActivities = Activities;
