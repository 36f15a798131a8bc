import type { Journal } from '../../events/journal.ts';
import { ORIGIN } from '../../events/position.ts';
import type { Sequence } from '../../events/position.ts';
import { ALIAS_PARTITION, foldAliases } from './aliases.ts';
import type { Aliases, AliasStand, AliasStore } from './aliases.ts';

/** Events after which the aliases are kept again, though nothing has changed: a start reads on from there. */
export const ALIAS_SAVE_EVENTS_MAX = 100_000;

/** What the book needs from outside. */
export interface AliasBookDeps {
  readonly journal: Pick<Journal, 'read' | 'changed' | 'head'>;
  readonly store: AliasStore;
  /** The version that serves before any promotion. */
  readonly first: string;
  /** Told when an alias has moved, and once when the journal is read to its head. */
  readonly onChange?: (aliases: Aliases) => void;
}

/** The aliases as the journal tells them: a fold with a position of its own. */
export class AliasBook {
  readonly #deps: AliasBookDeps;
  #stand: AliasStand;
  #keptAt = ORIGIN as number;

  constructor(deps: AliasBookDeps) {
    this.#deps = deps;
    this.#stand = { live: deps.first, shadow: null, previous: null, position: ORIGIN };
  }

  get aliases(): Aliases {
    return this.#stand;
  }

  /** The last sequence of {@link ALIAS_PARTITION} that the aliases hold. */
  get position(): Sequence {
    return this.#stand.position;
  }

  /** Reads on from what was kept to the journal's head, and tells where the aliases stand there. */
  async catchUp(): Promise<void> {
    const { journal, store, onChange } = this.#deps;
    const kept = await store.read();
    // One that is past the head is of another journal: a backup was put back.
    if (kept !== undefined && kept.position <= journal.head(ALIAS_PARTITION)) {
      this.#stand = kept;
      this.#keptAt = kept.position;
    }
    while (await this.#readOn());
    onChange?.(this.#stand);
  }

  /** Follows the journal until the signal aborts. */
  async follow(signal: AbortSignal): Promise<void> {
    const { journal, onChange } = this.#deps;
    while (!signal.aborted) {
      const before = this.#stand;
      const more = await this.#readOn();
      const { live, shadow, previous } = this.#stand;
      const isMoved =
        live !== before.live || shadow !== before.shadow || previous !== before.previous;
      if (isMoved) onChange?.(this.#stand);
      if (!more) await journal.changed(ALIAS_PARTITION, this.#stand.position, signal);
    }
  }

  async #readOn(): Promise<boolean> {
    const { journal, store } = this.#deps;
    if (journal.head(ALIAS_PARTITION) <= this.#stand.position) return false;
    const block = await journal.read(ALIAS_PARTITION, this.#stand.position);
    if (block === undefined) return false;
    this.#stand = foldAliases(this.#stand, block);
    if (this.#stand.position - this.#keptAt >= ALIAS_SAVE_EVENTS_MAX) {
      this.#keptAt = this.#stand.position;
      await store.write(this.#stand);
    }
    return true;
  }
}
