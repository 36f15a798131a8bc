import type { RebuildReport } from '../../api/schema/answers.ts';
import type { CommandSpec } from './command.ts';
import { followOperation } from './operation.ts';
import { startProgress } from './progress.ts';
import { grouped, pairs } from './table.ts';

/** `rebuild`: drops the projections and folds them again from the journal. */
export const rebuildCommand: CommandSpec<object> = {
  name: 'rebuild',
  summary: 'drop read models and fold them again from the journal',
  configure(command) {
    command.argument('[projections...]', 'which ones (default: all)');
  },
  async run(context, projections) {
    const progress = startProgress(context.output, 'rebuild', context.deps.clock);
    const body = projections.length === 0 ? {} : { projections };
    const report = await context.withClient(
      (client) =>
        followOperation<RebuildReport>(
          client.http,
          '/v1/projections/rebuild',
          body,
          progress,
          context.deps.signal,
        ),
      { durable: 'off' },
    );
    context.output.result(
      report,
      pairs([
        ['rebuilt', report.projections.join(', ')],
        ['events', grouped(report.events)],
        ['positions', report.positions.join(', ')],
      ]),
    );
    return undefined;
  },
};
