import { Option } from 'commander';

import type { TrainerName } from '../../activities/training/trainer.ts';
import type { CommandSpec } from './command.ts';
import { wholeNumber } from './command.ts';
import { followRun } from './run-follower.ts';

interface TrainOptions {
  readonly trainer?: TrainerName;
  readonly epochs?: number;
  readonly seed?: number;
  readonly promote: boolean;
}

/** `train`: trains a new model version durably; it becomes live when it is not worse. */
export const trainCommand: CommandSpec<TrainOptions> = {
  name: 'train',
  summary: 'train a new model version; it becomes live when it is not worse on held-out events',
  configure(command) {
    command
      .addOption(
        new Option(
          '--trainer <name>',
          'who trains; the kernel needs no tfjs-node (default: tfjs)',
        ).choices(['tfjs', 'kernel']),
      )
      .option('--epochs <n>', 'passes over the events', wholeNumber(1, 1_000))
      .option('--seed <n>', 'seed of the batches', wholeNumber(0, 4_294_967_295))
      .option('--no-promote', 'leave the live version as it is');
  },
  run(context, _args, { trainer, epochs, seed, promote }) {
    const body = {
      ...(trainer === undefined ? {} : { trainer }),
      ...(epochs === undefined ? {} : { epochs }),
      ...(seed === undefined ? {} : { seed }),
      ...(promote ? {} : { promote: 'never' }),
    };
    return followRun(context, { label: 'train', path: '/v1/training-runs', body });
  },
};
