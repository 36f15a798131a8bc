import { RepriseError } from '../../events/error.ts';

/** A part of the configuration that this process needs; its rules have asked for it already. */
export function need<T>(part: T | undefined, variable: string): T {
  if (part !== undefined) return part;
  throw new RepriseError('INVALID', `${variable} is missing: set it`, { field: variable });
}
