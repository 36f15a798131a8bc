// How much of the prequential recall at 10 of one partition do many partitions keep, when they learn apart and their
// item rows are merged at barriers? Real events, rank before learn, a file and a learner each.
import { createReadStream, existsSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { createGunzip } from 'node:zlib';
import {
  addItem,
  createPartitionState,
  type PartitionState,
} from '../actors/runtime/partition-state.ts';
import { atOnce } from '../model/steps.ts';
import { eventKey } from '../events/event-key.ts';
import { partitionOf } from '../events/partition-of.ts';
import { ORIGIN } from '../events/position.ts';
import { seedOf } from '../events/seed.ts';
import { loadKernel } from '../model/kernel/kernel.ts';
import { mergeContributions, type Merge } from '../model/merge.ts';
import {
  DEFAULT_LEARNER_SETTINGS,
  ISGD_LEARNER_SETTINGS,
  type LearnerSettings,
} from '../model/settings.ts';
import { BLEND_LEARNER_SETTINGS } from '../model/stream/blend-settings.ts';

const FILES = (process.env['REPRISE_BENCHMARK_FILES'] ?? 'movietweetings-100k:8,ml-100k:4').split(
  ',',
);
const PARTITIONS = (process.env['REPRISE_BENCHMARK_PARTITIONS'] ?? '1,8').split(',').map(Number);
const BARRIER_EVENTS = (process.env['REPRISE_BENCHMARK_BARRIER_EVENTS'] ?? '64')
  .split(',')
  .map(Number);
const NAMED = (process.env['REPRISE_BENCHMARK_LEARNERS'] ?? 'gmf,isgd,blend').split(',');
const LEARNERS = [DEFAULT_LEARNER_SETTINGS, ISGD_LEARNER_SETTINGS, BLEND_LEARNER_SETTINGS].filter(
  ({ learner }) => NAMED.includes(learner),
);
const LIST_ITEMS = 10;

interface Liked {
  readonly user: string;
  readonly item: string;
  readonly timeMs: number;
  readonly key: Uint32Array;
}

async function readLiked(path: string, from: number): Promise<Liked[]> {
  const liked: Liked[] = [];
  const lines = createInterface({ input: createReadStream(path).pipe(createGunzip()) });
  for await (const line of lines) {
    const [user = '', item = '', value, seconds] = line.split(',');
    if (!(Number(value) >= from)) continue;
    const bytes = eventKey(`${user} ${item}`);
    const key = new Uint32Array(bytes.slice().buffer);
    liked.push({ user, item, timeMs: Number(seconds) * 1_000, key });
  }
  return liked;
}

/** A partition with its users; events reach the model alone, for actors have no part in the ranking. */
class Learned {
  readonly state: PartitionState;
  readonly #users = new Map<string, { readonly row: number; readonly seen: Set<number> }>();
  readonly #rows = new Uint32Array(LIST_ITEMS);
  readonly #scores = new Float32Array(LIST_ITEMS);

  constructor(state: PartitionState) {
    this.state = state;
  }

  /** Ranks, then learns: 1 for a hit, 0 for a miss, undefined where the user is new or has the item already. */
  learn({ user, item, timeMs, key }: Liked): number | undefined {
    const { model, items } = this.state;
    const known = this.#users.get(user);
    let row = items.find(item);
    const isFresh = known !== undefined && !known.seen.has(row);
    const hit = isFresh ? this.#rank(known, row, timeMs) : undefined;
    if (row < 0) row = addItem(this.state, item);
    const { seed0, seed1 } = seedOf(user);
    const one = known ?? { row: model.addUser(seed0, seed1), seen: new Set<number>() };
    if (known === undefined) this.#users.set(user, one);
    model.learn(one.row, row, 1, 1, timeMs, key, 0, { seenItems: () => [...one.seen] });
    one.seen.add(row);
    return hit;
  }

  #rank(
    { row, seen }: { readonly row: number; readonly seen: Set<number> },
    item: number,
    timeMs: number,
  ): number {
    const question = { userRow: row, timeMs, excluded: Uint32Array.from(seen) };
    const found = this.state.model.rank(question, this.#rows, this.#scores);
    return this.#rows.subarray(0, found).includes(item) ? 1 : 0;
  }
}

interface Measured {
  readonly recall10: number;
  readonly ranked: number;
  readonly rowsAMerge: number;
  readonly seconds: number;
}

async function measure(
  liked: readonly Liked[],
  learner: LearnerSettings,
  partitions: number,
  barrierEvents: number,
): Promise<Measured> {
  const kernels = await loadKernel();
  const start = new Array<number>(partitions).fill(ORIGIN);
  const definition = { version: 'v1', learner, types: {}, start, baseSha256: null };
  const all = start.map(
    (_, partition) => new Learned(createPartitionState(definition, partition, kernels, 1_000)),
  );
  const began = performance.now();
  let [hits, ranked, barrier, mergedRows] = [0, 0, 0, 0];
  let merge: Merge | undefined;
  for (const [n, event] of liked.entries()) {
    const hit = all[partitionOf(event.user, partitions)]?.learn(event);
    if (hit !== undefined) {
      hits += hit;
      ranked += 1;
    }
    if (partitions === 1 || n % barrierEvents !== barrierEvents - 1) continue;
    barrier += 1;
    const before = merge;
    const contributions = all.flatMap(({ state: { merging } }) => {
      const one = merging && atOnce(merging.pass(barrier, before));
      return one === undefined ? [] : [one];
    });
    merge = atOnce(mergeContributions(contributions));
    mergedRows += merge.items.length;
  }
  return {
    recall10: hits / ranked,
    ranked,
    rowsAMerge: barrier === 0 ? 0 : Math.round(mergedRows / barrier),
    seconds: (performance.now() - began) / 1_000,
  };
}

async function main(): Promise<void> {
  const folder = process.env['REPRISE_DATA'];
  if (folder === undefined) {
    throw new Error('REPRISE_DATA names the folder whose events/ holds the files: set it');
  }
  for (const file of FILES) {
    const [name = '', from = '4'] = file.split(':');
    const path = join(folder, 'events', `${name}.csv.gz`);
    if (!existsSync(path)) throw new Error(`${path} is not there`);
    const liked = await readLiked(path, Number(from));
    for (const learner of LEARNERS) {
      let baseline: number | undefined;
      for (const partitions of PARTITIONS) {
        for (const barrierEvents of partitions === 1 ? [0] : BARRIER_EVENTS) {
          const measured = await measure(liked, learner, partitions, barrierEvents);
          baseline ??= measured.recall10;
          const ratio = measured.recall10 / baseline;
          const what = { file: name, learner: learner.learner, partitions, barrierEvents };
          process.stdout.write(`${JSON.stringify({ ...what, ...measured, ratio })}\n`);
        }
      }
    }
  }
}

await main();
