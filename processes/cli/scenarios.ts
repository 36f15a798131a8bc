import type { Command } from 'commander';

import type { ScenarioAnswer, ScenarioDefinition } from '../../api/schema/scenarios.ts';
import type { CliDeps, CommandSpec } from './command.ts';
import { addCommand } from './command.ts';
import type { ExitCode } from './failure.ts';
import { gathered, sharesOf, takeBundled } from './rule-options.ts';
import type { BundledOptions } from './rule-options.ts';
import { pairs, table } from './table.ts';

interface SetOptions extends BundledOptions {
  readonly pin: readonly string[];
  readonly block: readonly string[];
}

/** `scenarios list`: lists the scenarios and what they bundle. */
export const listScenariosCommand: CommandSpec<object> = {
  name: 'list',
  summary: 'list the scenarios and what they bundle',
  async run(context) {
    const { scenarios } = await context.withClient(
      ({ http }) =>
        http.json<{ readonly scenarios: readonly ScenarioAnswer[] }>('GET', '/v1/scenarios'),
      { durable: 'off' },
    );
    const rows = scenarios.map(({ scenario, definition, changedAt }) => [
      ...[scenario, definition.filter ?? '', definition.boost ?? ''],
      ...[definition.diversity, definition.rotation, definition.explore].map((share) =>
        String(share ?? ''),
      ),
      (definition.pinned ?? []).join(' '),
      ...[(definition.blocked ?? []).join(' '), changedAt],
    ]);
    const shares = ['diversity', 'rotation', 'explore'];
    const head = ['scenario', 'filter', 'boost', ...shares, 'pinned', 'blocked', 'changed'];
    const lines = rows.length === 0 ? ['there are no scenarios'] : table(head, rows);
    context.output.result({ scenarios }, lines);
    return undefined;
  },
};

/** `scenarios set NAME`: defines a scenario, or replaces it. */
export const setScenarioCommand: CommandSpec<SetOptions> = {
  name: 'set',
  summary: 'define a scenario, or replace it: what is not given is not part of it',
  configure(command) {
    takeBundled(command.argument('<name>', 'what requests name it by'));
    command
      .option('--pin <item>', 'an item that stands first; repeat it', gathered, [])
      .option('--block <item>', 'an item that is never listed; repeat it', gathered, []);
  },
  async run(context, [name = ''], options) {
    const body = definitionOf(options);
    const kept = await context.withClient(
      ({ http }) => http.json<ScenarioAnswer>('PUT', pathOf(name), { body }),
      { durable: 'off' },
    );
    context.output.result(kept, describe(kept));
    return undefined;
  },
};

/** `scenarios remove NAME`: removes a scenario. */
export const removeScenarioCommand: CommandSpec<object> = {
  name: 'remove',
  summary: 'remove a scenario: requests that name it are refused from then on',
  configure(command) {
    command.argument('<name>', 'the name of the scenario');
  },
  async run(context, [name = '']) {
    const gone = await context.withClient(
      ({ http }) => http.json<{ readonly removed: string }>('DELETE', pathOf(name)),
      { durable: 'off' },
    );
    context.output.result(gone, [`removed ${gone.removed}`]);
    return undefined;
  },
};

/** Adds the commands of scenarios. */
export function addScenarios(
  program: Command,
  deps: CliDeps,
  exit: (code: ExitCode) => void,
): void {
  const scenarios = program
    .command('scenarios')
    .description('list, set and remove named bundles of rules that answers obey');
  addCommand(scenarios, deps, exit, listScenariosCommand);
  addCommand(scenarios, deps, exit, setScenarioCommand);
  addCommand(scenarios, deps, exit, removeScenarioCommand);
}

function definitionOf(options: SetOptions): ScenarioDefinition {
  const { filter, boost, pin, block } = options;
  return {
    ...(filter !== undefined && { filter }),
    ...(boost !== undefined && { boost }),
    ...sharesOf(options),
    ...(pin.length > 0 && { pinned: pin }),
    ...(block.length > 0 && { blocked: block }),
  };
}

function describe({ scenario, definition, changedAt }: ScenarioAnswer): readonly string[] {
  const { filter, boost, diversity, rotation, explore, pinned = [], blocked = [] } = definition;
  return pairs([
    ['scenario', scenario],
    ['filter', filter ?? 'none'],
    ['boost', boost ?? 'none'],
    ['diversity', String(diversity ?? 0)],
    ['rotation', String(rotation ?? 0)],
    ['explore', String(explore ?? 0)],
    ['pinned', pinned.join(', ')],
    ['blocked', blocked.join(', ')],
    ['changed', changedAt],
  ]);
}

function pathOf(name: string): string {
  return `/v1/scenarios/${encodeURIComponent(name)}`;
}
