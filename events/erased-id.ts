import type { Surrogate } from './fact.ts';

/** The event id under which a user's `UserErased` stands: sent again, it is the same event. */
export function erasedId(user: Surrogate): string {
  return `erase ${user}`;
}
