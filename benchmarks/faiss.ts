/**
 * How fast is the top 10 by Faiss, and how much of the exact top 10 does it find? Over 100,000 items of 64 dimensions:
 * inside the process that holds the index, through the searcher's pipe, and as a whole answer (rescored, with the
 * overlay). Baseline: the kernel's exact scan of the same rows in the same run.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { createIndexer } from '../adapters/embedded/indexer.ts';
import { openIndexReleases } from '../adapters/embedded/index-releases.ts';
import { FaissSearcher } from '../adapters/embedded/searcher.ts';
import { loadKernel } from '../model/kernel/kernel.ts';
import { loadFaiss } from '../processes/faiss.ts';
import { DEFAULT_PROJECTION_BOUNDS } from '../projections/bounds.ts';
import { Ranking } from '../projections/ranking.ts';
import { ServingState } from '../projections/serving-state.ts';
import { randomWhole } from './serving-world.ts';

const { values } = parseArgs({
  options: {
    items: { type: 'string', default: '100000' },
    dimensions: { type: 'string', default: '64' },
    queries: { type: 'string', default: '2000' },
  },
});
const items = Number(values.items);
const dimensions = Number(values.dimensions);
const count = Number(values.queries);
const USERS = 1_000;
const TOP = 10;
const IN_FLIGHT = 16;
const WARM_UP = 1_000;
const NOTHING = new Uint32Array(0);

interface Timing {
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Processor time of this process, which for Faiss is not where the search runs. */
  readonly coreMs: number;
}

/** Times calls one after the other. */
async function timing(once: (at: number) => unknown): Promise<Timing> {
  for (let at = 0; at < WARM_UP; at += 1) await once(at);
  const took: number[] = [];
  const start = process.cpuUsage();
  for (let at = 0; at < count; at += 1) {
    const from = performance.now();
    await once(at);
    took.push(performance.now() - from);
  }
  const used = process.cpuUsage(start);
  took.sort((a, b) => a - b);
  const at = (share: number): number => took[Math.floor(share * (took.length - 1))] ?? 0;
  return { p50Ms: at(0.5), p99Ms: at(0.99), coreMs: (used.user + used.system) / 1_000 / count };
}

/** Processor time of this process a call, with many calls under way at a time, as a loaded server has them. */
async function coreMsUnderLoad(once: (at: number) => Promise<unknown>): Promise<number> {
  const start = process.cpuUsage();
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < count) {
      next += 1;
      await once(next);
    }
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, worker));
  const used = process.cpuUsage(start);
  return (used.user + used.system) / 1_000 / count;
}

const root = mkdtempSync(join(tmpdir(), 'reprise-faiss-'));
const searcher = new FaissSearcher({
  script: new URL('../processes/searcher.ts', import.meta.url),
  bounds: { searchWaitMsMax: 1_000 },
});
try {
  const bounds = { ...DEFAULT_PROJECTION_BOUNDS, exactScanItemsMax: 0 };
  const serving = new ServingState({
    partitions: 1,
    kernels: await loadKernel(),
    bounds,
    schedule: () => () => undefined,
  });
  serving.apply(randomWhole({ items, users: USERS, dimensions, seen: 0 }));
  const state = serving.partition(0);
  const releases = openIndexReleases(root);
  const indexer = createIndexer({
    root,
    releases,
    script: new URL('../processes/indexer.ts', import.meta.url),
  });
  const started = performance.now();
  const manifest = await indexer.build(
    { release: 'r1', createdMs: 1, inputs: [serving.indexInput(0, 500)], recall10Min: 0.99 },
    () => undefined,
    new AbortController().signal,
  );
  const buildMs = performance.now() - started;
  const loaded = await releases.load('r1');
  await serving.useRelease(loaded, () => Promise.resolve());
  await searcher.use(manifest, loaded.folder);

  const ranking = new Ranking(bounds, searcher);
  const rows = new Uint32Array(TOP);
  const scores = new Float32Array(TOP);
  const query = new Float32Array(dimensions);
  const exact = await timing((at) => {
    state.readQuery(at % USERS, query);
    return state.vectors.table.topN(query, TOP, NOTHING, rows, scores);
  });
  const queryOf = (at: number): Float32Array => {
    const long = new Float32Array(dimensions + 1);
    state.readQuery(at % USERS, long);
    long[dimensions] = 1;
    return long;
  };
  const part = manifest.partitions[0];
  const index = loadFaiss().Index.fromBuffer(
    readFileSync(join(loaded.folder, part?.indexFile ?? '')),
  );
  const inside = await timing((at) => index.search(Array.from(queryOf(at)), TOP));
  const piped = await timing((at) => searcher.search('r1', 0, queryOf(at), TOP));
  const answer = async (at: number): Promise<unknown> => {
    const user = at % USERS;
    const labels = await ranking.propose(state, user, ranking.candidates(TOP, 0));
    const overlay = state.vectors.overlay;
    if (typeof labels === 'string' || overlay === undefined) throw new Error(String(labels));
    return ranking.rescore(state, overlay, user, TOP, NOTHING, labels);
  };
  const whole = await timing(answer);
  const wholeCoreMsUnderLoad = await coreMsUnderLoad(answer);
  console.log(
    JSON.stringify({
      benchmark: 'faiss',
      items,
      dimensions,
      kind: part?.kind,
      probes: part?.probes,
      recall10: manifest.recall10,
      buildMs,
      exact,
      inside,
      piped,
      whole,
      wholeCoreMsUnderLoad,
      coreRatioToExact: exact.coreMs / wholeCoreMsUnderLoad,
      ratioToExact: exact.p99Ms / whole.p99Ms,
    }),
  );
} finally {
  await searcher.close();
  rmSync(root, { recursive: true, force: true });
}
