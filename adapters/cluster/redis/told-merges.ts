import type { MergeName } from '../../../activities/merges/merge-store.ts';
import { hasCode } from '../../../events/error.ts';
import type { Merge } from '../../../model/merge.ts';
import { packMerge, unpackMerge } from '../../../model/merge-tensors.ts';
import { encodeCheckpoint } from '../../../model/safetensors.ts';
import { decodeInTurns } from '../../tensor-file.ts';
import { folderOf } from '../contributions.ts';
import type { RedisLink } from './redis.ts';

/** How long a merge is told: by then it is durable most often, and read where it is kept. */
export const toldMergeMsMax = 10_000;

/** The largest merge that is told. */
export const toldMergeBytesMax = 4_194_304;

/**
 * Where workers tell merges that they have just made, and who only takes merges hears of them before they are durable. A
 * merge is the same bytes for everybody, so that one whose maker dies before it is durable was none too early.
 */
export interface ToldMerges {
  /** Tells a merge; one that is too large is left out. */
  tell(merge: Merge): Promise<void>;
  /** The merge of a barrier; undefined where it was not told, was told long ago, or does not read well. */
  heard(name: MergeName): Promise<Merge | undefined>;
}

/** Opens the merges that the processes of a cluster tell in Redis; both calls throw UNAVAILABLE where it cannot be had. */
export function openToldMerges(link: RedisLink): ToldMerges {
  const keyOf = (name: MergeName): string => `${link.prefix}${folderOf(name)}merge`;
  return {
    async tell(merge) {
      const bytes = Buffer.concat([...encodeCheckpoint(packMerge(merge))]);
      if (bytes.length > toldMergeBytesMax) return;
      await link.run((redis) => redis.set(keyOf(merge), bytes, 'PX', toldMergeMsMax));
    },

    async heard(name) {
      const bytes = await link.run((redis) => redis.getBuffer(keyOf(name)));
      if (bytes === null) return undefined;
      try {
        const read = unpackMerge(await decodeInTurns(new Uint8Array(bytes)));
        return read?.version === name.version && read.barrier === name.barrier ? read : undefined;
      } catch (error) {
        if (!hasCode(error, 'DAMAGED')) throw error;
        return undefined;
      }
    },
  };
}
