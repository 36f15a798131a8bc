import type { Command } from 'commander';
import { Argument } from 'commander';

import type { CliDeps } from './command.ts';
import { addCommand } from './command.ts';
import type { ExitCode } from './failure.ts';

/** The shells that a completion is written for. */
export const SHELLS = ['bash', 'zsh', 'fish'] as const;
type Shell = (typeof SHELLS)[number];

/** A command as a shell completes it: its words from the program on, and what may follow them. */
interface Completed {
  /** The words before it, each after a blank; empty for the program itself. */
  readonly path: string;
  readonly names: readonly Named[];
  readonly options: readonly Named[];
}

interface Named {
  readonly name: string;
  readonly summary: string;
}

/** Lists a command and those below it, the outermost first. */
function completed(command: Command, path = ''): readonly Completed[] {
  const known = command.createHelp();
  const below = known.visibleCommands(command);
  const options = known
    .visibleOptions(command)
    .flatMap(({ long, description }) =>
      typeof long === 'string' ? [{ name: long, summary: description }] : [],
    );
  const choices = command.registeredArguments.flatMap(({ argChoices }) => argChoices ?? []);
  const names = [
    ...below.map((each) => ({ name: each.name(), summary: each.description() })),
    ...choices.map((name) => ({ name, summary: '' })),
  ];
  // `help` takes the names of the others; nobody completes those twice.
  const inner = below.filter((each) => each.name() !== 'help');
  return [
    { path, names, options },
    ...inner.flatMap((each) => completed(each, `${path} ${each.name()}`)),
  ];
}

function wordsOf({ names, options }: Completed): string {
  return [...names, ...options].map(({ name }) => name).join(' ');
}

/** Bash and zsh find the command by walking the words, for options may stand between. */
function walking(all: readonly Completed[]): readonly string[] {
  const inner = all.filter(({ path }) => path !== '').map(({ path }) => `'${path}'`);
  return [
    `    case "$at $word" in ${inner.join('|')}) at="$at $word" ;; esac`,
    '  done',
    '  case "$at" in',
    ...all.map((each) => `    '${each.path}') known='${wordsOf(each)}' ;;`),
    '  esac',
  ];
}

function bash(all: readonly Completed[]): readonly string[] {
  return [
    '# Completes reprise in bash: source <(reprise completion bash)',
    '_reprise() {',
    "  local at='' known='' word",
    `  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do`,
    ...walking(all),
    `  COMPREPLY=($(compgen -W "$known" -- "\${COMP_WORDS[COMP_CWORD]}"))`,
    '}',
    'complete -o default -F _reprise reprise bin/reprise',
  ];
}

function zsh(all: readonly Completed[]): readonly string[] {
  return [
    '#compdef reprise',
    '# Completes reprise in zsh, after compinit: source <(reprise completion zsh)',
    '_reprise() {',
    "  local at='' known='' word",
    `  for word in "\${(@)words[2,CURRENT-1]}"; do`,
    ...walking(all),
    `  compadd -- \${=known} || _files`,
    '}',
    'compdef _reprise reprise bin/reprise',
  ];
}

function quoted(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}

function fish(all: readonly Completed[]): readonly string[] {
  const lines = all.flatMap(({ path, names, options }) => {
    const words = path.split(' ').slice(1);
    const seen = words.map((word) => `__fish_seen_subcommand_from ${word}`).join('; and ');
    const where = quoted(seen === '' ? '__fish_use_subcommand' : seen);
    const line = (what: string, summary: string): string =>
      `complete -c reprise -n ${where} ${what}${summary === '' ? '' : ` -d ${quoted(summary)}`}`;
    return [
      ...names.map(({ name, summary }) => line(`-a ${name}`, summary)),
      ...options.map(({ name, summary }) => line(`-l ${name.slice(2)}`, summary)),
    ];
  });
  return ['# Completes reprise in fish: reprise completion fish | source', ...lines];
}

const WRITERS: Readonly<Record<Shell, (all: readonly Completed[]) => readonly string[]>> = {
  ...{ bash, zsh, fish },
};

/** Adds `completion`: it prints a script by which a shell completes every command and option that there is. */
export function addCompletion(
  program: Command,
  deps: CliDeps,
  exit: (code: ExitCode) => void,
): void {
  addCommand<object>(program, deps, exit, {
    name: 'completion',
    summary: 'print a script by which a shell completes these commands; needs no server',
    configure(command) {
      command.addArgument(new Argument('<shell>', 'the shell').choices(SHELLS));
    },
    run({ output }, [name = 'bash']) {
      const shell = SHELLS.find((one) => one === name) ?? 'bash';
      const lines = WRITERS[shell](completed(program));
      output.result({ shell, script: `${lines.join('\n')}\n` }, lines);
      return Promise.resolve(undefined);
    },
  });
}
