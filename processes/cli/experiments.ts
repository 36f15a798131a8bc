import type { Command } from 'commander';

import type { ExperimentAnswer } from '../../api/schema/experiments.ts';
import { RepriseError } from '../../events/error.ts';
import type { CliDeps, CommandSpec } from './command.ts';
import { addCommand, positiveNumber } from './command.ts';
import type { ExitCode } from './failure.ts';
import { gathered } from './rule-options.ts';
import { grouped, table } from './table.ts';

type Arm = ExperimentAnswer['arms'][number];

interface PutOptions {
  readonly arm: readonly string[];
  readonly effect?: number;
}

/** `experiments list`: lists the experiments, each with what its test says so far. */
export const listExperimentsCommand: CommandSpec<object> = {
  name: 'list',
  summary: 'list the experiments and what their tests say so far',
  async run(context) {
    const answer = await context.withClient(
      ({ http }) =>
        http.json<{ readonly experiments: readonly ExperimentAnswer[] }>('GET', '/v1/experiments'),
      { durable: 'off' },
    );
    const rows = answer.experiments.map((experiment) => [
      ...[experiment.experiment, experiment.startedAt],
      ...[experiment.arms.map(({ name }) => name).join(' '), grouped(usersOf(experiment))],
      verdictsOf(experiment),
    ]);
    const still = answer.experiments
      .filter(({ uncounted }) => uncounted !== null)
      .map(({ experiment, uncounted }) => `${experiment} stands still: ${String(uncounted)}`);
    const head = ['experiment', 'started', 'arms', 'users', 'verdicts'];
    const lines =
      rows.length === 0 ? ['there are no experiments'] : [...table(head, rows), ...still];
    context.output.result(answer, lines);
    return undefined;
  },
};

/** `experiments show NAME`: tells how the arms of an experiment compare. */
export const showExperimentCommand: CommandSpec<object> = {
  name: 'show',
  summary: 'tell how the arms of an experiment compare: rates, intervals, p-values',
  configure(command) {
    command.argument('<name>', 'the name of the experiment');
  },
  async run(context, [name = '']) {
    const experiment = await context.withClient(
      ({ http }) => http.json<ExperimentAnswer>('GET', pathOf(name)),
      { durable: 'off' },
    );
    context.output.result(experiment, describe(experiment));
    return undefined;
  },
};

/** `experiments put NAME`: begins to split users into arms. */
export const putExperimentCommand: CommandSpec<PutOptions> = {
  name: 'put',
  summary: 'begin to split users into arms; the same again changes nothing',
  configure(command) {
    command
      .argument('<name>', 'what requests name it by')
      .option(
        '--arm <name=share[:scenario][@version]>',
        'an arm, its part of the users, the scenario it is asked by and the model version that answers; repeat it, the one to compare with first',
        gathered,
        [],
      )
      .option('--effect <difference>', 'the difference of rates to find soonest', positiveNumber);
  },
  async run(context, [name = ''], { arm, effect }) {
    const body = { arms: arm.map(armOf), ...(effect !== undefined && { effect }) };
    const experiment = await context.withClient(
      ({ http }) => http.json<ExperimentAnswer>('PUT', pathOf(name), { body }),
      { durable: 'off' },
    );
    context.output.result(experiment, describe(experiment));
    return undefined;
  },
};

/** `experiments delete NAME`: ends an experiment and tells its figures a last time. */
export const deleteExperimentCommand: CommandSpec<object> = {
  name: 'delete',
  summary: 'end an experiment and forget its figures, which are told a last time',
  configure(command) {
    command.argument('<name>', 'the name of the experiment');
  },
  async run(context, [name = '']) {
    const experiment = await context.withClient(
      ({ http }) => http.json<ExperimentAnswer>('DELETE', pathOf(name)),
      { durable: 'off' },
    );
    context.output.result(experiment, ['ended; its last figures:', ...describe(experiment)]);
    return undefined;
  },
};

/** Adds the commands of experiments. */
export function addExperiments(
  program: Command,
  deps: CliDeps,
  exit: (code: ExitCode) => void,
): void {
  const experiments = program
    .command('experiments')
    .description('split users into arms, and tell how their answers compare');
  addCommand(experiments, deps, exit, listExperimentsCommand);
  addCommand(experiments, deps, exit, showExperimentCommand);
  addCommand(experiments, deps, exit, putExperimentCommand);
  addCommand(experiments, deps, exit, deleteExperimentCommand);
}

function describe(experiment: ExperimentAnswer): readonly string[] {
  const { experiment: name, startedAt, effect, full, uncounted, arms } = experiment;
  const head = ['arm', 'share', 'scenario', 'version', 'users', 'answers', 'clicked', 'rate'];
  const compared = ['difference', 'interval', 'p', 'verdict'];
  return [
    `${name}, since ${startedAt}, tuned to a difference of ${String(effect)}`,
    ...table([...head, ...compared], arms.map(rowOf)),
    ...(full ? ['more users came than are counted'] : []),
    ...(uncounted === null ? [] : [`counting stands still: ${uncounted}`]),
  ];
}

function rowOf({ comparison, ...arm }: Arm): readonly string[] {
  return [
    ...[arm.name, String(arm.share), arm.scenario ?? 'none', arm.version ?? 'live'],
    ...[grouped(arm.users), grouped(arm.answers), grouped(arm.clicked)],
    arm.rate === null ? '' : arm.rate.toFixed(4),
    ...(comparison === null
      ? ['', '', '', '']
      : [
          signed(comparison.difference),
          `${signed(comparison.low)} to ${signed(comparison.high)}`,
          ...[comparison.pValue.toFixed(4), comparison.verdict],
        ]),
  ];
}

function signed(value: number): string {
  return `${value < 0 ? '' : '+'}${value.toFixed(4)}`;
}

function usersOf({ arms }: ExperimentAnswer): number {
  return arms.reduce((sum, { users }) => sum + users, 0);
}

/** What the test says of every arm that is compared; before there is anything to compare, that. */
function verdictsOf({ arms }: ExperimentAnswer): string {
  const told = arms.flatMap(({ name, comparison }) =>
    comparison === null ? [] : [`${name} ${comparison.verdict}`],
  );
  return told.length === 0 ? 'no answers yet' : told.join(', ');
}

interface NamedArm {
  name: string;
  share: number;
  scenario?: string;
  version?: string;
}

function armOf(given: string): NamedArm {
  const parts = /^([^=]+)=([\d.]+)(?::([^@]+))?(?:@(.+))?$/.exec(given) ?? [];
  const [, name = '', share = '', scenario, version] = parts;
  if (name === '' || !Number.isFinite(Number(share))) {
    const text = `--arm is name=share, name=share:scenario or name=share@version, such as plain=0.5, not ${given}`;
    throw new RepriseError('INVALID', text);
  }
  return {
    ...{ name, share: Number(share) },
    ...(scenario !== undefined && { scenario }),
    ...(version !== undefined && { version }),
  };
}

function pathOf(name: string): string {
  return `/v1/experiments/${encodeURIComponent(name)}`;
}
