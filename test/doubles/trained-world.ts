import type { TrainingActivities } from '../../activities/training/training.ts';
import type { LearnerSettings } from '../../model/settings.ts';
import { combineStateHashes } from '../../model/state-hash.ts';
import { temporaryFolder } from '../adapters/temporary-folder.ts';
import type { Told } from './partition-rig.ts';
import { addingTrainer, TrainingWorld } from './training-world.ts';

/** A world that lives through what it is told, and trains versions. */
export class TrainedWorld {
  readonly world: TrainingWorld;
  readonly training: TrainingActivities;

  constructor(world: TrainingWorld) {
    this.world = world;
    this.training = world.activities(addingTrainer());
  }

  /** A world in which this has happened. */
  static async told(
    told: readonly Told[],
    partitions = 1,
    learner: Partial<LearnerSettings> = {},
  ): Promise<TrainingWorld> {
    const world = await TrainingWorld.open(await temporaryFolder(), partitions, learner);
    await world.rig.tell(...told);
    await world.follow();
    await world.caughtUp();
    return world;
  }

  /** The version that serves. */
  get live(): string {
    return this.world.live[0]!.runtime.definition.version;
  }

  /** The state hash, after what was told last. */
  async hash(...told: readonly Told[]): Promise<string> {
    if (told.length > 0) await this.world.rig.tell(...told);
    await this.world.caughtUp();
    const { live, rig } = this.world;
    return combineStateHashes(
      await Promise.all(live.map((one) => one.exclusive((runtime) => rig.hash(runtime)))),
    );
  }

  /** Trains a version and makes it live. */
  async train(version: string): Promise<void> {
    const run = `train-${version}`;
    await this.training.prepareDataset({ run, version, settings: {}, seed: 3, holdoutShare: 0.1 });
    await this.training.trainEpoch({ run, epoch: 1 });
    await this.training.registerVersion({ run, epoch: 1, metrics: {} });
    await this.training.promoteVersion({ version });
  }
}
