import type { Readable } from 'node:stream';
import { z } from 'zod';
import { RepriseError } from '../../events/error.ts';
import type { LoggedChoice } from '../../model/off-policy/logged-choice.ts';
import { readLines } from '../imports/text-lines.ts';

const share = z.number().min(0, 'must be from 0 to 1').max(1, 'must be from 0 to 1');

const rowSchema = z
  .looseObject({
    answer: z.string().optional(),
    propensity: share.gt(0, 'must be more than 0: a choice that could not be made was not logged'),
    target: share,
    reward: z.number(),
    predicted: z.number().optional(),
    predictedTarget: z.number().optional(),
  })
  .refine((row) => (row.predicted === undefined) === (row.predictedTarget === undefined), {
    error: 'predicted and predictedTarget must be given together, or neither',
  });

const unprovenSchema = z.looseObject({ answer: z.string(), unproven: z.string() });

/**
 * Reads logged choices as NDJSON: `propensity`, `target`, `reward`, what a model foretold, 0 where it is left out, and the
 * `answer` that it stands in; other fields are passed over. A line with `unproven` in place of these says that an answer
 * can't be told: `onUnproven` hears of it. Throws INVALID at the first line that is none, naming it and the field.
 */
export async function* readLoggedChoices(
  source: Readable,
  onUnproven: () => void = () => undefined,
): AsyncGenerator<LoggedChoice> {
  let number = 0;
  for await (const { lines } of readLines(source)) {
    for (const line of lines) {
      number += 1;
      if (line.trim() === '') continue;
      const row = parse(line, number);
      if (unprovenSchema.safeParse(row).success) onUnproven();
      else yield readRow(row, number);
    }
  }
}

function readRow(row: unknown, number: number): LoggedChoice {
  const parsed = rowSchema.safeParse(row);
  if (parsed.success) {
    const { answer, propensity, target, reward, predicted = 0, predictedTarget = 0 } = parsed.data;
    return { answer, propensity, target, reward, predicted, predictedTarget };
  }
  const [issue] = parsed.error.issues;
  const field = issue?.path.join('.') ?? '';
  throw refused(number, `${field === '' ? '' : `${field} `}${issue?.message ?? 'is not valid'}`);
}

function parse(line: string, number: number): unknown {
  try {
    return JSON.parse(line);
  } catch {
    throw refused(number, 'it is no JSON');
  }
}

function refused(line: number, why: string): RepriseError {
  return new RepriseError('INVALID', `line ${String(line)}: ${why}`, { line });
}
