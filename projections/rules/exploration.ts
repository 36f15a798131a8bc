import type { KeyObject } from 'node:crypto';
import { formatPosition } from '../../events/position.ts';
import type { Position } from '../../events/position.ts';
import { sha256 } from '../../events/sha256.ts';
import { sign } from '../answer-signature.ts';

/** Items that chance chooses from where nothing else is said. */
export const exploredItemsDefault = 50;
/** Bytes of a seed, which an answer's id holds as hex. */
const SEED_BYTES = 8;
/** 53-bit numbers that are taken from one hash. */
const DRAWS_A_HASH = 4;

/** How an answer leaves its ranking to chance. */
export interface Exploration {
  /** The probability, from 0 to 1, with which the whole answer is drawn: ε of an ε-greedy policy. */
  readonly share: number;
  /** The best items that it is drawn from, or all where there are fewer; as many as are listed at least. */
  readonly items: number;
  /** What the draw follows from, hex; absent before the answer's place is known. */
  readonly seed?: string;
}

/** Something that stands in an answer, and how probable that was. */
export interface Drawn<T> {
  readonly choice: T;
  /** The probability with which it stands at this very place, over all draws: more than 0, at most 1. */
  readonly propensity: number;
}

/**
 * The seed of an answer: 64 bits of an HMAC over who asks for how many items at which place of the journal. So the same
 * question at the same place is drawn alike, live and from the past, and nobody without the key can tell the draw before.
 */
export function explorationSeed(
  { user, n }: { readonly user: string; readonly n: number },
  place: Position,
  key: KeyObject,
): string {
  const seed = Buffer.alloc(SEED_BYTES);
  // NUL is no part of an id, so the parts can't be read in two ways; an answer's own signature starts with another byte.
  const text = `explore\0${formatPosition(place)}\0${String(n)}\0${user}`;
  sign(Buffer.from(text), key, seed, 0, SEED_BYTES);
  return seed.toString('hex');
}

/**
 * Chooses by ε-greedy: with probability ε a uniformly drawn arrangement of `greedy.length` of the `pool`'s first
 * items, else `greedy` itself. The propensity of an item at a place is therefore `(1 − ε) · [greedy has it there] +
 * ε / M · [it is one of the M drawn from]` (Sutton and Barto 2018, §2.2; marginal by place as in Li, Abbasi-Yadkori,
 * Kveton, Muthukrishnan, Vinay and Wen 2018). `pool` is best first and at least as long as `greedy`.
 */
export function explore<T>(
  greedy: readonly T[],
  pool: readonly T[],
  { share, items, seed = '' }: Exploration,
): readonly Drawn<T>[] {
  const drawnFrom = pool.slice(0, Math.max(items, greedy.length));
  const draws = uniformDraws(seed);
  const isDrawn = draws.next().value < share;
  const chosen = isDrawn ? arrangement(drawnFrom, greedy.length, draws) : greedy;
  const among = new Set(drawnFrom);
  return chosen.map((choice, place) => ({
    choice,
    propensity:
      (greedy[place] === choice ? 1 - share : 0) +
      (among.has(choice) ? share / drawnFrom.length : 0),
  }));
}

/** The first `count` places of a uniformly drawn arrangement (Fisher and Yates, from the front). */
function arrangement<T>(
  all: readonly T[],
  count: number,
  draws: Iterator<number, never>,
): readonly T[] {
  const left = [...all];
  for (let place = 0; place < count; place += 1) {
    const at = place + Math.floor(draws.next().value * (left.length - place));
    [left[place], left[at]] = [left[at] as T, left[place] as T];
  }
  return left.slice(0, count);
}

/** Numbers from 0 to below 1, of 53 bits each: SHA-256 of the seed and a counter, so that every machine draws alike. */
function* uniformDraws(seed: string): Generator<number, never, undefined> {
  for (let counter = 0; ; counter += 1) {
    const digest = sha256(`${seed}:${String(counter)}`);
    const words = new DataView(digest.buffer, digest.byteOffset, digest.byteLength);
    for (let draw = 0; draw < DRAWS_A_HASH; draw += 1) {
      const high = words.getUint32(draw * 8, true) >>> 5;
      const low = words.getUint32(draw * 8 + 4, true) >>> 6;
      yield (high * 2 ** 26 + low) / 2 ** 53;
    }
  }
}
