import type { EventBlock } from '../events/blocks/block.ts';
import { INTERACTION } from '../events/fact.ts';
import type { InteractionTypes } from '../events/interaction-type.ts';
import type { Journal } from '../events/journal.ts';
import { sequence } from '../events/position.ts';
import type { Partition, Sequence } from '../events/position.ts';
import type { PopularItem } from './popular.ts';

/** A positive interaction, as far as popularity goes. */
export interface PositiveEvent {
  readonly item: string;
  readonly timeMs: number;
  /** Above 0. */
  readonly weight: number;
}

/** The positive events of a range `(from, to]` of a partition. */
export interface PositiveRange {
  readonly partition: Partition;
  readonly from: Sequence;
  readonly to: Sequence;
  readonly events: readonly PositiveEvent[];
}

/**
 * Popular items in a store that processes share: forward-decayed counts over all partitions, with a position each. It
 * ranks as {@link PopularProjection} does, but for rounding and for ties, which go by id, the greatest bytes first.
 */
export interface PopularStore {
  /**
   * Counts a range, and moves the partition's position with it, where it starts there; changes nothing otherwise.
   * Resolves to where the partition stands then: the caller goes on from there, which is the start where the content
   * was lost.
   */
  apply(range: PositiveRange): Promise<Sequence>;
  /** The last sequence counted of a partition. */
  position(partition: Partition): Promise<Sequence>;
  /** The n most popular items that are not excluded, with their weights as shares of the most popular one's of all. */
  top(n: number, excluded?: ReadonlySet<string>): Promise<readonly PopularItem[]>;
  /** Forgets everything: every partition's journal has to be counted again. */
  drop(): Promise<void>;
  close(): Promise<void>;
}

/** What of a journal counts for popularity. */
export interface PopularFold {
  readonly types: InteractionTypes;
  /** Tells whether a user was erased: their interactions are passed over. */
  readonly isErased: (surrogate: Uint8Array) => Promise<boolean>;
}

/** The positive events of a block past a position: those that the learner counts, too. */
export async function positiveRange(
  block: EventBlock,
  after: Sequence,
  { types, isErased }: PopularFold,
): Promise<PositiveRange> {
  const rows: number[] = [];
  const typeOf = block.types.map((name) => (Object.hasOwn(types, name) ? types[name] : undefined));
  for (let row = Math.max(0, after + 1 - block.firstSequence); row < block.count; row += 1) {
    if (block.kind[row] !== INTERACTION) continue;
    const type = typeOf[block.type[row] ?? -1];
    const isPositive = type?.polarity === 'positive' && type.weight > 0;
    if (isPositive && isTime(block.timeMs[row])) rows.push(row);
  }
  const users = [...new Set(rows.map((row) => block.user[row] ?? 0))];
  const looked = users.map((user) => isErased(block.users.slice(16 * user, 16 * user + 16)));
  const erased = await Promise.all(looked);
  const passedOver = new Set(users.filter((_, at) => erased[at] === true));
  const counted = rows.filter((row) => !passedOver.has(block.user[row] ?? 0));
  return {
    partition: block.partition,
    from: after,
    to: sequence(block.firstSequence + block.count - 1),
    events: counted.map((row) => ({
      item: block.items[block.item[row] ?? 0] ?? '',
      timeMs: block.timeMs[row] ?? 0,
      weight: typeOf[block.type[row] ?? -1]?.weight ?? 0,
    })),
  };
}

/** Settings of {@link followPopular}. */
export interface FollowPopularOptions extends PopularFold {
  readonly live: boolean;
  readonly signal: AbortSignal;
  /** Resolves when it is time to look whether the store still holds what it held, or when the signal aborts. */
  readonly lookAgain: (signal: AbortSignal) => Promise<void>;
}

/**
 * Counts a partition's journal into the store up to its head and on, until the signal aborts. Without `live` it resolves
 * at the head of now. What the store lost is counted again.
 */
export async function followPopular(
  journal: Pick<Journal, 'read' | 'changed'>,
  store: Pick<PopularStore, 'position' | 'apply'>,
  partition: Partition,
  options: FollowPopularOptions,
): Promise<void> {
  let position = await store.position(partition);
  while (!options.signal.aborted) {
    const block = await journal.read(partition, position);
    if (block !== undefined) {
      position = await store.apply(await positiveRange(block, position, options));
    } else if (options.live) {
      await either(
        options.signal,
        (signal) => journal.changed(partition, position, signal),
        options.lookAgain,
      );
      position = await store.position(partition);
    } else return;
  }
}

/** Waits for the first of two events, and ends the wait for the other. */
async function either(
  signal: AbortSignal,
  ...events: readonly ((signal: AbortSignal) => Promise<void>)[]
): Promise<void> {
  const over = new AbortController();
  const end = (): void => over.abort();
  signal.addEventListener('abort', end, { once: true });
  if (signal.aborted) end();
  try {
    await Promise.race(events.map((event) => event(over.signal)));
  } finally {
    signal.removeEventListener('abort', end);
    end();
  }
}

/** Times that an actor accepts; the others are refused as dead letters and count for nothing. */
function isTime(timeMs: number | undefined): boolean {
  return timeMs !== undefined && Math.abs(timeMs) <= EVENT_TIME_MS_MAX;
}

/** The last instant that a Date can name. */
const EVENT_TIME_MS_MAX = 8.64e15;
