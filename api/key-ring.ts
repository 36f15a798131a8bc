import { createHash, timingSafeEqual } from 'node:crypto';

import type { Scope } from './scope.ts';

/** A key as it is kept: by its digest, which opens nothing. */
export interface ApiKey {
  /** Stands for the key in logs and lists. */
  readonly name: string;
  readonly scope: Scope;
  /** SHA-256 of the key, hex. A key is 256 random bits, so that no slow hash is needed against guessing. */
  readonly sha256: string;
  /** Unix milliseconds from which on the key opens nothing; absent for a key that does not end. */
  readonly expiresMs?: number | undefined;
  /** The space that the key opens, and nothing else; absent for the main one. */
  readonly space?: string | undefined;
  /** Requests that are served to the key in a day of UTC; not counted where absent. */
  readonly requestsPerDayMax?: number | undefined;
}

/** Who sent a request. */
export interface Caller {
  readonly name: string;
  readonly scope: Scope;
  readonly requestsPerDayMax?: number | undefined;
}

/** The keys of an instance at a time: several, so that one can follow another without a gap. */
export class KeyRing {
  readonly #keys: readonly { readonly key: ApiKey; readonly digest: Buffer }[];
  readonly #clock: () => number;

  constructor(keys: readonly ApiKey[], clock: () => number) {
    this.#keys = keys.map((key) => ({ key, digest: Buffer.from(key.sha256, 'hex') }));
    this.#clock = clock;
  }

  /** Whose key this is; undefined where it is nobody's or has expired. Takes as long for a wrong key as for a right one. */
  find(sent: string): ApiKey | undefined {
    const digest = createHash('sha256').update(sent).digest();
    let found: ApiKey | undefined;
    for (const { key, digest: wanted } of this.#keys) {
      if (timingSafeEqual(digest, wanted)) found ??= key;
    }
    if (found === undefined || this.#clock() >= (found.expiresMs ?? Infinity)) return undefined;
    return found;
  }
}

/** The digest that a key is kept by, hex. */
export function keyDigest(key: string): string {
  return createHash('sha256').update(key).digest('hex');
}
