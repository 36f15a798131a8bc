import type { EventBlock } from '../../events/blocks/block.ts';
import { FACT_KINDS } from '../../events/fact.ts';
import type { Fact } from '../../events/fact.ts';
import { sequence } from '../../events/position.ts';
import type { Sequence } from '../../events/position.ts';

/** The partition whose journal tells the aliases: promotions and shadows stand in every one, so one is enough. */
export const ALIAS_PARTITION = 0;

/** The versions that have a name of their own at a position of the journal. */
export interface Aliases {
  /** The version that serves from there on. */
  readonly live: string;
  /** The version that follows the stream beside it and is scored on it; null where there is none. */
  readonly shadow: string | null;
  /** The version that served before: a rollback leads back to it; null before the first promotion. */
  readonly previous: string | null;
}

/** Aliases, and the last sequence that they hold. */
export interface AliasStand extends Aliases {
  readonly position: Sequence;
}

/** Keeps the aliases as folded so far, so that a start need not read the whole journal. Losing it loses nothing. */
export interface AliasStore {
  /** Undefined where none is kept, or where it cannot be read. */
  read(): Promise<AliasStand | undefined>;
  write(stand: AliasStand): Promise<void>;
}

const TELLING = new Set<number>([
  FACT_KINDS.indexOf('ModelPromoted'),
  FACT_KINDS.indexOf('ShadowAssigned'),
]);

/**
 * Folds one fact. A promoted version that was the shadow leaves that name to the version that served before; one that
 * is live already changes nothing.
 */
export function foldAlias(aliases: Aliases, fact: Fact): Aliases {
  if (fact.kind === 'ShadowAssigned') {
    return fact.version === aliases.live ? aliases : { ...aliases, shadow: fact.version };
  }
  if (fact.kind !== 'ModelPromoted' || fact.version === aliases.live) return aliases;
  const { live: previous, shadow } = aliases;
  const next = shadow === fact.version || shadow === null ? previous : shadow;
  return { live: fact.version, previous, shadow: next };
}

/** Folds the rows of a block of {@link ALIAS_PARTITION} past a stand's position. */
export function foldAliases(stand: AliasStand, block: EventBlock): AliasStand {
  const position = sequence(Math.max(stand.position, block.firstSequence + block.count - 1));
  if (!block.hasSharedFacts) return { ...stand, position };
  let aliases: Aliases = stand;
  const from = Math.max(0, stand.position + 1 - block.firstSequence);
  for (let row = from; row < block.count; row += 1) {
    if (TELLING.has(block.kind[row] ?? -1)) aliases = foldAlias(aliases, block.fact(row));
  }
  const { live, shadow, previous } = aliases;
  return { live, shadow, previous, position };
}
