// What do an update and a ranking of 10,000 items cost, by each learner of streams at d = 32, against a plain loop?
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

import { loadKernel } from '../model/kernel/kernel.ts';
import { STREAM_LEARNERS } from '../model/stream/learner-registry.ts';
import type { StreamEvent, StreamLearner } from '../model/stream/stream-learner.ts';

const DIMENSIONS = 32;
const USERS = 2_000;
const ITEMS = 10_000;
/** Events before the first that is timed: every item was named, users have met about 20. */
const WARM_EVENTS = 40_000;
/** Timed events, in lots; the fastest lot counts, for a busy machine only ever adds time. */
const LOTS = 60;
const LOT_EVENTS = 100;
const PLACES = 10;
const RATE = 0.05;
const REGULARIZATION = 0.01;

/** A number from 0 to below 1 by its position: a mixer of 32 bits. */
function uniform(position: number): number {
  let word = Math.imul(position + 1, 0x9e3779b1);
  word = Math.imul(word ^ (word >>> 16), 0x85ebca6b);
  word = Math.imul(word ^ (word >>> 13), 0xc2b2ae35);
  return ((word ^ (word >>> 16)) >>> 0) / 0x1_0000_0000;
}

/** The first events name every user and every item in turn; the later ones favour low rows, as popularity does. */
function eventAt(number: number): StreamEvent {
  const userRow = number < USERS ? number : Math.floor(USERS * uniform(number * 4));
  const itemRow = number < ITEMS ? number : Math.floor(ITEMS * uniform(number * 4 + 1) ** 3);
  const [key0, key1] = [number * 4 + 2, number * 4 + 3].map((at) =>
    Math.floor(uniform(at) * 0x1_0000_0000),
  );
  const keys = { key0: key0 as number, key1: key1 as number };
  return { userRow, itemRow, timeMs: number * 60_000, weight: 1, positive: 1, ...keys };
}

/** What an ordinary developer would write: ISGD over flat arrays, a scan, and a sorted list of ten. */
class PlainLoop implements StreamLearner {
  readonly name = 'plain loop';
  readonly items = ITEMS;
  readonly #users = Float32Array.from({ length: USERS * DIMENSIONS }, (_, at) => uniform(at) / 50);
  readonly #items = Float32Array.from({ length: ITEMS * DIMENSIONS }, (_, at) => uniform(at) / 50);

  rank({ userRow }: { userRow: number }, rows: Uint32Array, scores: Float32Array): number {
    scores.fill(-Infinity);
    for (let item = 0; item < ITEMS; item++) {
      const score = this.#score(userRow, item);
      if (score <= (scores[rows.length - 1] as number)) continue;
      let place = rows.length - 1;
      for (; place > 0 && score > (scores[place - 1] as number); place--) {
        scores[place] = scores[place - 1] as number;
        rows[place] = rows[place - 1] as number;
      }
      scores[place] = score;
      rows[place] = item;
    }
    return rows.length;
  }

  learn({ userRow, itemRow }: StreamEvent): void {
    const p = userRow * DIMENSIONS;
    const q = itemRow * DIMENSIONS;
    const error = 1 - this.#score(userRow, itemRow);
    for (let at = 0; at < DIMENSIONS; at++) {
      const left = this.#users[p + at] as number;
      const right = this.#items[q + at] as number;
      this.#users[p + at] = left + RATE * (error * right - REGULARIZATION * left);
      this.#items[q + at] = right + RATE * (error * left - REGULARIZATION * right);
    }
  }

  #score(userRow: number, itemRow: number): number {
    const p = userRow * DIMENSIONS;
    const q = itemRow * DIMENSIONS;
    let score = 0;
    for (let at = 0; at < DIMENSIONS; at++) {
      score += (this.#users[p + at] as number) * (this.#items[q + at] as number);
    }
    return score;
  }
}

interface Cost {
  update: number;
  ranking: number;
}

function costOf(learner: StreamLearner): Cost {
  for (let number = 0; number < WARM_EVENTS; number++) learner.learn(eventAt(number));
  const rows = new Uint32Array(PLACES);
  const scores = new Float32Array(PLACES);
  const excluded = new Uint32Array(0);
  const best: Cost = { update: Infinity, ranking: Infinity };
  for (let lot = 0; lot < LOTS; lot++) {
    const from = WARM_EVENTS + lot * LOT_EVENTS;
    const events = Array.from({ length: LOT_EVENTS }, (_, at) => eventAt(from + at));
    const startedMs = performance.now();
    for (const { userRow, timeMs } of events) {
      learner.rank({ userRow, timeMs, excluded }, rows, scores);
    }
    const rankedMs = performance.now();
    for (const event of events) learner.learn(event);
    const learnedMs = performance.now();
    best.ranking = Math.min(best.ranking, ((rankedMs - startedMs) * 1_000) / LOT_EVENTS);
    best.update = Math.min(best.update, ((learnedMs - rankedMs) * 1_000) / LOT_EVENTS);
  }
  return best;
}

/** The same with numpy, where there is a python3 that has it. */
function numpyCost(): Cost | string {
  const script = fileURLToPath(new URL('numpy-isgd.py', import.meta.url));
  try {
    const stdio = ['ignore', 'pipe', 'ignore'] as const;
    const out = execFileSync('python3', [script], {
      encoding: 'utf8',
      timeout: 60_000,
      stdio: [...stdio],
    });
    return JSON.parse(out) as Cost;
  } catch {
    return 'not measured: python3 with numpy is not here';
  }
}

const kernels = await loadKernel();
const baseline = costOf(new PlainLoop());
const numpy = numpyCost();
const round = (value: number): number => Math.round(value * 100) / 100;
const rounded = ({ update, ranking }: Cost): Cost => ({
  update: round(update),
  ranking: round(ranking),
});

const learners = Object.fromEntries(
  [...STREAM_LEARNERS].map(([name, make]) => {
    const cost = costOf(make({ kernels }));
    const ratio = {
      updateRatio: round(baseline.update / cost.update),
      rankingRatio: round(baseline.ranking / cost.ranking),
    };
    const peer =
      typeof numpy === 'string' ? {} : { numpyUpdateRatio: round(numpy.update / cost.update) };
    return [name, { ...rounded(cost), ...ratio, ...peer }];
  }),
);

console.log(
  JSON.stringify({
    benchmark: 'stream-learners',
    dimensions: DIMENSIONS,
    items: ITEMS,
    unit: 'µs',
    plainLoop: rounded(baseline),
    numpy: typeof numpy === 'string' ? numpy : rounded(numpy),
    learners,
    ratio: learners['isgd']?.rankingRatio,
  }),
);
