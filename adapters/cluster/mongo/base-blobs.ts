import type { ObjectStore } from '../../../activities/object-store.ts';
import { hasCode } from '../../../events/error.ts';
import { readWhole } from '../objects/local-copy.ts';

/** The bases of model versions as blobs by name: inputs that nothing can make again. */
export interface ObjectBlobs {
  put(name: string, bytes: Uint8Array): Promise<void>;
  /** Undefined where there is none; throws DAMAGED where it is not what was put. */
  get(name: string): Promise<Uint8Array | undefined>;
  /** Removes a blob, if there is one. */
  remove(name: string): Promise<void>;
}

/** Keeps the bases of model versions among the shared objects, below `models/`. */
export function openBaseBlobs(objects: ObjectStore): ObjectBlobs {
  return {
    put: async (name, bytes) => {
      await objects.put(`models/${name}`, [bytes]);
    },
    remove: (name) => objects.remove(`models/${name}`),
    get: async (name) => {
      try {
        return await readWhole(objects, `models/${name}`);
      } catch (error) {
        if (hasCode(error, 'NOT_FOUND')) return undefined;
        throw error;
      }
    },
  };
}
