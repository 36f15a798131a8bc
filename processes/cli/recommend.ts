import { Option } from 'commander';

import type { RecommendationAnswer } from '../../api/schema/answers.ts';
import type { CommandSpec } from './command.ts';
import { wholeNumber } from './command.ts';
import { askPast } from './past.ts';
import { table } from './table.ts';

interface RecommendOptions {
  readonly n: number;
  readonly item?: string;
  readonly asOf?: string;
  readonly exclude: string;
}

/** `recommend USER`: asks for a user's recommendations. */
export const recommendCommand: CommandSpec<RecommendOptions> = {
  name: 'recommend',
  summary: 'show what the live model recommends to a user',
  configure(command) {
    command
      .argument('<user>', 'the id of the user; an unknown one gets similar or popular items')
      .option('-n, --n <count>', 'how many items', wholeNumber(1, 100), 10)
      .option('--item <id>', 'the item at hand: an unknown user gets items like it')
      .option(
        '--as-of <when>',
        'as live would have answered at a position (0:1234) or a time (RFC 3339)',
      )
      .addOption(
        new Option('--exclude <which>', 'leave out the items that the user met, or none')
          .choices(['seen', 'none'])
          .default('seen'),
      );
  },
  async run(context, [user = ''], options) {
    const query = new URLSearchParams({ n: String(options.n), exclude: options.exclude });
    if (options.item !== undefined) query.set('item', options.item);
    if (options.asOf !== undefined) query.set('asOf', options.asOf);
    const path = `/v1/users/${encodeURIComponent(user)}/recommendations?${query.toString()}`;
    const answer = await context.withClient(
      ({ http }) => askPast<RecommendationAnswer>(context, http, 'GET', path),
      { durable: 'off' },
    );
    const rows = answer.items.map(({ id, score, title }, i) => [
      String(i + 1),
      score.toFixed(4),
      id,
      title ?? '',
    ]);
    context.output.result(answer, [
      ...table(['#', 'score', 'item', 'title'], rows),
      `based on ${answer.basedOn}, model ${answer.model} at ${answer.position.join(', ')}`,
    ]);
    return undefined;
  },
};
