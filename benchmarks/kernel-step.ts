// How long does one learner's step take at d = 32 with its rows in cache, against a plain loop over Float32Arrays? Steps
// are measured as replay makes them, in runs of 64 a call, and one a call.
import { loadKernel } from '../model/kernel/kernel.ts';
import { Model } from '../model/model.ts';
import { DEFAULT_LEARNER_SETTINGS } from '../model/settings.ts';
import type { LearnerSettings } from '../model/settings.ts';

const DIMENSIONS = 32;
/** 64 users and 64 items of 128 bytes: 16 KiB, within the first cache. */
const ROWS = 64;
const NEGATIVES = 8;
const RATE = 0.05;
const REGULARIZATION = 0.01;
const WARM_ROUNDS = 40;
const ROUNDS = 200;
/** Steps a round: whole runs, so that all contenders make as many. */
const STEPS = 2_048;
/** Steps that replay makes in one call (model/model.ts). */
const RUN_STEPS = 64;

/** What an ordinary developer would write: the ISGD update on two rows of flat arrays. */
function plainIsgd(users: Float32Array, items: Float32Array, user: number, item: number): void {
  const p = user * DIMENSIONS;
  const q = item * DIMENSIONS;
  let score = 0;
  for (let at = 0; at < DIMENSIONS; at++) {
    score += (users[p + at] as number) * (items[q + at] as number);
  }
  const error = 1 - score;
  for (let at = 0; at < DIMENSIONS; at++) {
    const left = users[p + at] as number;
    const right = items[q + at] as number;
    users[p + at] = left + RATE * (error * right - REGULARIZATION * left);
    items[q + at] = right + RATE * (error * left - REGULARIZATION * right);
  }
}

/** The same for a logistic step with an item's bias. */
function plainGmf(
  users: Float32Array,
  items: Float32Array,
  biases: Float32Array,
  user: number,
  item: number,
  target: number,
): void {
  const p = user * DIMENSIONS;
  const q = item * DIMENSIONS;
  let score = biases[item] as number;
  for (let at = 0; at < DIMENSIONS; at++) {
    score += (users[p + at] as number) * (items[q + at] as number);
  }
  const error = target - 1 / (1 + Math.exp(-score));
  for (let at = 0; at < DIMENSIONS; at++) {
    const left = users[p + at] as number;
    const right = items[q + at] as number;
    users[p + at] = left + RATE * (error * right - REGULARIZATION * left);
    items[q + at] = right + RATE * (error * left - REGULARIZATION * right);
  }
  biases[item] =
    (biases[item] as number) + RATE * (error - REGULARIZATION * (biases[item] as number));
}

/**
 * Nanoseconds a step for each contender, which makes STEPS of them: the fastest of many short rounds that take turns, for a busy machine only ever
 * adds time. The first rounds, in which the code is still being optimised, do not count.
 */
function nanoseconds(contenders: Record<string, () => void>): Record<string, number> {
  const best = new Map<string, number>();
  for (let round = 0; round < WARM_ROUNDS + ROUNDS; round++) {
    for (const [name, run] of Object.entries(contenders)) {
      const start = performance.now();
      run();
      const time = ((performance.now() - start) * 1e6) / STEPS;
      if (round >= WARM_ROUNDS) best.set(name, Math.min(time, best.get(name) ?? Infinity));
    }
  }
  return Object.fromEntries(best);
}

const factory = await loadKernel();

function makeModel(learner: LearnerSettings['learner']): Model {
  const settings = { ...DEFAULT_LEARNER_SETTINGS, learner, dimensions: DIMENSIONS };
  const model = new Model({ ...settings, negatives: NEGATIVES }, factory.create());
  for (let row = 0; row < ROWS; row++) {
    model.addUser(row, 1);
    model.addItem(row, 2);
  }
  return model;
}

const isgd = makeModel('isgd');
const gmf = makeModel('gmf');
const users = new Float32Array(ROWS * DIMENSIONS);
const items = new Float32Array(ROWS * DIMENSIONS);
const biases = new Float32Array(ROWS);
isgd.users.readRows(0, ROWS, users);
isgd.items.readRows(0, ROWS, items);
const keys = new Uint32Array(4 * ROWS).map((_, at) => Math.imul(at, 0x9e3779b9));
const itemOf = (number: number): number => (number * 29 + 7) & (ROWS - 1);

const steps = isgd.kernel.functions;
const p0 = isgd.users.pointer(0);
const q0 = isgd.items.pointer(0);
const bytes = DIMENSIONS * 4;
isgd.learn(0, 0, 1, 1, 0, keys, 0);
const isgdHeader = isgd.header;
const pairs = isgd.kernel.alloc(STEPS * 8);
for (let number = 0; number < STEPS; number++) {
  const vectors = [p0 + (number & (ROWS - 1)) * bytes, q0 + itemOf(number) * bytes];
  isgd.kernel.words.set(vectors, (pairs >>> 2) + number * 2);
}

const measured = nanoseconds({
  plainIsgd() {
    for (let number = 0; number < STEPS; number++) {
      plainIsgd(users, items, number & (ROWS - 1), itemOf(number));
    }
  },
  isgdSteps() {
    for (let number = 0; number < STEPS; number += RUN_STEPS) {
      steps.isgdSteps(isgdHeader, pairs + number * 8, RUN_STEPS);
    }
  },
  isgdStep() {
    for (let number = 0; number < STEPS; number++) {
      const p = p0 + (number & (ROWS - 1)) * bytes;
      steps.isgdStep(isgdHeader, p, q0 + itemOf(number) * bytes);
    }
  },
  isgdLearn() {
    for (let number = 0; number < STEPS; number++) {
      isgd.learn(number & (ROWS - 1), itemOf(number), 1, 1, number * 1_000, keys, 0);
    }
  },
  isgdLearnInRuns() {
    isgd.beginRun();
    for (let number = 0; number < STEPS; number++) {
      isgd.learn(number & (ROWS - 1), itemOf(number), 1, 1, number * 1_000, keys, 0);
    }
    isgd.endRun();
  },
  plainGmfEvent() {
    for (let number = 0; number < STEPS; number++) {
      const user = number & (ROWS - 1);
      plainGmf(users, items, biases, user, itemOf(number), 1);
      for (let negative = 1; negative <= NEGATIVES; negative++) {
        plainGmf(users, items, biases, user, (number * 13 + negative * 17) & (ROWS - 1), 0);
      }
    }
  },
  gmfLearn() {
    for (let number = 0; number < STEPS; number++) {
      const user = number & (ROWS - 1);
      gmf.learn(user, itemOf(number), 1, 1, number * 1_000, keys, user * 4);
    }
  },
});

const round = (value: number): number => Math.round(value * 100) / 100;
const of = (name: string): number => measured[name] as number;
console.log(
  JSON.stringify({
    benchmark: 'kernel-step',
    dimensions: DIMENSIONS,
    negatives: NEGATIVES,
    nanoseconds: Object.fromEntries(Object.entries(measured).map(([k, v]) => [k, round(v)])),
    ratioGmfEvent: round(of('plainGmfEvent') / of('gmfLearn')),
    ratioSingleCall: round(of('plainIsgd') / of('isgdStep')),
    ratio: round(of('plainIsgd') / of('isgdSteps')),
  }),
);
