import { createReadStream } from 'node:fs';
import type { Readable } from 'node:stream';

import { RepriseError } from '../../events/error.ts';
import { OffPolicySums } from '../../model/off-policy/estimates.ts';
import type { Estimate, PolicyEstimates } from '../../model/off-policy/estimates.ts';
import { readLoggedChoices } from '../evaluation/off-policy-rows.ts';
import type { CommandSpec } from './command.ts';
import type { ExitCode } from './failure.ts';
import { EXIT } from './failure.ts';
import { grouped, pairs } from './table.ts';

interface OffPolicyOptions {
  readonly scenario?: string;
  readonly target?: string;
  readonly from?: string;
  readonly to?: string;
}

const OF_THE_INSTANCE = ['scenario', 'target', 'from', 'to'] as const;

/** `evaluate off-policy [FILE]`: what a policy would have been worth, by the logs of another. */
export const offPolicyCommand: CommandSpec<OffPolicyOptions> = {
  name: 'off-policy',
  summary: 'tell from logged propensities what another policy would have been worth',
  configure(command) {
    command
      .argument(
        '[file]',
        'NDJSON of propensity, target, reward and, for doubly robust, predicted and predictedTarget; - reads standard input; what the instance explored itself where it is left out',
      )
      .option('--scenario <name>', 'of the instance: only what this scenario explored')
      .option('--target <name>', 'of the instance: the scenario that is evaluated, without chance')
      .option('--from <time>', 'of the instance: from this time on (RFC 3339)')
      .option('--to <time>', 'of the instance: up to this time (RFC 3339)');
  },
  async run(context, [file], options): Promise<ExitCode> {
    const { signal } = context.deps;
    const measured =
      file === undefined
        ? await context.withClient(
            async ({ http }) => {
              const accept = 'application/x-ndjson';
              const response = await http.open('GET', pathOf(options), { accept, signal });
              const sums = await measure(response, signal);
              if (response.complete) return sums;
              throw new RepriseError('UNAVAILABLE', 'the log was cut off: run the command again');
            },
            { durable: 'off' },
          )
        : await measureFile(file, options, signal);
    const { sums, unproven } = measured;
    const estimates = sums.estimates();
    if (estimates === undefined) {
      const remedy =
        file === undefined
          ? 'the instance explored nothing that an event names: ask with explore, and post impressions and reactions with the recommendationId of their answer'
          : `${file} holds no rows: give one logged choice a line`;
      const why = unproven === 0 ? '' : ` (${grouped(unproven)} answers could not be made again)`;
      throw new RepriseError('INVALID', `${remedy}${why}`);
    }
    context.output.result({ ...estimates, unproven }, told(estimates, unproven));
    return EXIT.ok;
  },
};

interface Measured {
  readonly sums: OffPolicySums;
  /** Answers that could not be made again, and are left out. */
  readonly unproven: number;
}

async function measure(source: Readable, signal: AbortSignal): Promise<Measured> {
  const sums = new OffPolicySums();
  let unproven = 0;
  const choices = readLoggedChoices(source, () => {
    unproven += 1;
  });
  for await (const choice of choices) {
    signal.throwIfAborted();
    sums.add(choice);
  }
  return { sums, unproven };
}

async function measureFile(
  file: string,
  options: OffPolicyOptions,
  signal: AbortSignal,
): Promise<Measured> {
  const asked = OF_THE_INSTANCE.find((name) => options[name] !== undefined);
  if (asked !== undefined) {
    const message = `--${asked} asks what the instance explored: leave ${file} out, or the option`;
    throw new RepriseError('INVALID', message);
  }
  const source: Readable = file === '-' ? process.stdin : createReadStream(file);
  try {
    return await measure(source, signal);
  } finally {
    source.destroy();
  }
}

function pathOf(options: OffPolicyOptions): string {
  const query = new URLSearchParams();
  for (const name of OF_THE_INSTANCE) {
    const value = options[name];
    if (value !== undefined) query.set(name, value);
  }
  return `/v1/explorations?${query.toString()}`;
}

function told(estimates: PolicyEstimates, unproven: number): string[] {
  const { rows, answers, logged, ips, snips, doublyRobust, effectiveRows } = estimates;
  const { weightMax, weightMean } = estimates;
  const lines: readonly (readonly [string, Estimate | undefined])[] = [
    ['as logged', logged],
    ['IPS', ips],
    ['SNIPS', snips],
    ['doubly robust', doublyRobust],
  ];
  return pairs([
    ['rows', grouped(rows)],
    ['answers', grouped(answers)],
    ...(unproven === 0 ? [] : [['left out, not proven', grouped(unproven)] as const]),
    ['effective', grouped(Math.round(effectiveRows))],
    ['greatest weight', weightMax.toFixed(2)],
    ['mean weight', weightMean.toFixed(3)],
    ...lines.map(([name, estimate]) => [name, shown(estimate)] as const),
  ]);
}

function shown(estimate: Estimate | undefined): string {
  if (estimate === undefined) return '– (the policy would never have done what was logged)';
  const { value, standardError } = estimate;
  return `${value.toFixed(5)}${standardError === undefined ? '' : ` ± ${(1.96 * standardError).toFixed(5)}`}`;
}
