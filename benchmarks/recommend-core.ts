/**
 * What one full recommendation costs the core: identity look-up aside, from the query to the answer's JSON, over
 * 10,000 items of 32 dimensions. Baseline: JSON of a constant 10-item answer, which bare Koa would write as well.
 */
import { createSecretKey } from 'node:crypto';
import type { Surrogate } from '../events/fact.ts';
import { loadKernel } from '../model/kernel/kernel.ts';
import { DEFAULT_PROJECTION_BOUNDS } from '../projections/bounds.ts';
import { Queries } from '../projections/queries.ts';
import { ServingState } from '../projections/serving-state.ts';
import { emptyCatalogue, hexOf, randomWhole } from './serving-world.ts';

const ITEMS = 10_000;
const USERS = 2_000;
const DIMENSIONS = 32;
const SEEN = 50;
const ROUNDS = 20_000;

const serving = new ServingState({
  partitions: 1,
  kernels: await loadKernel(),
  bounds: { ...DEFAULT_PROJECTION_BOUNDS, exactScanItemsMax: ITEMS },
  schedule: () => () => undefined,
});
const whole = randomWhole({ items: ITEMS, users: USERS, dimensions: DIMENSIONS, seen: SEEN });
serving.apply(whole);

const surrogates = Array.from({ length: USERS }, (_, user) => hexOf(whole.newUsers, user));
const queries = new Queries({
  serving,
  identities: {
    find: (id) =>
      Promise.resolve({
        id,
        surrogate: (surrogates[Number(id)] ?? '') as Surrogate,
        key: new Uint8Array(32),
      }),
  },
  partitionOf: () => 0,
  catalogue: emptyCatalogue,
  signingKey: createSecretKey(Buffer.alloc(32, 1)),
});

/** Microseconds that one call takes, over many. */
async function microseconds(
  rounds: number,
  once: (at: number) => Promise<unknown>,
): Promise<number> {
  for (let at = 0; at < rounds / 10; at += 1) await once(at);
  const start = process.cpuUsage();
  for (let at = 0; at < rounds; at += 1) await once(at);
  const used = process.cpuUsage(start);
  return (used.user + used.system) / rounds;
}

const ask = (at: number, n: number): Promise<unknown> =>
  queries.recommend({ user: String(at % USERS), n, exclude: 'seen', after: [] });
const constant = await ask(0, 10);
const baseline = await microseconds(ROUNDS, () => Promise.resolve(JSON.stringify(constant)));
const full = await microseconds(ROUNDS, async (at) => JSON.stringify(await ask(at, 10)));
const state = serving.partition(0);
const query = new Float32Array(DIMENSIONS);
const rows = new Uint32Array(10);
const scores = new Float32Array(10);
const scan = await microseconds(ROUNDS, (at) => {
  const user = at % USERS;
  state.readQuery(user, query);
  state.vectors.table.topN(query, 10, state.users.seen.rows(user), rows, scores);
  return Promise.resolve();
});
const cold = await microseconds(ROUNDS / 10, async () => JSON.stringify(await queries.popular(10)));

console.log(
  JSON.stringify({
    benchmark: 'recommend-core',
    items: ITEMS,
    dimensions: DIMENSIONS,
    seen: SEEN,
    recommendMicroseconds: full,
    scanMicroseconds: scan,
    popularMicroseconds: cold,
    baselineMicroseconds: baseline,
    ratioToBaseline: full / baseline,
  }),
);
