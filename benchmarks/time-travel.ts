// How long does an answer as of a random position take, against replaying everything up to the head, and is it the very
// answer of a run that was stopped there?
import { createSecretKey, randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as yieldNow } from 'node:timers/promises';
import { AnswerProofs } from '../activities/past/answer-proof.ts';
import { FactHistory } from '../activities/replay/fact-history.ts';
import { follow } from '../activities/replay/follower.ts';
import { TimeTravel } from '../activities/past/time-travel.ts';
import { TravelBuilder } from '../activities/past/travel-builder.ts';
import { TravelJobs } from '../activities/past/travel-jobs.ts';
import { openCheckpoints } from '../adapters/embedded/checkpoints.ts';
import { openIdentities } from '../adapters/embedded/identity.ts';
import { openJournal } from '../adapters/embedded/journal.ts';
import { openVersions } from '../adapters/embedded/versions.ts';
import { eventKey } from '../events/event-key.ts';
import type { IdentityStore } from '../events/identity.ts';
import { DEFAULT_INTERACTION_TYPES } from '../events/interaction-type.ts';
import type { Journal } from '../events/journal.ts';
import { sequence } from '../events/position.ts';
import type { Sequence } from '../events/position.ts';
import { loadKernel } from '../model/kernel/kernel.ts';
import { DEFAULT_LEARNER_SETTINGS } from '../model/settings.ts';
import type { Recommendation } from '../projections/answer.ts';
import { DEFAULT_PROJECTION_BOUNDS } from '../projections/bounds.ts';
import { Recommender } from '../projections/recommend.ts';
import { ServingState } from '../projections/serving-state.ts';
import { FIRST_VERSION, registerFirst } from '../processes/core/first-version.ts';
import { createRuntimeMaker } from '../processes/core/runtime-maker.ts';
import { seededRandom } from './serving-world.ts';

const EVENTS = Number(process.env['REPRISE_BENCHMARK_EVENTS'] ?? 100_000);
const PAIRS = Number(process.env['REPRISE_BENCHMARK_PAIRS'] ?? 1_000);
const USERS = 5_000;
const ITEMS = 2_000;
const BATCH = 500;
const SLICE_MS_MAX = 8;
/** Where the newest checkpoints of a live partition may stand: at these shares of the journal. */
const CHECKPOINTS_AT = [0.9, 0.95, 0.98];

interface Pair {
  readonly user: string;
  readonly at: Sequence;
}

const clock = (): number => performance.now();
const random = seededRandom(11);

async function fill(journal: Journal, identities: IdentityStore): Promise<void> {
  for (let first = 0; first < EVENTS; first += BATCH) {
    const told = Array.from({ length: Math.min(BATCH, EVENTS - first) }, (_, n) => ({
      id: String(first + n),
      user: userOf(),
      item: `item-${String(Math.floor(ITEMS * random() ** 3))}`,
      timeMs: (first + n) * 1_000,
    }));
    const known = await identities.resolve(told.map(({ user }) => user));
    const about = { kind: 'InteractionRecorded', type: 'play', value: NaN } as const;
    await journal.append(
      told.map(({ id, item, timeMs }, n) => {
        const user = known[n]?.surrogate;
        if (user === undefined) throw new Error('a user has no identity');
        const fact = { ...about, user, item, timeMs, sealed: new Uint8Array(64) };
        return { partition: 0, key: eventKey(id), fact };
      }),
    );
  }
}

function userOf(): string {
  return `user-${String(Math.floor(USERS * random() ** 2))}`;
}

function percentile(sorted: readonly number[], share: number): number {
  const at = Math.min(sorted.length - 1, Math.floor(sorted.length * share));
  return Math.round((sorted[at] ?? 0) * 100) / 100;
}

const folder = await mkdtemp(join(tmpdir(), 'reprise-benchmark-'));
try {
  const identities = openIdentities({ folder: join(folder, 'identity'), random: randomBytes });
  const appendClock = (): number => Math.floor(performance.timeOrigin + performance.now());
  const journal = await openJournal({
    ...{ folder: join(folder, 'journal'), partitions: 1, clock: appendClock },
  });
  await fill(journal, identities);
  const registry = openVersions({ folder: join(folder, 'models') });
  const checkpoints = openCheckpoints({
    folder: join(folder, 'checkpoints'),
    onDamaged: (path) => {
      throw new Error(`${path} is damaged`);
    },
  });
  const types = DEFAULT_INTERACTION_TYPES;
  const manifest = { settings: DEFAULT_LEARNER_SETTINGS, types, partitions: 1 };
  await registerFirst(registry, manifest, appendClock);
  const kernels = await loadKernel();
  const maker = createRuntimeMaker({ kernels, identities, journal, clock });
  const definition = (await registry.get(FIRST_VERSION))?.definition;
  if (definition === undefined) throw new Error('the first version is not registered');
  const newServing = (): ServingState =>
    new ServingState({
      ...{ partitions: 1, kernels, bounds: DEFAULT_PROJECTION_BOUNDS },
      schedule: () => () => undefined,
    });
  const signingKey = createSecretKey(Buffer.alloc(32, 1));
  const catalogue = { title: () => undefined, withdrawn: new Set<string>(), withdrawals: 0 };
  const request = { n: 10, exclude: 'seen' } as const;

  const pairs = Array.from({ length: PAIRS }, (): Pair => {
    return { user: userOf(), at: sequence(Math.floor(random() * EVENTS)) };
  });

  // The run that is stopped at every pair's position, in their order; it takes the checkpoints that a live one would.
  const stops = pairs.map((pair, number) => ({ ...pair, number })).sort((a, b) => a.at - b.at);
  const expected: Recommendation[] = [];
  const serving = newServing();
  const stopped = new Recommender({
    ...{ serving, identities, catalogue, signingKey, partitionOf: () => 0 },
  });
  const wishes = CHECKPOINTS_AT.map((share) => Math.floor(share * EVENTS));
  let runtime = maker.create(definition, 0);
  const followed = { journal, yieldNow, clock, sliceMsMax: SLICE_MS_MAX, versions: undefined };
  const signal = new AbortController().signal;
  const sink = (delta: Parameters<ServingState['apply']>[0]): void => serving.apply(delta);
  for (const { user, at, number } of stops) {
    runtime = await follow({ ...followed, runtime, sink }, { until: at, signal });
    expected[number] = await stopped.recommend({ ...request, user });
    if (at < (wishes[0] ?? Infinity)) continue;
    wishes.shift();
    await checkpoints.save(await runtime.capture());
  }

  const startMs = performance.now();
  const whole = maker.create(definition, 0);
  const until = journal.head(0);
  await follow({ ...followed, runtime: whole, sink: undefined }, { until, signal });
  const fullReplayMs = performance.now() - startMs;

  const history = new FactHistory({ journal, yieldNow }, 0);
  const travel = new TimeTravel({
    ...{ journal, identities, signingKey, yieldNow, history: () => history },
    builder: new TravelBuilder({
      ...{ journal, registry, checkpoints, maker, newServing, yieldNow, clock },
      ...{ history: () => history, sliceMsMax: SLICE_MS_MAX },
    }),
    jobs: new TravelJobs(signal),
    partitionOf: () => 0,
    firstVersion: () => Promise.resolve(FIRST_VERSION),
    show: () => Promise.resolve(undefined),
    waitMsMax: 600_000,
  });
  const proofs = new AnswerProofs({
    ...{ travel, journal, identities, registry, signingKey, yieldNow, history: () => history },
    exactScanItemsMax: DEFAULT_PROJECTION_BOUNDS.exactScanItemsMax,
    withRelease: (release) => Promise.resolve({ missing: `there is no release ${release}` }),
  });
  const tookMs: number[] = [];
  let equal = 0;
  let proven = 0;
  for (const [number, { user, at }] of pairs.entries()) {
    const askedMs = performance.now();
    const asOf = { position: { partition: 0, sequence: at } };
    const past = await travel.recommend({ ...request, user, asOf });
    tookMs.push(performance.now() - askedMs);
    if (!('answer' in past)) throw new Error('a travel took longer than ten minutes');
    if (JSON.stringify(past.answer.items) === JSON.stringify(expected[number]?.items)) equal += 1;
    const lineage = await proofs.lineage(expected[number]?.recommendationId ?? '');
    const proof = lineage && (await proofs.prove(lineage));
    if (proof !== undefined && 'answer' in proof && proof.answer.verdict === 'equal') proven += 1;
  }
  tookMs.sort((a, b) => a - b);
  const p50Ms = percentile(tookMs, 0.5);
  console.log(
    JSON.stringify({
      benchmark: 'time-travel',
      ...{ events: EVENTS, users: USERS, items: ITEMS, learner: definition.learner.learner },
      ...{ pairs: PAIRS, equal, proven, p50Ms, p99Ms: percentile(tookMs, 0.99) },
      fullReplayMs: Math.round(fullReplayMs),
      ratio: Math.round((p50Ms / fullReplayMs) * 1_000) / 1_000,
      residentMiB: Math.round(process.memoryUsage().rss / 2 ** 20),
    }),
  );
  await journal.close();
  await identities.close();
} finally {
  await rm(folder, { recursive: true, force: true });
}
