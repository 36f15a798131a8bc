import type { Surrogate } from './fact.ts';

/** What ties a user's id to what the journal holds of them. */
export interface Identity {
  readonly id: string;
  readonly surrogate: Surrogate;
  /** The user's own key: event ids and context are sealed under it. 32 bytes. */
  readonly key: Uint8Array;
}

/** Maps user id ↔ surrogate, apart from the journal, so that forgetting a user is deleting one row. */
export interface IdentityStore {
  /** The identities of these ids, made where missing; resolves only after new rows are durable. */
  resolve(ids: readonly string[]): Promise<readonly Identity[]>;
  /** The identity of an id that is known already. */
  find(id: string): Promise<Identity | undefined>;
  /** The identities of surrogates (16 bytes each, concatenated), undefined where the row is gone. */
  reveal(surrogates: Uint8Array): Promise<readonly (Identity | undefined)[]>;
  /** Every identity, in byte order of its UTF-8 id. */
  all(): AsyncIterable<Identity>;
  close(): Promise<void>;
}

/** An identity store that can forget for good. */
export interface ForgettingIdentities extends IdentityStore {
  /**
   * Destroys identities with their keys, durably, so that no file of the store holds a byte of them any more; returns
   * how many there were. Unknown surrogates are passed over; asking again ends what a kill had cut off.
   */
  erase(surrogates: readonly Surrogate[]): Promise<number>;
}
