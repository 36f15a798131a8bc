import type { ErasureStore } from '../../../activities/forgetting/erasure-record.ts';
import type { Surrogate } from '../../../events/fact.ts';
import type { ForgettingIdentities } from '../../../events/identity.ts';
import type { Journal } from '../../../events/journal.ts';
import { surrogateToBytes } from '../../../events/surrogate.ts';

/** What ends erasures that were cut off between the journal and the identities. */
export interface ErasedRowsDeps {
  readonly records: Pick<ErasureStore, 'list'>;
  readonly journal: Pick<Journal, 'isErased'>;
  readonly identities: Pick<ForgettingIdentities, 'erase'>;
}

/** Users that are asked for at a time. */
const USERS_A_PAGE = 1_000;

/**
 * Destroys the identities of those whose erasure stands in the journal already: nothing may be sealed under their surrogates
 * any more. Those whose erasure is still under way are left as they are.
 */
export async function endErased({ records, journal, identities }: ErasedRowsDeps): Promise<void> {
  for (const { state, forgotten, surrogates } of await records.list()) {
    if (state === 'done' || forgotten) continue;
    for (let from = 0; from < surrogates.length; from += USERS_A_PAGE) {
      const page = surrogates.slice(from, from + USERS_A_PAGE);
      const erased = await erasedOf(journal, page);
      if (erased.length > 0) await identities.erase(erased);
    }
  }
}

async function erasedOf(
  journal: Pick<Journal, 'isErased'>,
  users: readonly Surrogate[],
): Promise<readonly Surrogate[]> {
  const isErased = await Promise.all(users.map((user) => journal.isErased(surrogateToBytes(user))));
  return users.filter((_, index) => isErased[index] === true);
}
