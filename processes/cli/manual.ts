import type { Command } from 'commander';

import type { CliDeps } from './command.ts';
import { addCommand } from './command.ts';
import { EXIT_CODES } from './exit-codes.ts';
import type { ExitCode } from './failure.ts';

/** The day on which the words of the page that no command brings were last changed. */
const CHANGED = '2026-11-28';

const DESCRIPTION = [
  'Reprise recommends items to users from an append-only log of what they did, and can replay it: a click changes the next ' +
    'answer, and any past answer can be explained and made again.',
  'A command talks to the server that runs on the data folder; without one it starts the core in its own process for as ' +
    'long as it takes.',
];

/** Variables that matter to every command. */
const ENVIRONMENT: readonly (readonly [string, string])[] = [
  ['REPRISE_DATA_DIR', 'The data folder where --data names none; ./data where absent.'],
  ['REPRISE_API_KEY', 'The key that requests to a server are made with.'],
  ['REPRISE_DEBUG', 'Where set, a defect shows where it is.'],
];

/** Writes text for roff: control characters at the start of a line and escapes lose their meaning. */
function text(words: string): string {
  return words
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replace(/[^\n -~]/gu, (sign) => {
      const code = (sign.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');
      return `\\[u${code}]`;
    })
    .replace(/^(?=[.'])/gm, '\\&');
}

function bold(words: string): string {
  return `\\fB${text(words)}\\fR`;
}

/** Writes a flag with its value: `--port <n>` becomes a bold name and a slanted value. */
function flag(flags: string): string {
  return flags
    .split(/(<[^>]*>|\[[^\]]*\])/)
    .map((part) => {
      const value = /^<(.*)>$/.exec(part)?.[1];
      if (value !== undefined) return `\\fI${text(value)}\\fR`;
      return part.trim() === '' ? part : part.replace(/\S+/g, bold);
    })
    .join('');
}

function tagged(tag: string, words: string): readonly string[] {
  return ['.TP', tag, text(words)];
}

/** Lists the commands that do something, those of a command after it. */
function leaves(command: Command, path: string): readonly (readonly [string, Command])[] {
  const below = command
    .createHelp()
    .visibleCommands(command)
    .filter((each) => each.name() !== 'help');
  if (below.length === 0) return [[path, command]];
  return below.flatMap((each) => leaves(each, `${path} ${each.name()}`));
}

function section([path, command]: readonly [string, Command]): readonly string[] {
  const help = command.createHelp();
  const takes = command.registeredArguments.map((argument) => {
    const name = `${argument.name()}${argument.variadic ? '...' : ''}`;
    return argument.required ? `\\fI${text(name)}\\fR` : `[\\fI${text(name)}\\fR]`;
  });
  const words = command.registeredArguments.flatMap((argument) => {
    const description = help.argumentDescription(argument);
    return description === '' ? [] : tagged(`\\fI${text(argument.name())}\\fR`, description);
  });
  const options = help
    .visibleOptions(command)
    .flatMap((option) => tagged(flag(option.flags), help.optionDescription(option)));
  const usage = [bold(path), ...takes, '[\\fIoption\\fR...]'].join(' ');
  return [
    `.SS ${text(path)}`,
    ...[usage, '.PP', text(command.description()), ...words, ...options],
  ];
}

/** Writes the manual page of a program from its own table of commands, which help and completion are made from, too. */
export function manualPage(program: Command, release: string): readonly string[] {
  const name = program.name();
  const help = program.createHelp();
  const options = help
    .visibleOptions(program)
    .flatMap((option) => tagged(flag(option.flags), help.optionDescription(option)));
  return [
    '.\\" Written by "reprise man" from the commands themselves.',
    `.TH ${name.toUpperCase()} 1 "${CHANGED}" "Reprise ${release}" "Reprise"`,
    ...['.SH NAME', `${name} \\- ${text('a real-time recommender you can replay')}`],
    ...['.SH SYNOPSIS', `${bold(name)} \\fIcommand\\fR [\\fIargument\\fR...] [\\fIoption\\fR...]`],
    '.SH DESCRIPTION',
    ...DESCRIPTION.flatMap((words, n) => [...(n === 0 ? [] : ['.PP']), text(words)]),
    ...['.SH OPTIONS', ...options],
    ...['.SH COMMANDS', ...leaves(program, name).flatMap(section)],
    '.SH EXIT STATUS',
    ...EXIT_CODES.flatMap(([code, meaning]) => tagged(bold(String(code)), meaning)),
    '.SH ENVIRONMENT',
    ...ENVIRONMENT.flatMap(([variable, words]) => tagged(bold(variable), words)),
    text('docs/operations.md lists all variables.'),
  ];
}

/** Adds `man`: it prints the manual page of all commands. */
export function addManual(
  program: Command,
  deps: CliDeps,
  exit: (code: ExitCode) => void,
  release: string,
): void {
  addCommand<object>(program, deps, exit, {
    name: 'man',
    summary: 'print the manual page of these commands, in roff; needs no server',
    run({ output }) {
      const lines = manualPage(program, release);
      output.result({ page: `${lines.join('\n')}\n` }, lines);
      return Promise.resolve(undefined);
    },
  });
}
