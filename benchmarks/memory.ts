/**
 * How much memory does a partition take, learner and read side, at a million users and 100,000 items of 32 dimensions?
 * Baseline: the bare tables, (users + items) · dimensions floats once. Identities are computed from the surrogate, for
 * the identity store is on disk and its pages are the system's to keep or drop.
 */
import { setImmediate as yieldNow } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { follow } from '../activities/replay/follower.ts';
import { PartitionRuntime } from '../actors/runtime/partition.ts';
import type { EventBlock } from '../events/blocks/block.ts';
import type { Identity } from '../events/identity.ts';
import { DEFAULT_INTERACTION_TYPES } from '../events/interaction-type.ts';
import type { Journal } from '../events/journal.ts';
import { ORIGIN, sequence } from '../events/position.ts';
import { surrogateFromBytes } from '../events/surrogate.ts';
import { loadKernel } from '../model/kernel/kernel.ts';
import { LEARNERS, settingsOf } from '../processes/config/learner.ts';
import { DEFAULT_PROJECTION_BOUNDS } from '../projections/bounds.ts';
import { ServingState } from '../projections/serving-state.ts';
import { seededRandom } from './serving-world.ts';

const { values } = parseArgs({
  options: {
    users: { type: 'string', default: '1000000' },
    items: { type: 'string', default: '100000' },
    dimensions: { type: 'string', default: '32' },
    learner: { type: 'string', default: 'gmf' },
    'events-a-user': { type: 'string', default: '5' },
  },
});
const users = Number(values.users);
const items = Number(values.items);
const dimensions = Number(values.dimensions);
const learner = LEARNERS.find((name) => name === values.learner);
const events = users * Number(values['events-a-user']);
const EVENTS_A_BLOCK = 4_096;
const SLICE_MS_MAX = 8;
const BOUND_MIB = 1_228.8;

if (learner === undefined) throw new RangeError(`--learner is one of ${LEARNERS.join(', ')}`);
if (events < items) throw new RangeError('there are too few events to reach every item');

/** Odd, so that multiplying by it modulo 2^32 gives every number once. */
const SPREAD = 0x9e37_79b1;
const NO_KEY = new Uint8Array(32);

/** Writes a user's surrogate: four words that spread like random ones, the second of them the number itself. */
function writeSurrogate(user: number, words: Uint32Array, at: number): void {
  words[at] = Math.imul(user + 1, SPREAD);
  words[at + 1] = user;
  words[at + 2] = Math.imul(user + 1, 0x85eb_ca6b);
  words[at + 3] = Math.imul(user + 1, 0xc2b2_ae35);
}

function reveal(surrogates: Uint8Array): Promise<readonly Identity[]> {
  const view = new DataView(surrogates.buffer, surrogates.byteOffset, surrogates.byteLength);
  const identities = Array.from({ length: surrogates.length / 16 }, (_, index) => ({
    id: `user-${String(view.getUint32(index * 16 + 4, true))}`,
    surrogate: surrogateFromBytes(surrogates.slice(index * 16, index * 16 + 16)),
    key: NO_KEY,
  }));
  return Promise.resolve(identities);
}

/** The events from `first` on: users come round and round, items by Zipf's law after each has come once. */
function blockAt(first: number): EventBlock {
  const count = Math.min(EVENTS_A_BLOCK, events - first);
  const random = seededRandom(first);
  const surrogates = new Uint32Array(count * 4);
  const numberOf = new Map<number, number>();
  const item = Uint32Array.from({ length: count }, (_, row) => {
    const at = first + row;
    writeSurrogate(at % users, surrogates, row * 4);
    const one = at < items ? at : Math.floor(items ** random()) - 1;
    const number = numberOf.get(one) ?? numberOf.size;
    numberOf.set(one, number);
    return number;
  });
  return {
    partition: 0,
    firstSequence: sequence(first),
    count,
    appendTimeMs: 0,
    users: new Uint8Array(surrogates.buffer),
    items: Array.from(numberOf.keys(), (one) => `item-${String(one)}`),
    types: ['play'],
    kind: new Uint8Array(count),
    hasSharedFacts: false,
    type: new Uint16Array(count),
    user: Uint32Array.from({ length: count }, (_, row) => row),
    item,
    value: new Float64Array(count).fill(NaN),
    timeMs: Float64Array.from({ length: count }, (_, row) => (first + row) * 100),
    keys: Uint32Array.from({ length: count * 4 }, () => random() * 2 ** 32),
    appendedMs: () => 0,
    fact: () => {
      throw new RangeError('replay reads columns, not facts');
    },
  };
}

/** Makes each block when it is asked for, so that the events themselves take no memory. */
const journal: Pick<Journal, 'read' | 'head' | 'changed'> = {
  head: () => sequence(events - 1),
  read: (_, after) => Promise.resolve(after + 1 < events ? blockAt(after + 1) : undefined),
  changed: () => Promise.resolve(),
};

const mebibytes = (bytes: number): number => Math.round((bytes / 2 ** 20) * 10) / 10;
const atStart = process.memoryUsage().rss;
const kernels = await loadKernel();
const turn = async (): Promise<void> => {
  await yieldNow();
};
const clock = (): number => performance.timeOrigin + performance.now();
const runtime = new PartitionRuntime({
  definition: {
    version: 'first',
    learner: { ...settingsOf(learner), dimensions },
    types: DEFAULT_INTERACTION_TYPES,
    start: [ORIGIN],
    baseSha256: null,
  },
  partition: 0,
  kernels,
  reveal,
  isErased: () => Promise.resolve(false),
  clock,
  yieldNow: turn,
});
const state = new ServingState({
  partitions: 1,
  kernels,
  bounds: DEFAULT_PROJECTION_BOUNDS,
  schedule: () => () => undefined,
});
const start = performance.now();
await follow(
  {
    journal,
    runtime,
    versions: undefined,
    sink: (delta) => (delta.whole ? state.applyWhole(delta, turn) : state.apply(delta)),
    yieldNow: turn,
    sliceMsMax: SLICE_MS_MAX,
    clock,
  },
  { until: journal.head(0), signal: new AbortController().signal },
);
const seconds = (performance.now() - start) / 1_000;
const { counters } = runtime;
if (counters.users !== users || counters.items !== items || state.position(0) !== events - 1) {
  throw new Error('the world is not the one that was asked for');
}
// Resident pages fall only some time after the last garbage was collected; without the flag they stay in.
globalThis.gc?.();
const { rss, heapUsed, arrayBuffers } = process.memoryUsage();
console.log(
  JSON.stringify({
    benchmark: 'memory',
    learner,
    users,
    items,
    dimensions,
    events,
    identities: 'computed',
    residentMiB: mebibytes(rss),
    residentPeakMiB: mebibytes(process.resourceUsage().maxRSS * 1_024),
    residentAtStartMiB: mebibytes(atStart),
    heapMiB: mebibytes(heapUsed),
    arrayBuffersMiB: mebibytes(arrayBuffers),
    snapshotsMiB: mebibytes(runtime.snapshotBytes),
    boundMiB: BOUND_MIB,
    bareTablesMiB: mebibytes((users + items) * dimensions * 4),
    ratio: Math.round((rss / ((users + items) * dimensions * 4)) * 100) / 100,
    eventsPerSecond: Math.round(events / seconds),
  }),
);
