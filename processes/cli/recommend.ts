import { Option } from 'commander';

import type { RecommendationAnswer } from '../../api/schema/answers.ts';
import type { CommandSpec } from './command.ts';
import { wholeNumber } from './command.ts';
import { askPast } from './past.ts';
import { contextOf, sharesOf, takeRules } from './rule-options.ts';
import type { RuleOptions } from './rule-options.ts';
import { grouped, table } from './table.ts';

interface RecommendOptions extends RuleOptions {
  readonly n: number;
  readonly item?: string;
  readonly asOf?: string;
  readonly explain?: boolean;
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
      .option('--explain', 'say what each score is made of')
      .addOption(
        new Option('--exclude <which>', 'leave out the items that the user met, or none')
          .choices(['seen', 'none'])
          .default('seen'),
      );
    takeRules(command);
  },
  async run(context, [user = ''], options) {
    const query = queryOf(options);
    const path = `/v1/users/${encodeURIComponent(user)}/recommendations?${query.toString()}`;
    const answer = await context.withClient(
      ({ http }) => askPast<RecommendationAnswer>(context, http, 'GET', path),
      { durable: 'off' },
    );
    const isExplained = options.explain === true;
    const rows = answer.items.map(({ id, score, title, explanation }, i) => [
      String(i + 1),
      score.toFixed(4),
      id,
      title ?? '',
      ...(isExplained ? [explanation === undefined ? '' : whyOf(explanation)] : []),
    ]);
    context.output.result(answer, [
      ...table(['#', 'score', 'item', 'title', ...(isExplained ? ['why'] : [])], rows),
      `based on ${answer.basedOn}, model ${answer.model} at ${answer.position.join(', ')}`,
      ...(answer.filter === undefined
        ? []
        : [`the filter holds for ${grouped(answer.filter.matching)} items`]),
    ]);
    return undefined;
  },
};

/** Options that the API takes as they are. */
const SENT = ['item', 'asOf', 'scenario', 'filter', 'boost'] as const;

function queryOf(options: RecommendOptions): URLSearchParams {
  const query = new URLSearchParams({ n: String(options.n), exclude: options.exclude });
  for (const name of SENT) {
    const value = options[name];
    if (value !== undefined) query.set(name, value);
  }
  for (const [name, share] of Object.entries(sharesOf(options))) query.set(name, String(share));
  if (options.explain === true) query.set('explain', 'true');
  for (const [name, value] of Object.entries(contextOf(options))) {
    query.set(`context.${name}`, value);
  }
  return query;
}

type Explained = NonNullable<RecommendationAnswer['items'][number]['explanation']>;

/** The shares of a score, and the item of the user's that has most of their taste. */
function whyOf({ shares, because = [] }: Explained): string {
  const told = Object.entries(shares).map(([name, share]) => `${name} ${share.toFixed(4)}`);
  const [first] = because;
  const most = first === undefined ? [] : [`${first.share.toFixed(4)} along ${first.item}`];
  return [...told, ...most].join(', ');
}
