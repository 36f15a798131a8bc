import type { Command } from 'commander';

import { RepriseError } from '../../events/error.ts';

/** The rules of an answer as they are written on the command line. */
export interface RuleOptions {
  readonly scenario?: string;
  readonly filter?: string;
  readonly boost?: string;
  readonly diversity?: string;
  readonly rotation?: string;
  readonly explore?: string;
  readonly context: readonly string[];
}

/** Lets a command take the rules of an answer. */
export function takeRules(command: Command): void {
  command
    .option('--scenario <name>', 'obey a scenario: `scenarios list` tells which there are')
    .option('--filter <cel>', 'list only items that this holds for: \'item.genre == "jazz"\'')
    .option('--boost <cel>', 'multiply scores by the value of this')
    .option('--diversity <share>', 'from 0, the best items, to 1, those that differ most')
    .option('--rotation <share>', 'from 0 to 0.99: how far what they were shown just now sinks')
    .option('--explore <share>', 'from 0 to 1: how often chance chooses among the best')
    .option('--context <name=value>', 'what expressions find in context; repeat it', gathered, []);
}

/** What expressions find in `context`, by name; throws INVALID for what names no value. */
export function contextOf({ context }: RuleOptions): Readonly<Record<string, string>> {
  return Object.fromEntries(
    context.map((pair) => {
      const [name = '', ...value] = pair.split('=');
      if (value.length > 0) return [name, value.join('=')] as const;
      throw new RepriseError('INVALID', `--context ${pair} names no value: write NAME=VALUE`);
    }),
  );
}

/** Adds a value to those of an option that may be repeated. */
export function gathered(value: string, before: readonly string[]): readonly string[] {
  return [...before, value];
}
