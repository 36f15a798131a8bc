import { createRequire } from 'node:module';
import type { Index } from 'faiss-node';
import { RepriseError } from '../events/error.ts';

/** What is used of faiss-node. */
export interface Faiss {
  readonly Index: {
    fromFactory(dimensions: number, kind: string, metric: number): Index;
    fromBuffer(bytes: Buffer): Index;
  };
  readonly MetricType: { readonly METRIC_INNER_PRODUCT: number };
}

/**
 * Loads faiss-node into this process, which has to be one that does nothing else: it searches synchronously, and a
 * second thread that loads it crashes. Throws UNAVAILABLE where its native part is not there.
 */
export function loadFaiss(): Faiss {
  try {
    return createRequire(import.meta.url)('faiss-node') as Faiss;
  } catch (error) {
    throw new RepriseError(
      'UNAVAILABLE',
      'faiss-node cannot be loaded: run `node scripts/setup.mjs`, which says what it needs',
      {},
      error,
    );
  }
}

/** Where `nprobe` stands in the bytes of an IVF index: after the index header and the number of cells. */
const PROBES_AT = 45;
const IVF_FOURCC = 'IwFl';

/** Sets how many cells a search probes in the bytes of a serialised `IVF…,Flat` index; faiss-node has no setter. */
export function setProbes(bytes: Buffer, cells: number, probes: number): void {
  const kind = bytes.toString('latin1', 0, 4);
  const found = bytes.length > PROBES_AT + 8 ? bytes.readBigUInt64LE(PROBES_AT - 8) : -1n;
  if (kind !== IVF_FOURCC || found !== BigInt(cells)) {
    throw new RepriseError(
      'DAMAGED',
      `the index is not an IVF index of ${cells} cells as this version of Faiss writes it: rebuild it`,
    );
  }
  bytes.writeBigUInt64LE(BigInt(probes), PROBES_AT);
}
