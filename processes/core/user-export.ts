import { exportUser } from '../../events/export-user.ts';
import type { Identity } from '../../events/identity.ts';
import { partitionOf } from '../../events/partition-of.ts';
import { formatPosition } from '../../events/position.ts';
import { surrogateToBytes } from '../../events/surrogate.ts';
import type { ExportedEvent } from '../../api/deps.ts';
import type { IdentityStore } from '../../events/identity.ts';
import type { Journal } from '../../events/journal.ts';
import type { ServingState } from '../../projections/serving-state.ts';

/** What exporting a user reads. */
export interface UserExportParts {
  readonly stores: {
    readonly journal: Pick<Journal, 'head' | 'read' | 'partitions'>;
    readonly identities: Pick<IdentityStore, 'find'>;
  };
  readonly serving: ServingState;
}

/**
 * Yields all that is held and derived of a user: first a line of what the live model has learned of them, then their
 * events. Undefined where the user is unknown.
 */
export async function openUserExport(
  parts: UserExportParts,
  user: string,
): Promise<AsyncIterable<ExportedEvent> | undefined> {
  const identity = await parts.stores.identities.find(user);
  return identity && linesOf(parts, identity);
}

async function* linesOf(
  { stores, serving }: UserExportParts,
  identity: Identity,
): AsyncGenerator<ExportedEvent, void, undefined> {
  const { journal } = stores;
  const partition = partitionOf(identity.id, journal.partitions);
  yield {
    user: identity.id,
    surrogate: identity.surrogate,
    ...learnedOf(serving, identity, partition),
  };
  for await (const event of exportUser(journal, identity, partition)) yield { ...event };
}

/** What the live model has learned of a user; nothing of that where no event of theirs was accepted. */
function learnedOf(
  serving: UserExportParts['serving'],
  { surrogate }: Identity,
  partition: number,
): ExportedEvent {
  const state = serving.partition(partition);
  const { users, vectors } = state;
  const at = {
    model: state.version,
    position: formatPosition({ partition, sequence: state.position }),
  };
  const row = users.rowOf(surrogateToBytes(surrogate));
  if (row < 0) return at;
  const { events, positives, timeMs } = users.facts(row);
  return {
    ...{ ...at, events, positives, lastTime: timeMs },
    seenItems: Array.from(users.seen.rows(row), (item) => vectors.id(item)),
    vector: Array.from(users.vector(row)),
  };
}
