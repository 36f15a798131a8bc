import { setTimeout as sleep } from 'node:timers/promises';
import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import type { VersionDefinition } from '../../actors/runtime/definition.ts';
import { PartitionRuntime } from '../../actors/runtime/partition.ts';
import { TRAINED_TENSORS, trainedTensorName } from '../../activities/versions/base-checkpoint.ts';
import { follow } from '../../activities/replay/follower.ts';
import { LivePartition } from '../../activities/replay/live-partition.ts';
import type { EpochJob, TrainerPool } from '../../activities/training/trainer.ts';
import { createTrainingActivities } from '../../activities/training/training.ts';
import type { TrainingActivities } from '../../activities/training/training.ts';
import { VersionRuntimes } from '../../activities/versions/version-runtimes.ts';
import { openCheckpoints } from '../../adapters/embedded/checkpoints.ts';
import { openRuns } from '../../adapters/embedded/runs.ts';
import { readTensorFile, writeTensorFile } from '../../adapters/tensor-file.ts';
import { openVersions } from '../../adapters/embedded/versions.ts';
import type { Tensor } from '../../model/checkpoint.ts';
import type { LearnerSettings } from '../../model/settings.ts';
import { definitionOf, PartitionRig } from './partition-rig.ts';
import { sharedDoor } from './fact-door.ts';
import type { Told } from './partition-rig.ts';

/** Plays of a few users, who come back with items that they have and have not met. */
export function somePlays(count: number, from = 0): Told[] {
  return Array.from({ length: count }, (_, n) => {
    const at = from + n;
    return { user: `u${at % 7}`, item: `i${(at * 5 + (at % 3)) % 29}`, timeMs: at, id: `e${at}` };
  });
}

/** Keeps what the SDK says of provoked failures out of the test's output. */
export const SILENT = new DefaultLogger('ERROR', () => undefined);

const yieldNow = () => new Promise<void>((resolve) => setImmediate(resolve));

/** A trainer that adds a tenth to every row: what it makes is known without training. */
export function addingTrainer(): TrainerPool & { readonly jobs: EpochJob[]; ended: string[] } {
  const jobs: EpochJob[] = [];
  const ended: string[] = [];
  return {
    jobs,
    ended,
    unavailable: () => Promise.resolve(undefined),
    epoch: async (job, { onProgress }) => {
      jobs.push(job);
      onProgress({ done: 1, total: 2, loss: 0.5 });
      const tensors: Record<string, Tensor> = {};
      for (const { partition, parent } of job.files) {
        const { checkpoint } = await readTensorFile(parent);
        for (const [table, name] of Object.entries(TRAINED_TENSORS)) {
          const { shape, data } = checkpoint.tensors[name]!;
          const key = trainedTensorName(partition, table as keyof typeof TRAINED_TENSORS);
          // A blend has no output layer.
          const added = job.learner.learner === 'blend' && table === 'output' ? 0 : 0.1;
          tensors[key] = { shape, data: (data as Float32Array).map((value) => value + added) };
        }
      }
      const manifest = { version: job.run, partition: 0, sequence: job.epoch, settings: {} };
      const about = { parent: null, createdMs: 0, extra: {} };
      const written = await writeTensorFile(job.to, {
        manifest: { ...manifest, ...about },
        tensors,
      });
      const { epoch } = job;
      return { epoch, loss: 0.5, hitRate10: 0.2, checkpointSha256: written.sha256, seconds: 0 };
    },
    evaluate: () => Promise.resolve({ candidate: 0.2, parent: 0.1, events: 5 }),
    end: async (run) => {
      ended.push(run);
    },
  };
}

/** The training activities over a journal in memory and files in a folder, with live partitions that follow. */
export class TrainingWorld {
  readonly rig: PartitionRig;
  readonly first: VersionDefinition;
  readonly folder: string;
  readonly registry: ReturnType<typeof openVersions>;
  readonly checkpoints: ReturnType<typeof openCheckpoints>;
  readonly files: ReturnType<typeof openRuns>;
  readonly versions: VersionRuntimes;
  readonly live: LivePartition[] = [];

  private constructor(rig: PartitionRig, folder: string, learner: Partial<LearnerSettings>) {
    this.rig = rig;
    this.folder = folder;
    this.first = definitionOf('v1', learner, rig.journal.partitions);
    this.registry = openVersions({ folder: `${folder}/models` });
    this.checkpoints = openCheckpoints({
      folder: `${folder}/checkpoints`,
      onDamaged: (path) => {
        throw new Error(`${path} is damaged`);
      },
    });
    this.files = openRuns({ folder: `${folder}/runs` });
    this.versions = new VersionRuntimes({
      journal: rig.journal,
      registry: this.registry,
      checkpoints: this.checkpoints,
      maker: {
        create: (definition, partition) => rig.runtime(definition, partition),
        restore: (definition, partition, checkpoint) =>
          PartitionRuntime.restore(rig.deps(definition, partition), checkpoint),
      },
      follow,
      yieldNow,
      sliceMsMax: 8,
      clock: rig.clock,
      logger: { info: () => undefined, warn: () => undefined, error: () => undefined },
    });
  }

  static async open(
    folder: string,
    partitions = 1,
    learner: Partial<LearnerSettings> = {},
  ): Promise<TrainingWorld> {
    const world = new TrainingWorld(await PartitionRig.create(partitions), folder, learner);
    const { baseSha256: _, ...definition } = world.first;
    const about = { parent: null, createdMs: 0, trainedBy: null, metrics: {} };
    await world.registry.register({ definition, ...about }, null);
    return world;
  }

  /** Starts to follow every partition, from what recovery finds. */
  async follow(): Promise<void> {
    for (let partition = 0; partition < this.rig.journal.partitions; partition++) {
      const runtime = await this.versions.recover(partition);
      const live = new LivePartition(runtime, {
        journal: this.rig.journal,
        versions: this.versions,
        sink: undefined,
        yieldNow,
        sliceMsMax: 8,
        clock: this.rig.clock,
        save: (checkpoint) => this.checkpoints.save(checkpoint),
        onError: (error) => {
          throw error;
        },
      });
      live.start();
      this.live.push(live);
    }
  }

  /** Resolves when every live partition stands at its head. */
  async caughtUp(): Promise<void> {
    for (const { runtime, partition } of this.live) {
      while (this.live[partition]!.runtime.position < this.rig.journal.head(runtime.partition)) {
        await sleep(1);
      }
    }
  }

  /** The training activities, each run as Temporal would; `heartbeats` gathers what they say. */
  activities(trainer: TrainerPool, heartbeats: unknown[] = []): TrainingActivities {
    const plain = createTrainingActivities({
      journal: this.rig.journal,
      door: sharedDoor(this.rig.journal),
      registry: this.registry,
      versions: this.versions,
      files: this.files,
      trainer,
      clock: this.rig.clock,
      yieldNow,
      sliceMsMax: 8,
      live: (partition) => {
        const { runtime } = this.live[partition]!;
        return { version: runtime.definition.version, position: runtime.position };
      },
      sleep: async (ms) => {
        await sleep(ms);
      },
    });
    const under = Object.entries(plain).map(([name, activity]) => [
      name,
      (input: unknown) => {
        const environment = new MockActivityEnvironment({}, { logger: SILENT });
        environment.on('heartbeat', (details: unknown) => heartbeats.push(details));
        return environment.run(activity as (input: unknown) => Promise<unknown>, input);
      },
    ]);
    return Object.fromEntries(under) as TrainingActivities;
  }

  async close(): Promise<void> {
    for (const live of this.live) await live.close();
  }
}
