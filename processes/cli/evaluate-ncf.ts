import { writeFile } from 'node:fs/promises';

import { InvalidArgumentError, Option } from 'commander';

import type { TrainerName } from '../../activities/training/trainer.ts';
import type {
  BatchSettings,
  BatchTrainerFactory,
  TrainingPairs,
} from '../../model/batch/batch-trainer.ts';
import { BATCH_TRAINERS, defaultSettings } from '../trainer/batch-trainers.ts';
import type { Solver } from '../trainer/batch-trainers.ts';
import type { NcfData } from '../evaluation/ncf-files.ts';
import { checkTrainable, ncfWarnings, readNcfFiles } from '../evaluation/ncf-files.ts';
import { labelOf, ncfReport } from '../evaluation/ncf-report.ts';
import type { NcfResult, NcfSetting } from '../evaluation/ncf-result.ts';
import { floorResult, trainedResult } from '../evaluation/ncf-result.ts';
import { measureFloor, runTraining } from '../evaluation/ncf-run.ts';
import type { SeedOutcome } from '../evaluation/ncf-run.ts';
import { validationData } from '../evaluation/ncf-validation.ts';
import { reportPage } from '../evaluation/report-page.ts';
import type { CommandContext, CommandSpec } from './command.ts';
import { wholeNumber } from './command.ts';
import type { Progress } from './progress.ts';
import { startProgress } from './progress.ts';
import { table } from './table.ts';

/** The most seeds of one run. */
const seedsMax = 100;
const epochsMax = 10_000;

type Overrides = Partial<Record<keyof BatchSettings, number>>;

interface NcfOptions {
  readonly train: string;
  readonly test: string;
  readonly negatives: string;
  readonly factors: readonly number[];
  readonly trainer: TrainerName | 'popularity';
  readonly solver?: Solver;
  readonly seeds: number;
  readonly epochs?: number;
  readonly validation?: boolean;
  readonly set: Overrides;
  readonly report?: string;
}

/** `evaluate ncf`: trains in batches and ranks held-out items among given negatives. */
export const ncfCommand: CommandSpec<NcfOptions> = {
  name: 'ncf',
  summary: 'train on one file and rank the held-out item of each user among its given negatives',
  configure(command) {
    command
      .requiredOption('--train <file>', 'lines of user, item, … between tabs; gzip or plain')
      .requiredOption('--test <file>', 'the held-out pair of each user, in the same form')
      .requiredOption('--negatives <file>', 'a line a test pair: (user,item) and its negatives')
      .option('--factors <list>', 'lengths of embeddings, with commas between', listOfFactors, [32])
      .addOption(
        new Option('--trainer <name>', 'who trains')
          .choices([...Object.keys(BATCH_TRAINERS), 'popularity'])
          .default('tfjs'),
      )
      .addOption(new Option('--solver <name>', 'how it trains').choices(['sgd', 'als']))
      .option('--seeds <count>', 'trainings a setting', wholeNumber(1, seedsMax), 1)
      .option('--epochs <n>', 'passes over the pairs', wholeNumber(1, epochsMax))
      .option(
        '--set <name=value>',
        'another setting of the trainer; may be given again',
        setOne,
        {},
      )
      .option(
        '--validation',
        'measure on an item a user held out of --train, to choose settings by',
      )
      .option('--report <file>', 'write a page with plots');
  },
  async run(context, _args, options) {
    const data = await readData(context, options);
    const { pairs, cases, counts } = data;
    const setting: NcfSetting = {
      floor: measureFloor(pairs, cases, now),
      measuredOn: options.validation === true ? 'validation' : 'test',
      data: counts,
    };
    const { trainer } = options;
    const runs =
      trainer === 'popularity'
        ? [floorResult(setting)]
        : await trainAll(context, data, setting, { ...options, trainer });
    if (options.report !== undefined) await writeFile(options.report, reportPage(ncfReport(runs)));
    tell(context, runs);
    return undefined;
  },
};

const now = (): number => performance.now();

async function readData(context: CommandContext, options: NcfOptions): Promise<NcfData> {
  const data = await readNcfFiles(options, context.deps.signal);
  checkTrainable(data);
  for (const warning of ncfWarnings(data.counts)) context.output.remark(`warning: ${warning}`);
  return options.validation === true ? validationData(data) : data;
}

async function trainAll(
  context: CommandContext,
  data: NcfData,
  setting: NcfSetting,
  options: NcfOptions & { readonly trainer: TrainerName },
): Promise<NcfResult[]> {
  const { trainer, factors, seeds } = options;
  const base = settingsOf(options, data.pairs);
  const factory = await BATCH_TRAINERS[trainer].load();
  const progress = startProgress(context.output, `evaluate ${trainer}`, context.deps.clock);
  const steps: Steps = { progress, done: 0, total: factors.length * seeds * base.epochs };
  const results: NcfResult[] = [];
  try {
    for (const dimensions of factors) {
      const settings = { ...base, dimensions };
      const outcomes: SeedOutcome[] = [];
      for (let at = 0; at < seeds; at += 1) {
        const seeded = { ...settings, seed: settings.seed + at };
        outcomes.push(await trainOne(context, data, { factory, settings: seeded, steps }));
      }
      results.push(trainedResult(trainer, settings, outcomes, setting));
    }
    return results;
  } finally {
    progress.stop();
  }
}

interface Steps {
  readonly progress: Progress;
  readonly total: number;
  done: number;
}

interface OneTraining {
  readonly factory: BatchTrainerFactory;
  readonly settings: BatchSettings;
  readonly steps: Steps;
}

function trainOne(
  context: CommandContext,
  { pairs, cases }: NcfData,
  { factory, settings, steps }: OneTraining,
): Promise<SeedOutcome> {
  const { signal } = context.deps;
  return runTraining({
    ...{ pairs, cases, factory, settings, signal },
    nowMs: now,
    onEpoch: ({ epoch, hitRate10, ndcg10 }) => {
      steps.done += 1;
      const where = `${String(settings.dimensions)} factors, seed ${String(settings.seed)}, epoch ${String(epoch)}`;
      const reached = `HR@10 ${hitRate10.toFixed(4)} NDCG@10 ${ndcg10.toFixed(4)}`;
      steps.progress.update(steps.done, steps.total, `${where}: ${reached}`);
    },
  });
}

function settingsOf(
  options: NcfOptions & { readonly trainer: TrainerName },
  pairs: TrainingPairs,
): Omit<BatchSettings, 'dimensions'> {
  const { trainer, solver, epochs, set } = options;
  const defaults = defaultSettings(trainer, solver, pairs);
  return { ...defaults, ...set, ...(epochs === undefined ? {} : { epochs }) } as typeof defaults;
}

function tell({ output }: CommandContext, runs: readonly NcfResult[]): void {
  const [only] = runs;
  const header = ['setting', 'HR@10', '±', 'NDCG@10', '±', 'epochs', 's/epoch', 'checkpoint'];
  const rows = runs.map((run) => [
    labelOf(run),
    run.hitRate10.toFixed(4),
    run.spread.hitRate10.toFixed(4),
    run.ndcg10.toFixed(4),
    run.spread.ndcg10.toFixed(4),
    String(run.epochs),
    run.secondsPerEpoch.toFixed(2),
    run.checkpoint.slice(0, 12),
  ]);
  output.result(runs.length === 1 ? only : { runs }, [
    ...table(header, rows),
    ...runs.flatMap(bestLine),
    ...(only === undefined || only.trainer === 'popularity' ? [] : [floorLine(only)]),
  ]);
}

function bestLine(run: NcfResult): string[] {
  const best = run.bestOnTest ?? run.bestOnValidation;
  if (best === undefined) return [];
  return [
    `${labelOf(run)}: best on the ${run.measuredOn}, chosen by looking at it: epoch ${String(best.epoch)}, ` +
      `HR@10 ${best.hitRate10.toFixed(4)}, NDCG@10 ${best.ndcg10.toFixed(4)}, after ${run.secondsToBest.toFixed(1)} s`,
  ];
}

function floorLine({ floor }: NcfResult): string {
  return `popularity: HR@10 ${floor.hitRate10.toFixed(4)}, NDCG@10 ${floor.ndcg10.toFixed(4)}`;
}

function listOfFactors(text: string): number[] {
  const factors = [...new Set(text.split(',').map((part) => wholeNumber(4, 512)(part)))];
  if (factors.every((one) => one % 4 === 0)) return factors;
  throw new InvalidArgumentError('give multiples of 4 from 4 to 512, with commas between.');
}

const SETTABLE: readonly string[] = [
  ...['learningRate', 'regularization', 'negatives', 'initDeviation', 'unobservedWeight'],
  ...['frequencyExponent', 'warmStartEpochs', 'seed', 'threads'],
];

function setOne(text: string, before: Overrides): Overrides {
  const [name = '', value = ''] = text.split('=');
  if (!SETTABLE.includes(name) || value.trim() === '' || !Number.isFinite(Number(value))) {
    throw new InvalidArgumentError(`give name=number; the names are ${SETTABLE.join(', ')}.`);
  }
  return { ...before, [name]: Number(value) };
}
