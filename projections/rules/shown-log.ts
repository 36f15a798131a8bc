import { binaryKey } from '../../events/binary-key.ts';
import type { EventBlock } from '../../events/blocks/block.ts';
import { FACT_KINDS, INTERACTION } from '../../events/fact.ts';
import { IMPRESSION } from '../../events/interaction-type.ts';
import type { Sequence } from '../../events/position.ts';
import { SURROGATE_BYTES } from '../../events/surrogate.ts';
import { boostMax } from './expression.ts';

const ERASED = FACT_KINDS.indexOf('UserErased');

/** The newest events of a partition among which impressions count. */
export const shownEventsMax = 131_072;
/** The newest impressions of one user that count. */
export const shownItemsMax = 500;
/** How far a question may stand behind what a log has read, in events. */
export const shownBehindEventsMax = 16_384;

/** The greatest strength of a rotation. */
export const rotationMax = 0.99;
/** The least number of seconds after which an impression counts half. */
export const rotationHalfLifeSMin = 60;
/** The greatest number of seconds after which an impression counts half. */
export const rotationHalfLifeSMax = 2_592_000;
/** Seconds after which an impression counts half where nothing is said. */
export const rotationHalfLifeSDefault = 86_400;

/** How far, and for how long, what was shown sinks. */
export interface Rotation {
  /** From 0 to {@link rotationMax}: the share of its score that an item loses that was shown just now. */
  readonly strength: number;
  /** Seconds after which an impression counts half. */
  readonly halfLifeS: number;
}

interface Impression {
  readonly item: string;
  readonly sequence: number;
  /** When it was shown, Unix milliseconds: as its event says, but not after it was appended. */
  readonly timeMs: number;
  /** The sequence of the user's first deed to the item after it. */
  reactedAt: number;
}

/** What was shown to one user. */
interface Shown {
  /** Oldest first. */
  all: Impression[];
  /** Those that no deed has followed, by item. */
  readonly open: Map<string, Impression[]>;
}

/** What was shown to the users of one partition, of its newest events: a fold of the journal. */
export class ShownLog {
  /** The last sequence read. */
  #position: number;
  readonly #byUser = new Map<string, Shown>();
  /** Append times of the newest events, each at its sequence modulo the length. */
  readonly #appendedMs = new Float64Array(2 * shownBehindEventsMax);
  readonly #from: number;
  #prunedAt: number;

  /** A log that has read nothing up to `from`. */
  constructor(from: Sequence) {
    this.#from = from;
    this.#position = from;
    this.#prunedAt = from;
  }

  /** The last sequence read. */
  get position(): number {
    return this.#position;
  }

  /** Tells whether a question at a sequence can be answered by what was read. */
  covers(at: number): boolean {
    return (
      at <= this.#position &&
      at > this.#position - shownBehindEventsMax &&
      Math.max(-1, at - shownEventsMax) >= this.#from
    );
  }

  /** Reads the block that holds the next sequence, up to `last` at most. */
  take(block: EventBlock, last: number): void {
    const shown = block.types.map((type) => type === IMPRESSION);
    const users = keysOf(block.users);
    const end = Math.min(last, block.firstSequence + block.count - 1);
    for (let sequence = this.#position + 1; sequence <= end; sequence += 1) {
      const row = sequence - block.firstSequence;
      const appendedMs = block.appendedMs(row);
      this.#appendedMs[sequence % this.#appendedMs.length] = appendedMs;
      const user = users[block.user[row] ?? 0] ?? '';
      if (block.kind[row] === ERASED) this.#byUser.delete(user);
      if (block.kind[row] !== INTERACTION) continue;
      const item = block.items[block.item[row] ?? 0] ?? '';
      if (shown[block.type[row] ?? 0] === true) {
        const timeMs = Math.min(block.timeMs[row] ?? NaN, appendedMs);
        this.#show(user, { item, sequence, timeMs, reactedAt: Infinity });
      } else {
        this.#react(user, item, sequence);
      }
    }
    this.#position = Math.max(this.#position, end);
    if (this.#position - this.#prunedAt >= shownBehindEventsMax) this.#prune();
  }

  /**
   * By what the scores of items are multiplied for a user at a sequence: `(1 − strength)^e`, at least 1/1,000, where `e`
   * sums over the impressions of an item that no deed of the user's to it has followed, each halved every half-life. They
   * count up to when the event at the sequence was appended, so that the journal alone tells the factors.
   */
  factors(
    surrogate: Uint8Array,
    at: number,
    { strength, halfLifeS }: Rotation,
  ): ReadonlyMap<string, number> {
    const nowMs = this.#appendedMs[at % this.#appendedMs.length] ?? NaN;
    const impressions = this.#byUser.get(binaryKey(surrogate))?.all ?? [];
    const exposures = new Map<string, number>();
    let left = shownItemsMax;
    for (let index = impressions.length - 1; index >= 0 && left > 0; index -= 1) {
      const { item, sequence, timeMs, reactedAt } = impressions[index] as Impression;
      if (sequence <= at - shownEventsMax) break;
      if (sequence > at) continue;
      left -= 1;
      if (reactedAt <= at) continue;
      const age = Math.max(0, nowMs - timeMs) / (1_000 * halfLifeS);
      exposures.set(item, (exposures.get(item) ?? 0) + 2 ** -age);
    }
    return new Map(
      [...exposures].map(([item, exposure]) => [
        item,
        Math.max(1 / boostMax, (1 - strength) ** exposure),
      ]),
    );
  }

  #show(user: string, impression: Impression): void {
    const known: Shown = this.#byUser.get(user) ?? { all: [], open: new Map() };
    this.#byUser.set(user, known);
    known.all.push(impression);
    const open = known.open.get(impression.item);
    if (open === undefined) known.open.set(impression.item, [impression]);
    else open.push(impression);
  }

  #react(user: string, item: string, sequence: number): void {
    const known = this.#byUser.get(user);
    for (const impression of known?.open.get(item) ?? []) impression.reactedAt = sequence;
    known?.open.delete(item);
  }

  /** Forgets what no question can reach any more. */
  #prune(): void {
    this.#prunedAt = this.#position;
    const oldest = this.#position - shownEventsMax - shownBehindEventsMax;
    for (const [user, shown] of this.#byUser) {
      // A question stands so many events behind at most, so that this many are enough for it.
      const near = shown.all.slice(-(shownItemsMax + shownBehindEventsMax));
      shown.all = near.filter(({ sequence }) => sequence > oldest);
      if (shown.all.length === 0) this.#byUser.delete(user);
      for (const [item, open] of shown.open) {
        if ((open.at(-1)?.sequence ?? 0) <= oldest) shown.open.delete(item);
      }
    }
  }
}

function keysOf(users: Uint8Array): readonly string[] {
  return Array.from({ length: users.length / SURROGATE_BYTES }, (_, number) =>
    binaryKey(users, number * SURROGATE_BYTES, (number + 1) * SURROGATE_BYTES),
  );
}
