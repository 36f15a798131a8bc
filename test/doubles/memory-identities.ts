import { binaryKey } from '../../events/binary-key.ts';
import type { ForgettingIdentities, Identity } from '../../events/identity.ts';
import type { RandomBytes } from '../../events/random.ts';
import { SURROGATE_BYTES, surrogateFromBytes, surrogateToBytes } from '../../events/surrogate.ts';

/** An identity store in memory, with the removal that erasure needs. */
export interface MemoryIdentities extends ForgettingIdentities {
  remove(id: string): Promise<boolean>;
  erase: ForgettingIdentities['erase'];
}

/** Creates an identity store in memory; surrogates and keys come from `random`. */
export function createMemoryIdentities(random: RandomBytes): MemoryIdentities {
  const byId = new Map<string, Identity>();
  const bySurrogate = new Map<string, Identity>();
  const resolveOne = (id: string): Identity => {
    const known = byId.get(id);
    if (known !== undefined) return known;
    const bytes = random(SURROGATE_BYTES);
    const identity = { id, surrogate: surrogateFromBytes(bytes), key: random(32) };
    byId.set(id, identity);
    bySurrogate.set(binaryKey(bytes), identity);
    return identity;
  };
  const remove = (id: string): boolean => {
    const identity = byId.get(id);
    if (identity === undefined) return false;
    byId.delete(id);
    return bySurrogate.delete(binaryKey(surrogateToBytes(identity.surrogate)));
  };
  return {
    resolve: (ids) => Promise.resolve(ids.map(resolveOne)),
    find: (id) => Promise.resolve(byId.get(id)),
    reveal(surrogates) {
      const identities: (Identity | undefined)[] = [];
      for (let at = 0; at < surrogates.length; at += SURROGATE_BYTES) {
        identities.push(bySurrogate.get(binaryKey(surrogates, at, at + SURROGATE_BYTES)));
      }
      return Promise.resolve(identities);
    },
    async *all() {
      const ids = [...byId.keys()].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
      for (const id of ids) {
        const identity = await Promise.resolve(byId.get(id));
        if (identity !== undefined) yield identity;
      }
    },
    remove: (id) => Promise.resolve(remove(id)),
    erase(surrogates) {
      const known = surrogates.flatMap(
        (surrogate) => bySurrogate.get(binaryKey(surrogateToBytes(surrogate))) ?? [],
      );
      for (const { id } of known) remove(id);
      return Promise.resolve(known.length);
    },
    close: () => Promise.resolve(),
  };
}
