import type { Checkpoint, Tensor } from './checkpoint.ts';
import type { Contribution, Merge } from './merge.ts';

const IDS = 'items.ids';
const OFFSETS = 'items.offsets';
const ROWS = 'rows';
const BASE = 'base';
const CHANGE = 'change';

/** Packs a merge as tensors, so that it is stored with the checksums that checkpoints have. */
export function packMerge({ version, barrier, width, items, rows }: Merge): Checkpoint {
  const tensors = { ...packIds(items), [ROWS]: { shape: [items.length, width], data: rows } };
  return { manifest: manifestOf('merge', version, 0, barrier), tensors };
}

/** Reads what {@link packMerge} packed; undefined where the tensors do not fit together. */
export function unpackMerge({ manifest, tensors }: Checkpoint): Merge | undefined {
  const items = unpackIds(tensors);
  const rows = tensors[ROWS]?.data;
  const width = tensors[ROWS]?.shape[1];
  if (items === undefined || !(rows instanceof Float32Array) || width === undefined) {
    return undefined;
  }
  if (manifest.extra['kind'] !== 'merge' || rows.length !== items.length * width) return undefined;
  return { version: manifest.version, barrier: manifest.sequence, width, items, rows };
}

/** Packs a contribution as tensors. */
export function packContribution(contribution: Contribution): Checkpoint {
  const { version, partition, barrier, width, items, base, change } = contribution;
  const shape = [items.length, width];
  return {
    manifest: manifestOf('contribution', version, partition, barrier),
    tensors: {
      ...packIds(items),
      [BASE]: { shape, data: base },
      [CHANGE]: { shape, data: change },
    },
  };
}

/** Reads what {@link packContribution} packed; undefined where the tensors do not fit together. */
export function unpackContribution({ manifest, tensors }: Checkpoint): Contribution | undefined {
  const items = unpackIds(tensors);
  const base = tensors[BASE]?.data;
  const change = tensors[CHANGE]?.data;
  const width = tensors[BASE]?.shape[1];
  if (items === undefined || width === undefined) return undefined;
  if (!(base instanceof Float32Array && change instanceof Float32Array)) return undefined;
  const length = items.length * width;
  if (manifest.extra['kind'] !== 'contribution') return undefined;
  if (base.length !== length || change.length !== length) return undefined;
  const { version, partition, sequence: barrier } = manifest;
  return { version, partition, barrier, width, items, base, change };
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

function packIds(items: readonly string[]): Record<string, Tensor> {
  const encoder = new TextEncoder();
  const offsets = new Uint32Array(items.length + 1);
  const texts = items.map((item) => encoder.encode(item));
  let end = 0;
  for (const [at, text] of texts.entries()) {
    end += text.length;
    offsets[at + 1] = end;
  }
  const bytes = new Uint8Array(end);
  for (const [at, text] of texts.entries()) bytes.set(text, offsets[at]);
  return {
    [IDS]: { shape: [end], data: bytes },
    [OFFSETS]: { shape: [items.length + 1], data: offsets },
  };
}

function unpackIds(tensors: Checkpoint['tensors']): string[] | undefined {
  const bytes = tensors[IDS]?.data;
  const offsets = tensors[OFFSETS]?.data;
  if (!(bytes instanceof Uint8Array && offsets instanceof Uint32Array)) return undefined;
  if (offsets.at(-1) !== bytes.length) return undefined;
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  const items: string[] = [];
  for (let row = 0; row + 1 < offsets.length; row += 1) {
    items.push(decoder.decode(bytes.subarray(offsets[row], offsets[row + 1])));
  }
  return items;
}
