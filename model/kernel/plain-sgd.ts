import { draw, drawnRow, sigmoid } from './plain-scalar.ts';
import type { PlainViews } from './plain-views.ts';
import type { TrainingFunctions } from './training-functions.ts';
import { BLOCK, EVENT, NO_ITEM, SGD } from './training-layout.ts';

const { fround } = Math;

/** Words of the stream that an event may draw. */
const EVENT_DRAWS = 64;
const LIKELIHOOD_MIN = fround(2 ** -24);
/** What the key of a block's events differs in from the key of their order. */
const EVENT_KEY = 0x5bd1e995;

/** The two words of a stream. */
type Key = readonly [number, number];

/** An order of `count` numbers. */
function shuffled(count: number, [key0, key1]: Key): Uint32Array {
  const order = Uint32Array.from({ length: count }, (_, at) => at);
  for (let left = count; left > 1; left -= 1) {
    const other = drawnRow(draw(key0, key1, left), left);
    const kept = order[left - 1] as number;
    order[left - 1] = order[other] as number;
    order[other] = kept;
  }
  return order;
}

/** p·q: even vectors of four and odd ones apart, then (0 + 2) + (1 + 3) over lanes. */
function productOf(p: Float32Array, q: Float32Array): number {
  const sums = new Float32Array(8);
  for (const [at, value] of p.entries()) {
    sums[at % 8] = (sums[at % 8] as number) + fround(value * (q[at] as number));
  }
  const lanes = [0, 1, 2, 3].map((lane) =>
    fround((sums[lane] as number) + (sums[lane + 4] as number)),
  ) as [number, number, number, number];
  return fround(fround(lanes[0] + lanes[2]) + fround(lanes[1] + lanes[3]));
}

/** A training's header, resolved. */
class PlainTables {
  readonly dimensions: number;
  readonly rate: number;
  readonly decay: number;
  readonly #views: PlainViews;
  readonly #header: number;

  constructor(views: PlainViews, header: number) {
    this.#views = views;
    this.#header = header;
    this.dimensions = views.field(header, SGD.dimensions);
    this.rate = views.floatField(header, SGD.rate);
    this.decay = views.floatField(header, SGD.decay);
  }

  user(row: number): Float32Array {
    return this.#row(SGD.users, row, this.dimensions);
  }

  item(row: number): Float32Array {
    return this.#row(SGD.items, row, this.dimensions);
  }

  /** The user's bias as a view of one float. */
  userBias(row: number): Float32Array {
    return this.#row(SGD.userBias, row, 1);
  }

  /** The item's bias as a view of one float. */
  itemBias(row: number): Float32Array {
    return this.#row(SGD.itemBias, row, 1);
  }

  #row(table: number, row: number, width: number): Float32Array {
    return this.#views.view(this.#views.field(this.#header, table) + 4 * row * width, width);
  }
}

/** Turns scores into gains, moves the biases, and returns the likelihood of what was seen. */
function moveBiases(
  tables: PlainTables,
  user: number,
  items: readonly number[],
  positive: boolean,
): { gains: number[]; likelihood: number } {
  const p = tables.user(user);
  const userBias = tables.userBias(user);
  const own = userBias[0] as number;
  const keep = fround(1 - tables.decay);
  const chances = items.map((item) => {
    const score = fround(productOf(p, tables.item(item)) + (tables.itemBias(item)[0] as number));
    return sigmoid(fround(score + own));
  });
  let likelihood = 1;
  let sum = 0;
  const gains = chances.map((chance, at) => {
    const wanted = at === 0 && positive;
    const right = wanted ? chance : fround(1 - chance);
    likelihood *= Math.max(right, LIKELIHOOD_MIN);
    const gain = fround(tables.rate * (wanted ? fround(1 - chance) : -chance));
    sum = fround(sum + gain);
    const bias = tables.itemBias(items[at] as number);
    bias[0] = fround(keep * (bias[0] as number)) + gain;
    return gain;
  });
  const userKeep = fround(1 - fround(tables.decay * items.length));
  userBias[0] = fround(userKeep * own) + sum;
  return { gains, likelihood };
}

/** One event; returns the likelihood of what was seen. */
function step(
  tables: PlainTables,
  user: number,
  items: readonly number[],
  positive: boolean,
): number {
  const { gains, likelihood } = moveBiases(tables, user, items, positive);
  const p = tables.user(user);
  const keep = fround(1 - tables.decay);
  const userKeep = fround(1 - fround(tables.decay * items.length));
  const before = p.slice();
  for (const [at, value] of before.entries()) p[at] = userKeep * value;
  for (const [number, item] of items.entries()) {
    const q = tables.item(item);
    const gain = gains[number] as number;
    for (const [at, value] of before.entries()) {
      const was = q[at] as number;
      p[at] = (p[at] as number) + fround(gain * was);
      q[at] = fround(keep * was) + fround(gain * value);
    }
  }
  return likelihood;
}

/** A product of likelihoods that cannot run out: a mantissa from 1 to 2 and an exponent. */
class Likelihood {
  readonly #bits = new DataView(new ArrayBuffer(8));
  mantissa = 1;
  exponent = 0;

  multiply(factor: number): void {
    this.#bits.setFloat64(0, this.mantissa * factor);
    const high = this.#bits.getUint32(0);
    this.exponent += (high >>> 20) - 1_023;
    this.#bits.setUint32(0, (high & 0x000fffff) | 0x3ff00000);
    this.mantissa = this.#bits.getFloat64(0);
  }
}

/** Binds stochastic gradient descent to a memory. */
export function createPlainSgd(views: PlainViews): Pick<TrainingFunctions, 'sgdBlock'> {
  function drawItems(entry: number, event: number, number: number, [key0, key1]: Key): number[] {
    const positive = views.field(event, EVENT.item);
    const first = number * EVENT_DRAWS;
    const chance = fround((draw(key0, key1, first) >>> 8) * 2 ** -24);
    const negatives = Math.floor(fround(views.floatField(event, EVENT.share) + chance));
    const items = positive === NO_ITEM ? [] : [positive];
    for (let negative = 1; negative <= negatives; negative += 1) {
      const word = draw(key0, key1, first + negative);
      const item =
        views.field(entry, BLOCK.firstItem) + drawnRow(word, views.field(entry, BLOCK.items));
      if (item !== positive) items.push(item);
    }
    return items;
  }

  return {
    sgdBlock(header, entry, key0, key1) {
      const tables = new PlainTables(views, header);
      const likelihood = new Likelihood();
      let samples = 0;
      for (const number of shuffled(views.field(entry, BLOCK.count), [key0, key1])) {
        const event = views.field(entry, BLOCK.events) + 4 * EVENT.words * number;
        const items = drawItems(entry, event, number, [key0 ^ EVENT_KEY, key1]);
        const positive = views.field(event, EVENT.item) !== NO_ITEM;
        likelihood.multiply(step(tables, views.field(event, EVENT.user), items, positive));
        samples += items.length;
      }
      views.words[(entry >>> 2) + BLOCK.samples] = samples;
      views.doubles[(entry >>> 3) + BLOCK.loss / 2] = likelihood.mantissa;
      views.doubles[(entry >>> 3) + BLOCK.loss / 2 + 1] = likelihood.exponent;
    },
  };
}
