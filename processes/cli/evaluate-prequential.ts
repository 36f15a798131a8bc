import { createReadStream } from 'node:fs';
import { stat, writeFile } from 'node:fs/promises';
import { basename, dirname, resolve } from 'node:path';
import type { Readable } from 'node:stream';

import { InvalidArgumentError, Option } from 'commander';

import { RepriseError } from '../../events/error.ts';
import { loadKernel } from '../../model/kernel/kernel.ts';
import {
  DEFAULT_STREAM_LEARNER,
  STREAM_LEARNERS,
  learnerOf,
} from '../../model/stream/learner-registry.ts';
import type { InteractionStream } from '../evaluation/interaction-stream.ts';
import { readInteractionStream } from '../evaluation/interaction-stream.ts';
import { prequentialContent } from '../evaluation/prequential-page.ts';
import type { PrequentialReport } from '../evaluation/prequential-report.ts';
import { prequentialReport } from '../evaluation/prequential-report.ts';
import { runPrequential } from '../evaluation/prequential-run.ts';
import { reportPage } from '../evaluation/report-page.ts';
import type { CommandContext, CommandSpec } from './command.ts';
import { finiteNumber, wholeNumber } from './command.ts';
import type { ExitCode } from './failure.ts';
import { EXIT } from './failure.ts';
import { startProgress } from './progress.ts';
import { grouped, table } from './table.ts';

/** The largest k that a ranking is asked for. */
export const rankingDepthMax = 1_000;
/** Figures over the stream are told for at most so many of its events apart. */
const windowEventsMax = 10_000_000;
const shownBrokenLinesMax = 10;

interface PrequentialOptions {
  readonly k: readonly number[];
  readonly repeats: 'drop' | 'keep';
  readonly positiveFrom?: number;
  readonly learner: readonly string[];
  readonly order: 'sort' | 'refuse';
  readonly window: number;
  readonly report?: string;
}

/** `evaluate prequential FILE`: every event is ranked before it is learned. */
export const prequentialCommand: CommandSpec<PrequentialOptions> = {
  name: 'prequential',
  summary: 'rank every event of a stream before it is learned, by one learner or several',
  configure(command) {
    command
      .argument('<file>', 'interactions in any format that import reads; - reads standard input')
      .option('--k <ks>', 'places of a ranking that count, with commas between', listOfK, [10, 20])
      .addOption(
        new Option('--repeats <how>', 'whether what a user has had may be ranked again')
          .choices(['drop', 'keep'])
          .default('drop'),
      )
      .option('--positive-from <value>', 'pass over rows with a lower value', finiteNumber)
      .option(
        '--learner <names>',
        `with commas between: ${[...STREAM_LEARNERS.keys()].join(', ')}`,
        listOfLearners,
        [DEFAULT_STREAM_LEARNER],
      )
      .addOption(
        new Option('--order <how>', 'what becomes of a stream out of time order')
          .choices(['sort', 'refuse'])
          .default('refuse'),
      )
      .option(
        '--window <events>',
        'events of the moving figures',
        wholeNumber(1, windowEventsMax),
        5_000,
      )
      .option('--report <file>', 'write an HTML page with plots');
  },
  async run(context, [file = ''], options) {
    const { report } = options;
    // Told before the run: a page without a folder would be lost after it.
    if (report !== undefined) await stat(dirname(resolve(report)));
    const stream = await readStream(context, file, options);
    const reports: PrequentialReport[] = [];
    for (const name of options.learner) {
      reports.push(await evaluate(context, stream, name, options));
    }
    if (report !== undefined) {
      await writeFile(report, reportPage(prequentialContent(basename(file), reports)));
      context.output.remark(`the report stands in ${report}`);
    }
    return tell(context, stream, reports, options);
  },
};

async function readStream(
  context: CommandContext,
  file: string,
  { positiveFrom, order }: PrequentialOptions,
): Promise<InteractionStream> {
  const source: Readable = file === '-' ? process.stdin : createReadStream(file);
  try {
    return await readInteractionStream(source, { positiveFrom, order }, context.deps.signal);
  } finally {
    source.destroy();
  }
}

async function evaluate(
  context: CommandContext,
  stream: InteractionStream,
  name: string,
  { k, repeats, window }: PrequentialOptions,
): Promise<PrequentialReport> {
  const { clock, signal } = context.deps;
  const learner = learnerOf(name, { kernels: await loadKernel() });
  if (learner === undefined) throw new RepriseError('INVALID', unknownLearner(name));
  const progress = startProgress(context.output, name, clock);
  try {
    const outcome = await runPrequential({
      learner,
      events: stream.events,
      depth: Math.max(...k),
      repeats,
      nowMs: () => performance.now(),
      onProgress: (events) => {
        progress.update(events, stream.events.length, `${grouped(events)} events`);
      },
      signal,
    });
    return prequentialReport(name, outcome, stream, { k, repeats, windowEvents: window });
  } finally {
    progress.stop();
  }
}

function tell(
  context: CommandContext,
  stream: InteractionStream,
  reports: readonly PrequentialReport[],
  { k }: PrequentialOptions,
): ExitCode {
  const [only] = reports;
  const header = [
    'learner',
    ...k.map((places) => `recall@${String(places)}`),
    ...k.map((places) => `mrr@${String(places)}`),
    'µs/update',
    'µs/ranking',
  ];
  const rows = reports.map((report) => [
    report.learner,
    ...k.map((places) => (report.recall[String(places)] ?? 0).toFixed(4)),
    ...k.map((places) => (report.mrr[String(places)] ?? 0).toFixed(4)),
    report.microsecondsPerUpdate.toFixed(2),
    report.microsecondsPerRanking.toFixed(1),
  ]);
  context.output.result(reports.length === 1 ? only : { runs: reports }, [
    ...table(header, rows),
    ...(only === undefined ? [] : [streamLine(stream, only)]),
  ]);
  tellBroken(context, stream);
  return stream.broken === 0 ? EXIT.ok : EXIT.failed;
}

function streamLine(stream: InteractionStream, report: PrequentialReport): string {
  const percent = (share: number): string => `${(100 * share).toFixed(1)}%`;
  return (
    `${grouped(report.events)} events of ${grouped(stream.users)} users and ${grouped(stream.items)} items; ` +
    `${percent(report.newUserShare)} by a new user, ${percent(report.newItemShare)} of a new item: these are misses`
  );
}

function tellBroken({ output }: CommandContext, { broken, errors }: InteractionStream): void {
  if (broken === 0) return;
  output.remark(`${grouped(broken)} lines were not read:`);
  for (const { line, reason } of errors.slice(0, shownBrokenLinesMax)) {
    output.remark(`  line ${grouped(line)}: ${reason}`);
  }
}

function listOfK(text: string): number[] {
  const parse = wholeNumber(1, rankingDepthMax);
  const ks = [...new Set(text.split(',').map((part) => parse(part)))];
  return ks.sort((left, right) => left - right);
}

function listOfLearners(text: string): string[] {
  const names = [...new Set(text.split(',').map((part) => part.trim()))];
  const unknown = names.find((name) => !STREAM_LEARNERS.has(name));
  if (unknown !== undefined) throw new InvalidArgumentError(`${unknownLearner(unknown)}.`);
  return names;
}

function unknownLearner(name: string): string {
  return `no learner is called ${JSON.stringify(name)}: choose from ${[...STREAM_LEARNERS.keys()].join(', ')}`;
}
