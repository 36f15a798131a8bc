import type { AnsweredArm, AnswerLabel, ArmLabel } from '../projections/answer.ts';
import type { ApiDeps } from './deps.ts';
import { HttpProblem } from './problem.ts';
import { refusal } from './validation.ts';

const OF_THE_PAST = {
  field: 'experiment',
  reason: 'cannot be given together with asOf: answers from the past are no trials',
};

/** The arm of an experiment that a user is in; a 422 where there is no such experiment, a 400 where the past is asked. */
export function armFor(
  { experiments }: Pick<ApiDeps, 'experiments'>,
  experiment: string | undefined,
  user: string,
  asOf: string | undefined,
): ArmLabel | undefined {
  if (experiment === undefined) return undefined;
  if (asOf !== undefined) throw refusal('the query', [OF_THE_PAST]);
  const label = experiments?.assign(experiment, user);
  if (label !== undefined) return label;
  const reason = 'names no experiment that runs: begin it by PUT /v1/experiments/{experiment}';
  throw new HttpProblem('INVALID', `experiment ${reason}`, {
    errors: [{ field: 'experiment', reason }],
  });
}

/** An answer that tells the arm that it was given by, and why it is not counted there where it is not. */
export function withArm<A extends { readonly experiment?: AnsweredArm | undefined }>(
  answer: A,
  { experiment, arm }: AnswerLabel,
): A & { experiment: AnsweredArm } {
  return { ...answer, experiment: { name: experiment, arm, ...answer.experiment } };
}
