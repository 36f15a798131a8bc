import { Option } from 'commander';

import type { WhatIfAnswer } from '../../api/schema/what-if.ts';
import { RepriseError } from '../../events/error.ts';
import type { CommandSpec } from './command.ts';
import { wholeNumber } from './command.ts';
import { askPast } from './past.ts';
import { contextOf, gathered, sharesOf, takeRules } from './rule-options.ts';
import type { RuleOptions } from './rule-options.ts';
import { table } from './table.ts';

interface WhatIfOptions extends RuleOptions {
  readonly n: number;
  readonly item?: string;
  readonly asOf?: string;
  readonly exclude: string;
  readonly add: readonly string[];
  readonly remove: readonly string[];
}

/** `what-if USER`: asks what a user would be recommended if other things had happened. */
export const whatIfCommand: CommandSpec<WhatIfOptions> = {
  name: 'what-if',
  summary: 'show what a user would be recommended with other events, and without some',
  configure(command) {
    command
      .argument('<user>', 'the id of the user; nobody has to know them')
      .option(
        '--remove <position>',
        'leave an event of theirs out: 0:1234; repeat it',
        gathered,
        [],
      )
      .option('--add <type:item>', 'add an event: play:track-00042; repeat it', gathered, [])
      .option('-n, --n <count>', 'how many items', wholeNumber(1, 100), 10)
      .option('--item <id>', 'the item at hand: an unknown user gets items like it')
      .option('--as-of <when>', 'ask at a position (0:1234) or a time (RFC 3339)')
      .addOption(
        new Option('--exclude <which>', 'leave out the items that the user met, or none')
          .choices(['seen', 'none'])
          .default('seen'),
      );
    takeRules(command);
  },
  async run(context, [user = ''], options) {
    const body = { user, ...questionOf(options) };
    const answer = await context.withClient(
      ({ http }) => askPast<WhatIfAnswer>(context, http, 'POST', '/v1/what-if', { body }),
      { durable: 'off' },
    );
    const { before, after, difference } = answer;
    const titles = new Map(
      [...before.items, ...after.items].map(({ id, title = '' }) => [id, title]),
    );
    const rows = [
      ...difference.entered.map(({ id, place }) => ['in', '', String(place), id]),
      ...difference.left.map(({ id, place }) => ['out', String(place), '', id]),
      ...difference.moved
        .filter(({ from, to }) => from !== to)
        .map(({ id, from, to }) => ['moved', String(from), String(to), id]),
    ];
    const head = ['what', 'from', 'to', 'item', 'title'];
    const told = rows.map((row) => [...row, titles.get(row[3] ?? '') ?? '']);
    context.output.result(answer, [
      ...(rows.length === 0 ? ['the same items in the same order'] : table(head, told)),
      `based on ${after.basedOn}, model ${after.model} at ${before.position.join(', ')}; nothing was written`,
    ]);
    return undefined;
  },
};

function questionOf(options: WhatIfOptions): Readonly<Record<string, unknown>> {
  const { n, exclude, item, asOf, remove, scenario, filter, boost } = options;
  const context = contextOf(options);
  return {
    ...{ n, exclude, item, asOf, remove, scenario, filter, boost },
    add: options.add.map(eventOf),
    ...sharesOf(options),
    ...(Object.keys(context).length > 0 && { context }),
  };
}

function eventOf(text: string): { readonly type: string; readonly item: string } {
  const [type = '', ...item] = text.split(':');
  if (type !== '' && item.join('') !== '') return { type, item: item.join(':') };
  throw new RepriseError('INVALID', `--add ${text} names no event: write TYPE:ITEM`);
}
