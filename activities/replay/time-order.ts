import type { VersionDefinition } from '../../actors/runtime/definition.ts';
import { LeftOutEvents } from '../../actors/runtime/left-out-events.ts';
import type { EventBlock } from '../../events/blocks/block.ts';
import { FACT_KINDS, INTERACTION } from '../../events/fact.ts';
import type { Journal } from '../../events/journal.ts';
import { ORIGIN, sequence } from '../../events/position.ts';
import type { Partition } from '../../events/position.ts';
import { SURROGATE_BYTES } from '../../events/surrogate.ts';
import type { Steps } from '../../model/steps.ts';

/** The most events, of all partitions together, that one version learns in the order of their times: 24 bytes each meanwhile. */
export const TIME_ORDER_EVENTS_MAX = 10_000_000;

/** Numbers that are sorted before other work may run. */
const ROWS_A_STEP = 16_384;

const PUBLISHED = FACT_KINDS.indexOf('ItemPublished');

/** What the order of a partition's events is found with. */
export interface TimeOrderDeps {
  readonly journal: Pick<Journal, 'read'>;
  readonly isErased: Journal['isErased'];
  readonly yieldNow: () => Promise<void>;
}

/**
 * The order in which a version learns a partition's first events: number i stands for the event after its start by so
 * much. What is passed over (erased users, quarantines) and what is no event in time (barriers) keeps its place, so that
 * leaving an event out equals its never having been, and as many events lie between two barriers.
 */
export async function timeOrderOf(
  deps: TimeOrderDeps,
  definition: VersionDefinition,
  partition: Partition,
): Promise<Uint32Array> {
  const start = definition.start[partition] ?? ORIGIN;
  const to = Math.max(start, definition.timeOrderedTo?.[partition] ?? start);
  const times = new Float64Array(to - start);
  const moved = new Uint32Array(to - start);
  const leftOut = new LeftOutEvents(definition, partition);
  let count = 0;
  for (let at = start; at < to;) {
    const block = await deps.journal.read(partition, sequence(at));
    if (block === undefined)
      throw new RangeError('the journal ends before what is ordered by time');
    const stays = await stayingRows(deps, leftOut, block);
    for (let row = at + 1 - block.firstSequence; row < block.count && at < to; row += 1) {
      const offset = at - start;
      at += 1;
      if (stays[row] === 1) continue;
      const timeMs = block.timeMs[row] ?? NaN;
      times[offset] = Number.isNaN(timeMs) ? Infinity : timeMs;
      moved[count] = offset;
      count += 1;
    }
    await deps.yieldNow();
  }
  const slots = moved.subarray(0, count);
  const order = Uint32Array.from(times.keys());
  const sorted = await inTurns(sortByTime(slots, times), deps.yieldNow);
  for (const [at, slot] of slots.entries()) order[slot] = sorted[at] ?? slot;
  return order;
}

/** The rows of a block, 1 each, that are learned where they stand. */
async function stayingRows(
  { isErased }: TimeOrderDeps,
  leftOut: LeftOutEvents,
  block: EventBlock,
): Promise<Uint8Array> {
  const erased: boolean[] = [];
  for (let at = 0; at < block.users.length; at += SURROGATE_BYTES) {
    erased.push(await isErased(block.users.slice(at, at + SURROGATE_BYTES)));
  }
  const stays = leftOut.rowsOf(block) ?? new Uint8Array(block.count);
  for (const [row, code] of block.kind.entries()) {
    const isLearned =
      code === INTERACTION ? erased[block.user[row] ?? -1] !== true : code === PUBLISHED;
    if (!isLearned) stays[row] = 1;
  }
  return stays;
}

/** Sorts numbers of events by their times, those of one time as they come, in steps; a merge sort. */
export function* sortByTime(rows: Uint32Array, times: Float64Array): Steps<Uint32Array> {
  let from: Uint32Array = rows;
  let to: Uint32Array = new Uint32Array(rows.length);
  for (let width = 1; width < rows.length; width *= 2) {
    for (let start = 0; start < rows.length; start += 2 * width) {
      yield* mergeRuns(from, to, [start, start + width, start + 2 * width], times);
    }
    [from, to] = [to, from === rows ? new Uint32Array(rows.length) : from];
  }
  return from;
}

/** Merges two sorted runs that stand one after the other. */
function* mergeRuns(
  from: Uint32Array,
  to: Uint32Array,
  [start, middle, end]: readonly [number, number, number],
  times: Float64Array,
): Steps<void> {
  const last = Math.min(end, from.length);
  const half = Math.min(middle, last);
  let left = start;
  let right = half;
  for (let at = start; at < last; at += 1) {
    const isLeft =
      left < half &&
      (right >= last || (times[from[left] ?? 0] ?? 0) <= (times[from[right] ?? 0] ?? 0));
    to[at] = from[isLeft ? left : right] ?? 0;
    if (isLeft) left += 1;
    else right += 1;
    if (at % ROWS_A_STEP === 0) yield undefined;
  }
}

async function inTurns<T>(steps: Steps<T>, yieldNow: () => Promise<void>): Promise<T> {
  let step = steps.next();
  while (step.done !== true) {
    await yieldNow();
    step = steps.next();
  }
  return step.value;
}
