import { readFileSync } from 'node:fs';

import { Option } from 'commander';

import { RepriseError } from '../../events/error.ts';
import type { CommandSpec } from './command.ts';
import { followRun } from './run-follower.ts';
import { gathered } from './rule-options.ts';

/** The bytes that a file of settings may have. */
export const settingsFileBytesMax = 65_536;

interface BackfillOptions {
  readonly from: readonly string[];
  readonly to: readonly string[];
  readonly settings?: string;
  readonly name?: string;
  readonly model?: string;
  readonly order?: string;
}

/** `backfill`: builds a model version by replaying the journal beside the live one. */
export const backfillCommand: CommandSpec<BackfillOptions> = {
  name: 'backfill',
  summary: 'build a model version by replaying the journal; it ends as the shadow and follows on',
  configure(command) {
    command
      .option('--from <position>', 'learn the events after it; once a partition', gathered, [])
      .option('--to <position>', 'replay so far, then follow; once a partition', gathered, [])
      .option('--settings <file>', "JSON of the learner's settings that differ from the live ones")
      .option('--name <version>', 'v2, v3 and so on (default: the next)')
      .addOption(
        new Option('--order <order>', 'the order in which the past is learned').choices([
          'journal',
          'time',
        ]),
      )
      .option('--model <version>', 'bring a version that is there to the head again');
  },
  run(context, _args, { from, to, settings, name, model, order }) {
    const body = {
      ...(from.length === 0 ? {} : { from }),
      ...(to.length === 0 ? {} : { to }),
      ...(settings === undefined ? {} : { settings: readSettings(settings) }),
      ...(name === undefined ? {} : { name }),
      ...(model === undefined ? {} : { model }),
      ...(order === undefined ? {} : { order }),
    };
    return followRun(context, { label: 'backfill', path: '/v1/backfills', body });
  },
};

function readSettings(path: string): unknown {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    throw new RepriseError('INVALID', `--settings ${path} cannot be read (${code})`);
  }
  if (Buffer.byteLength(text) > settingsFileBytesMax) {
    throw new RepriseError(
      'INVALID',
      `--settings ${path} is longer than ${String(settingsFileBytesMax)} bytes: it is no file of settings`,
    );
  }
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw new RepriseError(
      'INVALID',
      `--settings ${path} is not JSON: write {"learningRate": 0.1}`,
    );
  }
}
