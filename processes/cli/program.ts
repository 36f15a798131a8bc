import { Command, CommanderError } from 'commander';

import type { CliDeps } from './command.ts';
import { addCommand } from './command.ts';
import { backfillCommand } from './backfill.ts';
import { eraseCommand } from './erase.ts';
import { addCompletion } from './completion.ts';
import { compareCommand } from './compare.ts';
import { addEvaluate } from './evaluate.ts';
import { exitCodeLines } from './exit-codes.ts';
import { addExperiments } from './experiments.ts';
import { exportCommand } from './export.ts';
import type { ExitCode } from './failure.ts';
import { EXIT, INTERRUPTED, READER_GONE, toFailure } from './failure.ts';
import { importCommand } from './import.ts';
import { indexCommand } from './index-release.ts';
import { addKeys } from './keys.ts';
import { addManual } from './manual.ts';
import { modelsCommand } from './models.ts';
import { promoteCommand, rollbackCommand } from './promote.ts';
import { quarantineCommand } from './quarantine.ts';
import { rebuildCommand } from './rebuild.ts';
import { recommendCommand } from './recommend.ts';
import { addScenarios } from './scenarios.ts';
import { schedulesCommand } from './schedules.ts';
import { simulateCommand } from './simulate.ts';
import { spacesCommand } from './spaces.ts';
import { startCommand } from './start.ts';
import { statusCommand } from './status.ts';
import { trainCommand } from './train.ts';
import { verifyCommand } from './verify.ts';
import { whatIfCommand } from './what-if.ts';

const EPILOGUE = `
Every command works with and without a running server on the same data folder.

Exit codes:
${exitCodeLines().join('\n')}`;

/** Runs one command line and returns its exit code; never throws, never prints a stack unless REPRISE_DEBUG is set. */
export async function runCli(
  argv: readonly string[],
  deps: CliDeps,
  release: string,
): Promise<ExitCode> {
  let exit: ExitCode = EXIT.ok;
  const program = createProgram(deps, release, (code) => {
    exit = code;
  });
  try {
    await program.parseAsync(argv, { from: 'user' });
    return exit;
  } catch (error) {
    return tellFailure(error, argv, deps);
  }
}

function createProgram(deps: CliDeps, release: string, exit: (code: ExitCode) => void): Command {
  const program = new Command('reprise')
    .description('A real-time recommender you can replay.')
    .version(release, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .addHelpText('after', EPILOGUE)
    .showSuggestionAfterError()
    .exitOverride()
    .configureOutput({
      writeOut: (text) => deps.stdout.write(text),
      writeErr: (text) => deps.stderr.write(text),
    });
  addCommand(program, deps, exit, startCommand);
  addCommand(program, deps, exit, importCommand);
  addCommand(program, deps, exit, simulateCommand);
  addCommand(program, deps, exit, recommendCommand);
  addCommand(program, deps, exit, whatIfCommand);
  addCommand(program, deps, exit, trainCommand);
  addCommand(program, deps, exit, indexCommand);
  addCommand(program, deps, exit, modelsCommand);
  addCommand(program, deps, exit, backfillCommand);
  addCommand(program, deps, exit, compareCommand);
  addCommand(program, deps, exit, promoteCommand);
  addCommand(program, deps, exit, rollbackCommand);
  addCommand(program, deps, exit, rebuildCommand);
  addCommand(program, deps, exit, verifyCommand);
  addCommand(program, deps, exit, schedulesCommand);
  addCommand(program, deps, exit, statusCommand);
  addCommand(program, deps, exit, spacesCommand);
  addCommand(program, deps, exit, exportCommand);
  addCommand(program, deps, exit, eraseCommand);
  addCommand(program, deps, exit, quarantineCommand);
  addScenarios(program, deps, exit);
  addExperiments(program, deps, exit);
  addKeys(program, deps, exit);
  addEvaluate(program, deps, exit);
  addCompletion(program, deps, exit);
  addManual(program, deps, exit, release);
  return program;
}

function tellFailure(error: unknown, argv: readonly string[], deps: CliDeps): ExitCode {
  const { signal } = deps;
  if (signal.reason === READER_GONE) return EXIT.ok;
  const { code, message, exit, stack } = signal.aborted ? INTERRUPTED : toFailure(error);
  if (exit === EXIT.ok) return exit;
  // Commander has told its own errors already.
  if (!(error instanceof CommanderError)) deps.stderr.write(`reprise: ${message} (${code})\n`);
  if (deps.env['REPRISE_DEBUG'] !== undefined && stack !== undefined)
    deps.stderr.write(`${stack}\n`);
  if (argv.includes('--json')) {
    deps.stdout.write(`${JSON.stringify({ error: { code, message } })}\n`);
  }
  return exit;
}
