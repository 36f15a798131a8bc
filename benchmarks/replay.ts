// How many events a second does replay take from the journal on disk through actors and projections, against a bare
// loop over the same decoded blocks that calls the learner only?
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as yieldNow } from 'node:timers/promises';
import { follow } from '../activities/replay/follower.ts';
import type { VersionDefinition } from '../actors/runtime/definition.ts';
import { PartitionRuntime } from '../actors/runtime/partition.ts';
import { openIdentities } from '../adapters/embedded/identity.ts';
import { openJournal } from '../adapters/embedded/journal.ts';
import type { EventBlock } from '../events/blocks/block.ts';
import { eventKey } from '../events/event-key.ts';
import type { IdentityStore } from '../events/identity.ts';
import { DEFAULT_INTERACTION_TYPES } from '../events/interaction-type.ts';
import type { Journal } from '../events/journal.ts';
import { ORIGIN } from '../events/position.ts';
import type { ModelDelta } from '../model/delta.ts';
import { loadKernel } from '../model/kernel/kernel.ts';
import { Model } from '../model/model.ts';
import { DEFAULT_LEARNER_SETTINGS, type LearnerSettings } from '../model/settings.ts';
import { DEFAULT_PROJECTION_BOUNDS } from '../projections/bounds.ts';
import { ServingState } from '../projections/serving-state.ts';
import { seededRandom } from './serving-world.ts';

const EVENTS = Number(process.env['REPRISE_BENCHMARK_EVENTS'] ?? 400_000);
const USERS = 20_000;
const ITEMS = 10_000;
const BATCH = 2_000;
const ROUNDS = 3;
const SLICE_MS_MAX = 8;

const LEARNERS: readonly LearnerSettings[] = [
  { ...DEFAULT_LEARNER_SETTINGS, learner: 'isgd', negatives: 0 },
  { ...DEFAULT_LEARNER_SETTINGS, learner: 'gmf', negatives: 8 },
];

/** Draws a number below `end`, small ones more often: popularity as it is found. */
function skewed(random: () => number, end: number): number {
  return Math.floor(end * random() ** 3);
}

async function fill(journal: Journal, identities: IdentityStore): Promise<void> {
  const random = seededRandom(7);
  for (let first = 0; first < EVENTS; first += BATCH) {
    const told = Array.from({ length: Math.min(BATCH, EVENTS - first) }, (_, n) => ({
      id: String(first + n),
      user: `user-${String(skewed(random, USERS))}`,
      item: `item-${String(skewed(random, ITEMS))}`,
      timeMs: (first + n) * 1_000,
    }));
    const known = await identities.resolve(told.map(({ user }) => user));
    await journal.append(
      told.map(({ id, item, timeMs }, n) => {
        const user = known[n]?.surrogate;
        if (user === undefined) throw new Error('a user has no identity');
        const sealed = new Uint8Array(64);
        return {
          partition: 0,
          key: eventKey(id),
          fact: {
            kind: 'InteractionRecorded',
            type: 'play',
            user,
            item,
            value: NaN,
            timeMs,
            sealed,
          },
        };
      }),
    );
  }
}

async function decode(journal: Journal): Promise<EventBlock[]> {
  const blocks: EventBlock[] = [];
  let at = ORIGIN;
  for (;;) {
    const block = await journal.read(0, at);
    if (block === undefined) return blocks;
    blocks.push(block);
    at = (block.firstSequence + block.count - 1) as typeof at;
  }
}

interface Measured {
  readonly eventsPerSecond: number;
  /** By the processor time of the whole process: what one core does when nothing else runs on it. */
  readonly eventsPerCpuSecond: number;
}

async function measure(work: () => Promise<void> | void): Promise<Measured> {
  const cpu = process.cpuUsage();
  const start = performance.now();
  await work();
  const wallMs = performance.now() - start;
  const { user, system } = process.cpuUsage(cpu);
  return {
    eventsPerSecond: Math.round((EVENTS * 1_000) / wallMs),
    eventsPerCpuSecond: Math.round((EVENTS * 1_000_000) / (user + system)),
  };
}

/** The learner alone, over rows that were resolved before. */
function bareLoop(blocks: readonly EventBlock[], learner: LearnerSettings): () => void {
  const model = new Model(learner, kernels.create());
  const users = new Map<string, number>();
  const items = new Map<string, number>();
  const rowOf = (rows: Map<string, number>, id: string, add: (seed: number) => number): number => {
    const row = rows.get(id) ?? add(rows.size);
    rows.set(id, row);
    return row;
  };
  const resolved = blocks.map((block) => {
    const userRows = new Uint32Array(block.count);
    const itemRows = new Uint32Array(block.count);
    for (let row = 0; row < block.count; row++) {
      const at = (block.user[row] as number) * 16;
      const user = Buffer.from(block.users.subarray(at, at + 16)).toString('latin1');
      userRows[row] = rowOf(users, user, (seed) => model.addUser(seed, 1));
      const item = block.items[block.item[row] as number] as string;
      itemRows[row] = rowOf(items, item, (seed) => model.addItem(seed, 2));
    }
    return { block, userRows, itemRows };
  });
  return () => {
    for (const { block, userRows, itemRows } of resolved) {
      const { count, timeMs, keys } = block;
      for (let row = 0; row < count; row++) {
        const user = userRows[row] as number;
        model.learn(user, itemRows[row] as number, 1, 1, timeMs[row] as number, keys, row * 4);
      }
    }
  };
}

async function replay(
  learner: LearnerSettings,
  sink: ((delta: ModelDelta) => void) | undefined,
): Promise<void> {
  const definition: VersionDefinition = {
    version: 'first',
    learner,
    types: DEFAULT_INTERACTION_TYPES,
    start: [ORIGIN],
    baseSha256: null,
  };
  const clock = (): number => performance.timeOrigin + performance.now();
  const turn = async (): Promise<void> => {
    await yieldNow();
  };
  const runtime = new PartitionRuntime({
    definition,
    partition: 0,
    kernels,
    reveal: (surrogates) => identities.reveal(surrogates),
    isErased: (surrogate) => journal.isErased(surrogate),
    clock,
    yieldNow: turn,
  });
  await follow(
    {
      journal,
      runtime,
      versions: undefined,
      sink,
      yieldNow: turn,
      sliceMsMax: SLICE_MS_MAX,
      clock,
    },
    { until: journal.head(0), signal: new AbortController().signal },
  );
  if (runtime.counters.events !== EVENTS) throw new Error('replay has lost events');
}

function serving(): ServingState {
  return new ServingState({
    partitions: 1,
    kernels,
    bounds: DEFAULT_PROJECTION_BOUNDS,
    schedule: () => () => undefined,
  });
}

function best(all: readonly Measured[]): Measured {
  return all.reduce((a, b) => (a.eventsPerCpuSecond >= b.eventsPerCpuSecond ? a : b));
}

const kernels = await loadKernel();
const folder = await mkdtemp(join(tmpdir(), 'reprise-replay-'));
const journal = await openJournal({
  folder: join(folder, 'journal'),
  partitions: 1,
  clock: () => 0,
});
const identities = openIdentities({ folder: join(folder, 'identity'), random: randomBytes });
try {
  await fill(journal, identities);
  const blocks = await decode(journal);
  const results = [];
  for (const learner of LEARNERS) {
    const bare: Measured[] = [];
    const through: Measured[] = [];
    const actorsOnly: Measured[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      bare.push(await measure(bareLoop(blocks, learner)));
      actorsOnly.push(await measure(() => replay(learner, undefined)));
      const state = serving();
      through.push(
        await measure(() =>
          replay(learner, (delta) => {
            state.apply(delta);
          }),
        ),
      );
    }
    results.push({
      learner: learner.learner,
      negatives: learner.negatives,
      bareLearner: best(bare),
      journalAndActors: best(actorsOnly),
      journalActorsAndProjections: best(through),
      ratio: round2(best(through).eventsPerCpuSecond / best(bare).eventsPerCpuSecond),
    });
  }
  console.log(JSON.stringify({ benchmark: 'replay', events: EVENTS, dimensions: 32, results }));
} finally {
  await journal.close();
  await identities.close();
  await rm(folder, { recursive: true, force: true });
}

function round2(value: number): number {
  return Math.round(value * 100) / 100;
}
