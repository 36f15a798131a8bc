import type { Checkpoint } from './checkpoint.ts';
import { packIds, unpackIds } from './item-ids.ts';
import { packChange, packMemory, unpackChange, unpackMemory } from './memory-tensors.ts';
import type { Contribution, Merge } from './merge.ts';

const IDS = 'items.ids';
const OFFSETS = 'items.offsets';
const ROWS = 'rows';
const BASE = 'base';
const CHANGE = 'change';

/** Packs a merge as tensors, so that it is stored with the checksums that checkpoints have. */
export function packMerge(merge: Merge): Checkpoint {
  const { version, barrier, width, items, rows, memory } = merge;
  const { bytes, offsets } = packIds(items);
  return {
    manifest: manifestOf('merge', version, 0, barrier),
    tensors: {
      [IDS]: bytes,
      [OFFSETS]: offsets,
      [ROWS]: { shape: [items.length, width], data: rows },
      ...(memory && packMemory(memory)),
    },
  };
}

/** Reads what {@link packMerge} packed; undefined where the tensors do not fit together. */
export function unpackMerge({ manifest, tensors }: Checkpoint): Merge | undefined {
  const items = unpackIds(tensors[IDS], tensors[OFFSETS]);
  const rows = tensors[ROWS]?.data;
  const width = tensors[ROWS]?.shape[1];
  if (items === undefined || !(rows instanceof Float32Array) || width === undefined) {
    return undefined;
  }
  if (manifest.extra['kind'] !== 'merge' || rows.length !== items.length * width) return undefined;
  const memory = unpackMemory(tensors);
  return {
    ...{ version: manifest.version, barrier: manifest.sequence, width, items, rows },
    ...(memory && { memory }),
  };
}

/** Packs a contribution as tensors. */
export function packContribution(contribution: Contribution): Checkpoint {
  const { version, partition, barrier, width, items, base, change, memory } = contribution;
  const shape = [items.length, width];
  const { bytes, offsets } = packIds(items);
  return {
    manifest: manifestOf('contribution', version, partition, barrier),
    tensors: {
      [IDS]: bytes,
      [OFFSETS]: offsets,
      [BASE]: { shape, data: base },
      [CHANGE]: { shape, data: change },
      ...(memory && packChange(memory)),
    },
  };
}

/** Reads what {@link packContribution} packed; undefined where the tensors do not fit together. */
export function unpackContribution({ manifest, tensors }: Checkpoint): Contribution | undefined {
  const items = unpackIds(tensors[IDS], tensors[OFFSETS]);
  const base = tensors[BASE]?.data;
  const change = tensors[CHANGE]?.data;
  const width = tensors[BASE]?.shape[1];
  if (items === undefined || width === undefined) return undefined;
  if (!(base instanceof Float32Array && change instanceof Float32Array)) return undefined;
  const length = items.length * width;
  if (manifest.extra['kind'] !== 'contribution') return undefined;
  if (base.length !== length || change.length !== length) return undefined;
  const { version, partition, sequence: barrier } = manifest;
  const memory = unpackChange(tensors);
  return {
    ...{ version, partition, barrier, width, items, base, change },
    ...(memory && { memory }),
  };
}

function manifestOf(
  kind: 'merge' | 'contribution',
  version: string,
  partition: number,
  barrier: number,
): Checkpoint['manifest'] {
  const about = { settings: {}, parent: null, createdMs: 0, extra: { kind } };
  return { version, partition, sequence: barrier, ...about };
}
