import type { Tensor } from './checkpoint.ts';
import { packIds, unpackIds } from './item-ids.ts';
import type { MemoryChange, MemoryMerge, SharedEvents } from './memory-merge.ts';

type Tensors = Readonly<Record<string, Tensor>>;

const BASE = 'memory.base';
const CHANGE = 'memory.change';
const ROWS = 'memory.rows';
/** Under this, and in a merge with the partition after it, stand the tensors of events. */
const EVENTS = 'memory.events';

/** Packs what a partition added to the memory as tensors. */
export function packChange({ events, base, change }: MemoryChange): Tensors {
  return { [BASE]: column(base), [CHANGE]: column(change), ...packEvents(events, EVENTS) };
}

/** Reads what {@link packChange} packed; undefined where there is nothing of it. */
export function unpackChange(tensors: Tensors): MemoryChange | undefined {
  const base = tensors[BASE]?.data;
  const change = tensors[CHANGE]?.data;
  const events = unpackEvents(tensors, EVENTS);
  const isWhole = base instanceof Float32Array && change instanceof Float32Array;
  return isWhole && events !== undefined ? { events, base, change } : undefined;
}

/** Packs what all partitions added to the memory as tensors. */
export function packMemory({ events, rows }: MemoryMerge): Tensors {
  const parts = events.map((theirs, partition) => packEvents(theirs, nameOf(partition)));
  return Object.assign({ [ROWS]: column(rows) }, ...parts) as Tensors;
}

/** Reads what {@link packMemory} packed; undefined where there is nothing of it. */
export function unpackMemory(tensors: Tensors): MemoryMerge | undefined {
  const rows = tensors[ROWS]?.data;
  if (!(rows instanceof Float32Array)) return undefined;
  const events: SharedEvents[] = [];
  for (;;) {
    const theirs = unpackEvents(tensors, nameOf(events.length));
    if (theirs === undefined) return { events, rows };
    events.push(theirs);
  }
}

function nameOf(partition: number): string {
  return `${EVENTS}.${String(partition)}`;
}

function packEvents({ items, words, timesMs, weights }: SharedEvents, name: string): Tensors {
  const { bytes, offsets } = packIds(items);
  return {
    [`${name}.ids`]: bytes,
    [`${name}.offsets`]: offsets,
    [`${name}.words`]: column(words),
    [`${name}.timesMs`]: column(timesMs),
    [`${name}.weights`]: column(weights),
  };
}

function unpackEvents(tensors: Tensors, name: string): SharedEvents | undefined {
  const items = unpackIds(tensors[`${name}.ids`], tensors[`${name}.offsets`]);
  const words = tensors[`${name}.words`]?.data;
  const timesMs = tensors[`${name}.timesMs`]?.data;
  const weights = tensors[`${name}.weights`]?.data;
  if (items === undefined || !(words instanceof Uint32Array)) return undefined;
  if (!(timesMs instanceof Float64Array && weights instanceof Float64Array)) return undefined;
  return { items, words, timesMs, weights };
}

function column(data: Tensor['data']): Tensor {
  return { shape: [data.length], data };
}
