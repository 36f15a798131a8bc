import type { Command } from 'commander';

import type { CliDeps } from './command.ts';
import { addCommand } from './command.ts';
import { ncfCommand } from './evaluate-ncf.ts';
import { offPolicyCommand } from './evaluate-off-policy.ts';
import { prequentialCommand } from './evaluate-prequential.ts';
import type { ExitCode } from './failure.ts';

/** Adds `evaluate` with the protocols that it knows. */
export function addEvaluate(program: Command, deps: CliDeps, exit: (code: ExitCode) => void): void {
  const evaluate = program
    .command('evaluate')
    .description('measure how well learners recommend, by a published protocol');
  addCommand(evaluate, deps, exit, ncfCommand);
  addCommand(evaluate, deps, exit, prequentialCommand);
  addCommand(evaluate, deps, exit, offPolicyCommand);
}
