import type { z } from 'zod';

import { HttpProblem } from './problem.ts';
import type { FieldError } from './problem.ts';

/** The field errors that one problem document lists. */
export const fieldErrorsMax = 20;

type RawIssue = z.core.$ZodRawIssue;

function kindOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'an array';
  if (typeof value === 'object') return 'an object';
  return `a ${typeof value}`;
}

const expectations: Readonly<Record<string, string>> = {
  string: 'a string',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  object: 'an object',
  array: 'an array',
};

function wording(issue: RawIssue): string | undefined {
  if (issue.code === 'invalid_type') {
    if (issue.input === undefined) return 'is missing';
    const expected = expectations[issue.expected] ?? issue.expected;
    return `must be ${expected}, not ${kindOf(issue.input)}`;
  }
  if (issue.code === 'too_big') return `must be at most ${String(issue.maximum)}`;
  if (issue.code === 'too_small') return `must be at least ${String(issue.minimum)}`;
  if (issue.code === 'invalid_value')
    return `must be one of ${issue.values.map(String).join(', ')}`;
  return undefined;
}

const context = { error: wording };

/** Writes the path of a field: `context.title`, `[3].user`. */
function fieldOf(path: readonly PropertyKey[]): string {
  let field = '';
  for (const step of path) {
    if (typeof step === 'number') field += `[${String(step)}]`;
    else field += field === '' ? String(step) : `.${String(step)}`;
  }
  return field;
}

function fieldErrors(issues: readonly z.core.$ZodIssue[], unknownRemedy: string): FieldError[] {
  return issues.flatMap((issue) => {
    if (issue.code !== 'unrecognized_keys') {
      return [{ field: fieldOf(issue.path), reason: issue.message }];
    }
    return issue.keys.map((key) => ({
      field: fieldOf([...issue.path, key]),
      reason: `is not known here${unknownRemedy}`,
    }));
  });
}

/** What a check gives: the value, or why it was refused. */
export type Checked<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly errors: readonly FieldError[] };

/** Checks a value against a schema; `unknownRemedy` tells what to do with fields that the schema doesn't know. */
export function check<S extends z.ZodType>(
  schema: S,
  value: unknown,
  unknownRemedy = '',
): Checked<z.output<S>> {
  const passed = schema.safeParse(value);
  if (passed.success) return { ok: true, value: passed.data };
  // Only what is refused is checked with the words for it, which make a check dearer.
  const { error = passed.error } = schema.safeParse(value, context);
  return { ok: false, errors: fieldErrors(error.issues, unknownRemedy) };
}

/** Makes the 400 of refused fields; the detail names the first. */
export function refusal(
  what: string,
  errors: readonly FieldError[],
  extra: Readonly<Record<string, unknown>> = {},
): HttpProblem {
  const first = errors[0];
  const field = first === undefined || first.field === '' ? what : `${what}: ${first.field}`;
  return new HttpProblem('MALFORMED', `${field} ${first?.reason ?? 'is not valid'}`, {
    errors: errors.slice(0, fieldErrorsMax),
    extra,
  });
}

/** Checks a value against a schema or throws a 400 that names the fields. */
export function demand<S extends z.ZodType>(
  schema: S,
  value: unknown,
  what: string,
  unknownRemedy = '',
): z.output<S> {
  const checked = check(schema, value, unknownRemedy);
  if (checked.ok) return checked.value;
  throw refusal(what, checked.errors);
}
