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

/** `evaluate off-policy FILE`: what a policy would have been worth, by the logs of another. */
export const offPolicyCommand: CommandSpec<object> = {
  name: 'off-policy',
  summary: 'tell from logged propensities what another policy would have been worth',
  configure(command) {
    command.argument(
      '<file>',
      'NDJSON of propensity, target, reward and, for doubly robust, predicted and predictedTarget; - reads standard input',
    );
  },
  async run(context, [file = '']): Promise<ExitCode> {
    const source: Readable = file === '-' ? process.stdin : createReadStream(file);
    const sums = new OffPolicySums();
    try {
      for await (const choice of readLoggedChoices(source)) {
        context.deps.signal.throwIfAborted();
        sums.add(choice);
      }
    } finally {
      source.destroy();
    }
    const estimates = sums.estimates();
    if (estimates === undefined) {
      throw new RepriseError('INVALID', `${file} holds no rows: give one logged choice a line`);
    }
    context.output.result(estimates, told(estimates));
    return EXIT.ok;
  },
};

function told(estimates: PolicyEstimates): string[] {
  const { rows, logged, ips, snips, doublyRobust, effectiveRows, weightMax } = estimates;
  const lines: readonly (readonly [string, Estimate | undefined])[] = [
    ['as logged', logged],
    ['IPS', ips],
    ['SNIPS', snips],
    ['doubly robust', doublyRobust],
  ];
  return pairs([
    ['rows', grouped(rows)],
    ['effective', grouped(Math.round(effectiveRows))],
    ['greatest weight', weightMax.toFixed(2)],
    ...lines.map(([name, estimate]) => [name, shown(estimate)] as const),
  ]);
}

function shown(estimate: Estimate | undefined): string {
  if (estimate === undefined) return '– (the policy would never have done what was logged)';
  const { value, standardError } = estimate;
  return `${value.toFixed(5)}${standardError === undefined ? '' : ` ± ${(1.96 * standardError).toFixed(5)}`}`;
}
