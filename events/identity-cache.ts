import { binaryKey } from './binary-key.ts';
import type { Identity } from './identity.ts';
import { surrogateToBytes } from './surrogate.ts';

/** Identities by id and by surrogate. */
interface Generation {
  readonly byId: Map<string, Identity>;
  readonly bySurrogate: Map<string, Identity>;
}

/**
 * Keeps the identities that were used last, within a bound. Two generations: what is used moves into the young one,
 * and when that holds half of the bound, the old one is dropped whole, so no use has to reorder a list.
 */
export class IdentityCache {
  readonly #generationMax: number;
  #young: Generation = emptyGeneration();
  #old: Generation = emptyGeneration();

  constructor(identityCacheEntriesMax: number) {
    this.#generationMax = Math.max(1, Math.floor(identityCacheEntriesMax / 2));
  }

  /** How many identities are kept; one in both generations counts twice. */
  get size(): number {
    return this.#young.byId.size + this.#old.byId.size;
  }

  findById(id: string): Identity | undefined {
    return this.#young.byId.get(id) ?? this.#renew(this.#old.byId.get(id));
  }

  /** Finds by a surrogate as {@link binaryKey} writes it. */
  findBySurrogate(surrogate: string): Identity | undefined {
    return (
      this.#young.bySurrogate.get(surrogate) ?? this.#renew(this.#old.bySurrogate.get(surrogate))
    );
  }

  add(identity: Identity): void {
    if (this.#young.byId.size >= this.#generationMax) {
      this.#old = this.#young;
      this.#young = emptyGeneration();
    }
    this.#young.byId.set(identity.id, identity);
    this.#young.bySurrogate.set(binaryKey(surrogateToBytes(identity.surrogate)), identity);
  }

  remove(identity: Identity): void {
    const surrogate = binaryKey(surrogateToBytes(identity.surrogate));
    for (const generation of [this.#young, this.#old]) {
      generation.byId.delete(identity.id);
      generation.bySurrogate.delete(surrogate);
    }
  }

  #renew(identity: Identity | undefined): Identity | undefined {
    if (identity !== undefined) this.add(identity);
    return identity;
  }
}

function emptyGeneration(): Generation {
  return { byId: new Map(), bySurrogate: new Map() };
}
