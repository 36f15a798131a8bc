import type { Command } from 'commander';

import { RepriseError } from '../../events/error.ts';

/** The rules that an answer obeys and a scenario bundles, as they are written on the command line. */
export interface BundledOptions {
  readonly filter?: string;
  readonly boost?: string;
  readonly diversity?: string;
  readonly rotation?: string;
  readonly explore?: string;
}

/** The rules of an answer as they are written on the command line. */
export interface RuleOptions extends BundledOptions {
  readonly scenario?: string;
  readonly context: readonly string[];
}

/** Lets a command take the rules of an answer. */
export function takeRules(command: Command): void {
  command.option('--scenario <name>', 'obey a scenario: `scenarios list` tells which there are');
  takeBundled(command);
  command.option(
    '--context <name=value>',
    'what expressions find in context; repeat it',
    gathered,
    [],
  );
}

/** Lets a command take the rules that a scenario bundles, too. */
export function takeBundled(command: Command): void {
  command
    .option('--filter <cel>', 'list only items that this holds for: \'item.genre == "jazz"\'')
    .option('--boost <cel>', 'multiply scores by the value of this')
    .option('--diversity <share>', 'from 0, the best items, to 1, those that differ most')
    .option('--rotation <share>', 'from 0 to 0.99: how far what they were shown just now sinks')
    .option('--explore <share>', 'from 0 to 1: how often chance chooses among the best');
}

/** The shares that were given, by name; throws INVALID, naming the option, for what is no share. */
export function sharesOf(options: BundledOptions): Readonly<Partial<Record<ShareName, number>>> {
  const given = SHARES.flatMap((name) => {
    const text = options[name];
    return text === undefined ? [] : [[name, shareOf(name, text)] as const];
  });
  return Object.fromEntries(given);
}

const SHARES = ['diversity', 'rotation', 'explore'] as const;
type ShareName = (typeof SHARES)[number];

function shareOf(name: ShareName, text: string): number {
  const share = Number(text);
  if (text.trim() !== '' && share >= 0 && share <= 1) return share;
  throw new RepriseError('INVALID', `--${name} is a number from 0 to 1, not ${text}`);
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
