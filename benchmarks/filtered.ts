/**
 * What a filter costs: recommendations over 100,000 items of 32 dimensions, of which `item.genre == "jazz" &&
 * item.year > 1990` leaves about one in twenty, by users and by popularity. Baseline: the same recommendations without a
 * filter, scanned exactly in the same process; what is kept of a user's last ranking is not used by either.
 */
import { createSecretKey } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import { setImmediate } from 'node:timers/promises';
import type { Surrogate } from '../events/fact.ts';
import { loadKernel } from '../model/kernel/kernel.ts';
import { DEFAULT_PROJECTION_BOUNDS } from '../projections/bounds.ts';
import type { ItemCatalogue } from '../projections/items.ts';
import { Queries } from '../projections/queries.ts';
import { NO_RULES } from '../projections/rules/asked-rules.ts';
import { Expression } from '../projections/rules/expression.ts';
import { ServingState } from '../projections/serving-state.ts';
import { emptyCatalogue, hexOf, randomWhole } from './serving-world.ts';

const ITEMS = 100_000;
// Every question is of another user, so that none finds the ranking that the last one left.
const USERS = 4_000;
const DIMENSIONS = 32;
const SEEN = 50;
const GENRES = ['jazz', 'rock', 'folk', 'soul', 'pop', 'funk', 'blues', 'house', 'punk', 'choir'];
const FILTER = 'item.genre == "jazz" && item.year > 1990';

const serving = new ServingState({
  partitions: 1,
  kernels: await loadKernel(),
  bounds: { ...DEFAULT_PROJECTION_BOUNDS, exactScanItemsMax: ITEMS },
  schedule: () => () => undefined,
});
const whole = randomWhole({ items: ITEMS, users: USERS, dimensions: DIMENSIONS, seen: SEEN });
serving.apply(whole);
const surrogates = Array.from({ length: USERS }, (_, user) => hexOf(whole.newUsers, user));

/** The longest that no other work was let in, by the clock and of processor time. */
class Turns {
  longestMs = 0;
  longestCpuMs = 0;
  #last = performance.now();
  #used = process.cpuUsage();

  /** Other work is let in here. */
  end(): void {
    const { user, system } = process.cpuUsage(this.#used);
    this.longestMs = Math.max(this.longestMs, performance.now() - this.#last);
    this.longestCpuMs = Math.max(this.longestCpuMs, (user + system) / 1_000);
  }

  begin(): void {
    this.#last = performance.now();
    this.#used = process.cpuUsage();
  }
}

const turns = new Turns();

const catalogue: ItemCatalogue = {
  ...emptyCatalogue,
  async *all() {
    for (let row = 0; row < ITEMS; row += 1) {
      const genre = GENRES[row % GENRES.length];
      const year = 1950 + ((row * 31) % 76);
      yield await Promise.resolve([`item-${String(row)}`, { genre, year }] as const);
    }
  },
};
const queries = new Queries({
  serving,
  catalogue,
  identities: {
    find: (id) =>
      Promise.resolve({
        id,
        surrogate: (surrogates[Number(id)] ?? '') as Surrogate,
        key: new Uint8Array(32),
      }),
  },
  partitionOf: () => 0,
  signingKey: createSecretKey(Buffer.alloc(32, 1)),
  yieldNow: async () => {
    turns.end();
    await setImmediate();
    turns.begin();
  },
});

/** Milliseconds of each of many calls, by the clock and of processor time: on a busy machine the first waits, too. */
async function figures(
  rounds: number,
  once: (at: number) => Promise<unknown>,
): Promise<Readonly<Record<'p50Ms' | 'p99Ms' | 'p99CpuMs', number>>> {
  for (let at = 0; at < rounds / 10; at += 1) await once(at);
  const spent = new Float64Array(rounds);
  const used = new Float64Array(rounds);
  for (let at = 0; at < rounds; at += 1) {
    const start = performance.now();
    const before = process.cpuUsage();
    await once(at);
    const { user, system } = process.cpuUsage(before);
    spent[at] = performance.now() - start;
    used[at] = (user + system) / 1_000;
  }
  spent.sort();
  used.sort();
  const at = (share: number): number => Math.floor(rounds * share);
  return {
    p50Ms: round(spent[at(0.5)] ?? 0),
    p99Ms: round(spent[at(0.99)] ?? 0),
    p99CpuMs: round(used[at(0.99)] ?? 0),
  };
}

function round(value: number): number {
  return Math.round(value * 1_000) / 1_000;
}

const filtered = { ...NO_RULES, filter: new Expression('filter', FILTER) };
const boost = new Expression('boost', 'item.year > 2000 ? 1.5 : 1.0');
const ask = (at: number, rules?: typeof filtered): Promise<unknown> =>
  queries.recommend({ user: String(at % USERS), n: 10, exclude: 'seen', after: [], rules });

turns.begin();
const firstStart = performance.now();
const first = await queries.recommend({
  ...{ user: '0', n: 10, exclude: 'seen', after: [], rules: filtered },
});
const firstMs = performance.now() - firstStart;
turns.end();
const held = { ms: round(turns.longestMs), cpuMs: round(turns.longestCpuMs) };

const plain = await figures(USERS, (at) => ask(at));
const byFilter = await figures(USERS, (at) => ask(at, filtered));
const boosted = await figures(USERS, (at) => ask(at, { ...filtered, boost }));
const popular = await figures(USERS / 4, () => queries.popular(10, filtered));
const popularPlain = await figures(USERS / 4, () => queries.popular(10));

console.log(
  JSON.stringify({
    benchmark: 'filtered',
    items: ITEMS,
    dimensions: DIMENSIONS,
    matching: first.filter?.matching,
    firstMs: round(firstMs),
    longestHeld: held,
    filtered: byFilter,
    filteredAndBoosted: boosted,
    popularFiltered: popular,
    unfiltered: plain,
    popularUnfiltered: popularPlain,
    ratioP99: round(byFilter.p99Ms / plain.p99Ms),
    ratioP99Cpu: round(byFilter.p99CpuMs / plain.p99CpuMs),
    targetP99Ms: 10,
  }),
);
