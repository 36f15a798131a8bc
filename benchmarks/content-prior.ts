// How much better are new items ranked that start where items of the same artist and genre stand? The listeners of the
// simulator, each event ranked before it is learned; the same stream with and without attributes in one run. Ratios are
// of recall@10 with attributes to that without.
import { ContentPrior, startFrom } from '../model/content-prior.ts';
import { attributesOf } from '../model/item-attributes.ts';
import { loadKernel } from '../model/kernel/kernel.ts';
import { BlendLearner } from '../model/stream/blend-learner.ts';
import { GmfLearner } from '../model/stream/gmf-learner.ts';
import { PrequentialTest } from '../model/stream/prequential.ts';
import type {
  RankingQuestion,
  StreamEvent,
  StreamLearner,
} from '../model/stream/stream-learner.ts';
import { createCatalogue } from '../processes/simulator/catalogue.ts';
import { Listening } from '../processes/simulator/listening.ts';

const EVENTS = Number(process.env['REPRISE_BENCHMARK_EVENTS'] ?? 20_000);
const ITEMS = 10_000;
const LISTENERS = 500;
const SEED = 7;
const HOUR_MS = 3_600_000;
/** An item's events that count as those of a new item: after the first, which nobody can rank. */
const NEW_EVENTS = 5;

const catalogue = createCatalogue(SEED, ITEMS);
const listening = new Listening({
  ...{ catalogue, listeners: LISTENERS, worldSeed: SEED, seed: SEED, idPrefix: 'e' },
  ...{ startMs: 1_700_000_000_000, intervalMs: 1_000, driftMs: 8 * HOUR_MS },
});
const attributes = new Map(catalogue.items.map(({ id, metadata }) => [id, attributesOf(metadata)]));
const kernels = await loadKernel();

type Growing = StreamLearner & { grow(users: number, items: number): void };

/** Starts an item's rows before its first event is learned, as a partition does. */
class Started implements StreamLearner {
  readonly name: string;
  readonly #inner: Growing;
  readonly #gmf: GmfLearner;
  readonly #prior = new ContentPrior();
  readonly #itemOf: (row: number) => string;

  constructor(inner: Growing, gmf: GmfLearner, itemOf: (row: number) => string) {
    this.name = inner.name;
    this.#inner = inner;
    this.#gmf = gmf;
    this.#itemOf = itemOf;
    for (const [item, of] of attributes) this.#prior.publish(item, -1, of);
  }

  get items(): number {
    return this.#inner.items;
  }

  rank(question: RankingQuestion, rows: Uint32Array, scores: Float32Array): number {
    return this.#inner.rank(question, rows, scores);
  }

  learn(event: StreamEvent): void {
    const { itemRow, userRow } = event;
    if (itemRow === this.items) {
      const item = this.#itemOf(itemRow);
      this.#inner.grow(userRow + 1, itemRow + 1);
      const { items, contexts } = this.#gmf.parts;
      startFrom([items, contexts], itemRow, this.#prior.sharing(item));
      this.#prior.admit(item, itemRow);
    }
    this.#inner.learn(event);
  }
}

function rowOf(rows: Map<string, number>, id: string): number {
  const row = rows.get(id) ?? rows.size;
  rows.set(id, row);
  return row;
}

/** Recall@10 over all events, and over the first ones of each item. */
function measure(learner: (itemOf: (row: number) => string) => StreamLearner) {
  const users = new Map<string, number>();
  const items = new Map<string, number>();
  const ids: string[] = [];
  const ages: number[] = [];
  const test = new PrequentialTest(
    learner((row) => ids[row] ?? ''),
    {
      ...{ depth: 10, repeats: 'keep' as const, clockMicroseconds: () => 0 },
    },
  );
  const [all, early] = [
    { hits: 0, events: 0 },
    { hits: 0, events: 0 },
  ];
  for (let number = 0; number < EVENTS; number++) {
    const { type, user, item, time } = listening.event(number);
    if (type === 'skip' || type === 'dislike') continue;
    const [userRow, itemRow] = [rowOf(users, user), rowOf(items, item)];
    ids[itemRow] = item;
    const [key0, key1] = [Math.imul(number, 0x9e3779b9) >>> 0, Math.imul(number, 0x85ebca6b) >>> 0];
    const event = { userRow, itemRow, timeMs: time, weight: 1, positive: 1, key0, key1 } as const;
    const isHit = test.take(event) > 0;
    const age = ages[itemRow] ?? 0;
    ages[itemRow] = age + 1;
    for (const tally of age >= 1 && age <= NEW_EVENTS ? [all, early] : [all]) {
      tally.events++;
      if (isHit) tally.hits++;
    }
  }
  return {
    recall10: all.hits / all.events,
    newItems: early.hits / early.events,
    newEvents: early.events,
  };
}

const learners = {
  gmf: () => {
    const gmf = new GmfLearner(kernels);
    return [gmf, gmf] as const;
  },
  blend: () => {
    const blend = new BlendLearner(kernels);
    return [blend, blend.gmf] as const;
  },
};
const ratios = Object.fromEntries(
  Object.entries(learners).map(([name, make]) => {
    const without = measure(() => make()[0]);
    const started = measure((itemOf) => {
      const [learner, gmf] = make();
      return new Started(learner, gmf, itemOf);
    });
    const ratio = started.recall10 / without.recall10;
    return [name, { without, started, ratio, ratioNewItems: started.newItems / without.newItems }];
  }),
);
console.log(JSON.stringify({ benchmark: 'content-prior', events: EVENTS, ...ratios }));
