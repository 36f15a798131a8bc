import type { Checkpoint } from '../checkpoint.ts';
import type { ObservedFigures } from './observed-events.ts';

const KEYS = 'events.keys';
const PLACES = 'events.places';
const COHORTS = 'events.cohorts';
/** Three numbers a partition: the last sequence, the bound of the tail, and events since that was looked up. */
const STANDS = 'partitions';
const KIND = 'figures';

/** Packs what an observer of a version saw as tensors, so that it is stored with the checksums that checkpoints have. */
export function packFigures(
  version: string,
  { total, events, partitions }: ObservedFigures,
): Checkpoint {
  const shape = [events.length];
  const about = { settings: {}, parent: null, createdMs: 0, extra: { kind: KIND } };
  const stands = partitions.flatMap(({ reached, below, looks }) => [reached, below, looks]);
  return {
    manifest: { version, partition: 0, sequence: total, ...about },
    tensors: {
      [KEYS]: { shape, data: Float64Array.from(events, ({ key }) => key) },
      [PLACES]: { shape, data: Uint32Array.from(events, ({ place }) => place) },
      [STANDS]: { shape: [partitions.length, 3], data: Float64Array.from(stands) },
      [COHORTS]: { shape, data: Uint8Array.from(events, ({ cohorts }) => cohorts) },
    },
  };
}

/** Reads what {@link packFigures} packed; undefined where it does not fit together. */
export function unpackFigures({ manifest, tensors }: Checkpoint): ObservedFigures | undefined {
  const keys = tensors[KEYS]?.data;
  const places = tensors[PLACES]?.data;
  const cohorts = tensors[COHORTS]?.data;
  const stands = tensors[STANDS]?.data;
  if (!(keys instanceof Float64Array && places instanceof Uint32Array)) return undefined;
  if (!(cohorts instanceof Uint8Array && stands instanceof Float64Array)) return undefined;
  const { length } = keys;
  const isWhole = places.length === length && cohorts.length === length && stands.length % 3 === 0;
  if (!isWhole || manifest.extra['kind'] !== KIND) return undefined;
  const events = Array.from(keys, (key, at) => {
    return { key, place: places[at] ?? 0, cohorts: cohorts[at] ?? 0 };
  });
  const partitions = Array.from({ length: stands.length / 3 }, (_, partition) => {
    const [reached = -1, below = -Infinity, looks = 0] = stands.subarray(3 * partition);
    return { reached, below, looks };
  });
  return { total: manifest.sequence, events, partitions };
}
