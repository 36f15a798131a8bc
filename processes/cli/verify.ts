import type { VerifyReport } from '../../api/schema/answers.ts';
import type { CommandSpec } from './command.ts';
import { EXIT } from './failure.ts';
import { startProgress } from './progress.ts';
import { followOperation } from './operation.ts';
import { grouped, pairs } from './table.ts';

/** `verify`: replays the journal from nothing and compares the outcome with what is served. */
export const verifyCommand: CommandSpec<object> = {
  name: 'verify',
  summary:
    'replay everything in a scratch folder and compare state hashes; exit 1 when they differ',
  async run(context) {
    const progress = startProgress(context.output, 'verify', context.deps.clock);
    const report = await context.withClient(
      (client) =>
        followOperation<VerifyReport>(
          client.http,
          '/v1/verifications',
          {},
          progress,
          context.deps.signal,
        ),
      { durable: 'off' },
    );
    context.output.result(report, [
      report.equal ? 'equal: what is served is what a clean replay gives' : 'NOT EQUAL',
      ...pairs([
        ['state hash', report.hash],
        ['positions', report.positions.join(', ')],
        ['events', grouped(report.events)],
      ]),
    ]);
    return report.equal ? EXIT.ok : EXIT.failed;
  },
};
