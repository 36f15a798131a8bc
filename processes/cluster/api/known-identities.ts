import { hasCode } from '../../../events/error.ts';
import type { Surrogate } from '../../../events/fact.ts';
import type { Identity, IdentityStore } from '../../../events/identity.ts';

/** Users whose surrogates are remembered for the time when the store does not answer. */
export const KNOWN_IDENTITIES_MAX = 100_000;

/** How long an answer waits for the store before it takes what is remembered. */
export const IDENTITY_FIND_MS_MAX = 500;

/** The pause before a store that failed is asked again. */
const RETRY_MS = 1_000;

/** Settings of what is remembered; the bounds have defaults. */
export interface KnownIdentitiesOptions {
  readonly store: Pick<IdentityStore, 'find'>;
  /** Unix milliseconds. */
  readonly clock: () => number;
  readonly knownIdentitiesMax?: number;
  readonly findMsMax?: number;
}

/** Since when the store does not answer, and what it said. */
export interface IdentityTrouble {
  readonly sinceMs: number;
  readonly why: string;
}

/** Whose surrogate is whose, also while the store does not answer: then whom it never heard of is unknown. */
export class KnownIdentities {
  readonly #options: KnownIdentitiesOptions;
  readonly #max: number;
  /** Oldest use first. */
  readonly #known = new Map<string, Identity>();
  #trouble: IdentityTrouble | undefined;
  #retryMs = 0;

  constructor(options: KnownIdentitiesOptions) {
    this.#options = options;
    this.#max = options.knownIdentitiesMax ?? KNOWN_IDENTITIES_MAX;
  }

  /** Why and since when users who are not remembered are taken for unknown; undefined while the store answers. */
  get trouble(): IdentityTrouble | undefined {
    return this.#trouble;
  }

  /** The identity of a user; from memory where the store does not answer soon. */
  async find(id: string): Promise<Identity | undefined> {
    const { store, clock, findMsMax = IDENTITY_FIND_MS_MAX } = this.#options;
    if (this.#trouble !== undefined && clock() < this.#retryMs) return this.#known.get(id);
    // Whoever comes while the store is asked again takes what is remembered.
    if (this.#trouble !== undefined) this.#retryMs = clock() + RETRY_MS;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => reject(new Late(findMsMax)), findMsMax);
    });
    try {
      const found = await Promise.race([store.find(id), late]);
      this.#trouble = undefined;
      this.#remember(id, found);
      return found;
    } catch (error) {
      if (!(error instanceof Late) && !hasCode(error, 'UNAVAILABLE')) throw error;
      this.#trouble ??= { sinceMs: clock(), why: error.message };
      this.#retryMs = clock() + RETRY_MS;
      return this.#known.get(id);
    } finally {
      clearTimeout(timer);
    }
  }

  /** Forgets these users, so that nobody is told of them while the store does not answer. */
  hide(surrogates: ReadonlySet<Surrogate>): void {
    if (surrogates.size === 0) return;
    for (const [id, { surrogate }] of this.#known) {
      if (surrogates.has(surrogate)) this.#known.delete(id);
    }
  }

  #remember(id: string, found: Identity | undefined): void {
    this.#known.delete(id);
    if (found === undefined) return;
    this.#known.set(id, found);
    if (this.#known.size <= this.#max) return;
    const [oldest] = this.#known.keys();
    if (oldest !== undefined) this.#known.delete(oldest);
  }
}

/** The store took longer than an answer waits. */
class Late extends Error {
  constructor(msMax: number) {
    super(`the identity store does not answer within ${String(msMax)} ms`);
  }
}
