import { RepriseError } from '../../events/error.ts';

/** Times that an answer waits for what its rules say of all items, where that changes again and again. */
export const ruleRoundsMax = 64;

/** What an answer has to wait for before it can be asked for again. */
export type Settling = Promise<undefined>;

/** Asks until there is an answer; what is waited for in between ends by itself. Throws TIMEOUT where that never is enough. */
export async function untilFound<T>(ask: () => T | Promise<T | undefined>): Promise<T> {
  for (let round = 0; round < ruleRoundsMax; round += 1) {
    const found = await ask();
    if (found !== undefined) return found;
  }
  throw new RepriseError(
    'TIMEOUT',
    'items change faster than rules can be evaluated over them: try again',
  );
}
