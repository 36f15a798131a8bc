import type { Activities } from '../../activities/index.ts';
import type { IndexManifest } from '../../projections/index-release.ts';

/** A call of an activity as a test reads it. */
export interface Call {
  readonly name: keyof Activities;
  readonly input: unknown;
}

/** The manifest that the fake index build ends with. */
export const FAKE_MANIFEST: IndexManifest = {
  format: 1,
  release: 'r1',
  version: 'v1',
  dimensions: 8,
  partitions: [
    {
      ...{
        partition: 0,
        sequence: 41,
        items: 17,
        kind: 'Flat',
        probes: 0,
        recall10: 1,
        queries: 5,
      },
      ...{ indexFile: 'p0.faiss', indexSha256: 'a', rowsFile: 'p0', rowsSha256: 'b' },
      ...{ idsFile: 'p0.json', idsSha256: 'c' },
    },
  ],
  recall10: 1,
  createdMs: 1,
  sha256: 'd',
};

/** The hit rates that the fake epochs reach, in turn; the last one is kept. */
const RATES = [0.1, 0.3, 0.2];

/** Activities that touch nothing and answer at once; each may be replaced. Every call is noted. */
export function fakeActivities(
  replaced: Partial<Activities> = {},
  rates: readonly number[] = RATES,
): { activities: Activities; calls: Call[]; names: () => string[] } {
  const calls: Call[] = [];
  const positions = ['0:100', '1:90'];
  let rebuilds = 0;
  const plain: Activities = {
    leaseLive: async () => ({ version: 'v1', position: 10, head: 10 }),
    holdStill: async () => ({ version: 'v1', position: 10, head: 12 }),
    replayShadow: async ({ version, to }) => ({ version, position: to, head: to }),
    prepareDataset: async ({ version }) => ({
      ...{ version, parent: 'v1', cut: [80, 70], events: 150, users: 9, items: 17 },
      ...{ holdoutEvents: 15, datasetSha256: ['e', 'f'] },
    }),
    trainEpoch: async ({ epoch }) => ({
      epoch,
      loss: 1 / epoch,
      hitRate10: rates[Math.min(epoch, rates.length) - 1]!,
      checkpointSha256: `epoch-${epoch}`,
      seconds: 1,
    }),
    evaluateCandidate: async () => ({ candidate: 0.3, parent: 0.2, events: 15 }),
    registerVersion: async () => ({ version: 'v2', baseSha256: ['g', 'h'], heads: [99, 89] }),
    promoteVersion: async () => ({ positions }),
    endTraining: async () => undefined,
    prepareBackfill: async ({ define, to }) => {
      const start = define?.start ?? to.map(() => -1);
      return { start, to: to.map((at, partition) => at ?? 99 - 10 * partition) };
    },
    assignShadow: async () => ({ positions }),
    endBackfill: async () => undefined,
    surveyVectors: async () => ({
      version: 'v1',
      items: 17,
      partitions: [{ partition: 0, position: '0:41', items: 17 }],
    }),
    buildRelease: async () => FAKE_MANIFEST,
    announceRelease: async () => ({ positions: ['0:42'] }),
    beginErasure: async () => {
      rebuilds += 1;
      if (rebuilds > 1) return null;
      return { erasure: 'e1', version: 'v3', users: 2, from: [-1, -1], heads: [99, 89] };
    },
    finishErasure: async ({ erasure }) => ({ erasure, version: 'v3', done: true, stateHash: 'f' }),
    reachPast: async ({ positions }) => ({ version: 'v1', positions }),
    beginQuarantine: async () => {
      rebuilds += 1;
      if (rebuilds > 1) return null;
      return { version: 'v3', users: 2, from: [-1, -1], heads: [99, 89] };
    },
    finishQuarantine: async () => ({ quarantines: ['q1'] }),
    proveVersion: async ({ model = 'v1' }) => ({
      ...{ equal: true, version: model, hash: 'f', positions: ['0:41', '1:39'], events: 82 },
      differing: [],
    }),
    planRun: async ({ kind }) =>
      kind === 'training'
        ? {
            ...{ type: 'trainModel', workflowId: 'train-v2', version: 'v2', summary: 'Training' },
            input: {
              ...{ version: 'v2', promote: 'if-not-worse', epochs: 2, patience: 2, seed: 5 },
              ...{ holdoutShare: 0.1, leaseMsMax: 1_000 },
            },
          }
        : {
            ...{ type: 'buildIndex', workflowId: 'build-index-r1', version: null },
            ...{ input: { release: 'r1', createdMs: 1, recall10Min: 0.99 }, summary: 'Build' },
          },
    promoteIfBetter: async () => {
      return { promoted: true, version: 'v2', why: 'version v2 is better', positions };
    },
    swapSearch: async () => ({ inUse: true, why: 'answers are searched with r1' }),
  };
  const noted = Object.entries({ ...plain, ...replaced }).map(([name, activity]) => [
    name,
    (input: unknown) => {
      calls.push({ name: name as keyof Activities, input });
      return (activity as (given: unknown) => unknown)(input);
    },
  ]);
  return {
    activities: Object.fromEntries(noted),
    calls,
    names: () => calls.map(({ name }) => name),
  };
}
