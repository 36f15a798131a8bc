import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { composeBase } from '../../../activities/versions/base-checkpoint.ts';
import { readDataset } from '../../../activities/training/dataset.ts';
import type { EpochJob, Evaluation, TrainerName } from '../../../activities/training/trainer.ts';
import { PartitionRuntime } from '../../../actors/runtime/partition.ts';
import { TENSOR } from '../../../actors/runtime/partition-checkpoint.ts';
import { openRuns } from '../../../adapters/embedded/runs.ts';
import { readTensorFile } from '../../../adapters/tensor-file.ts';
import { sequence } from '../../../events/position.ts';
import type { Checkpoint } from '../../../model/checkpoint.ts';
import { loadKernel } from '../../../model/kernel/kernel.ts';
import { readNativeParts } from '../../../processes/core/native-parts.ts';
import { parentStateOf, parentTables } from '../../../processes/trainer/parent-tables.ts';
import { runEpoch, runEvaluation } from '../../../processes/trainer/jobs.ts';
import type { JobTools } from '../../../processes/trainer/jobs.ts';
import { readPartitionDataset } from '../../../processes/trainer/dataset.ts';
import { temporaryFolder } from '../../adapters/temporary-folder.ts';
import { definitionOf, PartitionRig, RIG_BLEND, type Told } from '../../doubles/partition-rig.ts';
import { SeededRandom } from '../../doubles/seeded-random.ts';

const EVENTS = 1_500;
const CUT = sequence(1_200);
const WITHOUT_TFJS = readNativeParts().tfjs.unavailable ?? false;
const DEFINITION = definitionOf('v1', RIG_BLEND, 1);

/** Two camps, each with its own half of the items, told in no order. */
function campPlays(): Told[] {
  const random = new SeededRandom(4);
  return Array.from({ length: EVENTS }, (_, at) => {
    const user = random.below(40);
    const item = random.below(60) * 2 + (user % 2);
    return { id: `e${at}`, user: `u${user}`, item: `i${item}`, timeMs: at * 1_000 };
  });
}

for (const trainer of ['kernel', 'tfjs'] as const) {
  describe(
    `a blend that is trained by ${trainer}`,
    { skip: trainer === 'tfjs' && WITHOUT_TFJS },
    () => {
      let rig: PartitionRig;
      let parent: Checkpoint;
      let tools: JobTools;
      let job: (epoch: number, name?: string) => Promise<EpochJob>;
      let evaluate: (epoch: number) => Promise<Evaluation>;

      before(async () => {
        rig = await PartitionRig.create(1, 5);
        await rig.tell(...campPlays());
        const runtime = await rig.replay(rig.runtime(DEFINITION), CUT);
        parent = await runtime.capture();
        const files = openRuns({ folder: await temporaryFolder() });
        const range = {
          partition: 0,
          cut: CUT,
          head: rig.journal.head(0),
          types: DEFINITION.types,
        };
        const yieldNow = () => Promise.resolve();
        const deps = { journal: rig.journal, yieldNow, clock: () => 0, sliceMsMax: 8 };
        const control = { signal: new AbortController().signal, onProgress: () => undefined };
        const { tensors } = await readDataset(deps, range, parent, control);
        await files.writeCheckpoint('run', 'parent', parent);
        await files.writeTensors('run', 'dataset', tensors, {});
        const path = (name: string) => files.path('run', name);
        const paths = { parent: await path('parent'), dataset: await path('dataset') };
        const choice = { trainer: trainer satisfies TrainerName, epochs: 4, settings: {} };
        const shared = { run: 'run', files: [{ partition: 0, ...paths }], learner: RIG_BLEND };
        tools = { kernels: await loadKernel(), clock: () => 0, onProgress: () => undefined };
        job = async (epoch, name = 'a') => ({
          ...{ ...shared, epoch, choice, seed: 5 },
          from: epoch === 1 ? null : await path(`a-${String(epoch - 1)}`),
          to: await path(`${name}-${String(epoch)}`),
        });
        evaluate = async (epoch) =>
          runEvaluation(tools, { ...shared, candidate: await path(`a-${String(epoch)}`) });
      });

      it('learns, from each epoch to the next, with the same bits again', async () => {
        const losses: number[] = [];
        for (const epoch of [1, 2, 3, 4]) {
          const result = await runEpoch(tools, await job(epoch));
          losses.push(result.loss);
          assert.ok(result.hitRate10 > 0, 'the blend finds what is held out');
        }
        assert.ok(losses.at(-1)! < losses[0]!, String(losses));
        const third = await runEpoch(tools, await job(3, 'again'));
        const { sha256 } = await readTensorFile((await job(3)).to);
        assert.equal(third.checkpointSha256, sha256);
      });

      it('is measured beside its parent by what the blend answers', async () => {
        const measured = await evaluate(4);
        const { runtime, queriesHits } = await answersOf(rig, parent);
        assert.ok(runtime.position === CUT && measured.events > 50);
        assert.equal(measured.parent, queriesHits / measured.events);
        assert.ok(measured.candidate > 0.05, JSON.stringify(measured));
      });

      it('gives users the vectors that were trained, by their own rows alone', async () => {
        const state = parentStateOf(tools.kernels, RIG_BLEND, parent);
        const users = state.rows.users.map((value, at) => value + (at % 5) / 10);
        const tables = state.tablesOf({ ...state.rows, users });
        const composed: Checkpoint = {
          ...parent,
          tensors: {
            ...parent.tensors,
            [TENSOR.userVectors]: { ...parent.tensors[TENSOR.userVectors]!, data: tables.users },
          },
        };
        const again = parentStateOf(tools.kernels, RIG_BLEND, composed);
        for (const [at, value] of again.rows.users.entries()) {
          assert.ok(Math.abs(value - users[at]!) < 1e-5);
        }
        assert.deepEqual(tables.items, parentTables(parent).items);
      });

      it('makes a base whose version replays the tail, and keeps all that the blend knows else', async () => {
        const { checkpoint } = await readTensorFile((await job(4)).to);
        const base = composeBase(parent, checkpoint, { version: 'v2', partition: 0, run: 'run' });
        for (const [name, { data }] of Object.entries(parent.tensors)) {
          if (name.startsWith('learner.')) assert.deepEqual(base.tensors[name]!.data, data, name);
        }
        assert.notDeepEqual(
          base.tensors[TENSOR.itemVectors]!.data,
          parent.tensors[TENSOR.itemVectors]!.data,
        );
        const definition = { ...DEFINITION, version: 'v2', start: [CUT], baseSha256: [''] };
        const hashes: string[] = [];
        for (const halfway of [CUT, sequence(CUT + 100)]) {
          const deps = rig.deps(definition);
          const half = await rig.replay(await PartitionRuntime.restore(deps, base), halfway);
          const runtime = await PartitionRuntime.restore(deps, await half.capture());
          hashes.push(await rig.hash(await rig.replay(runtime)));
        }
        assert.equal(hashes[0], hashes[1]);
      });
    },
  );
}

/** How many of the held-out pairs the parent's own runtime lists, by its ranker. */
async function answersOf(
  rig: PartitionRig,
  parent: Checkpoint,
): Promise<{ runtime: PartitionRuntime; queriesHits: number }> {
  const runtime = await PartitionRuntime.restore(rig.deps(DEFINITION), parent);
  const { ranker } = runtime.takeDelta();
  assert.ok(ranker !== undefined);
  const range = { partition: 0, cut: CUT, head: rig.journal.head(0), types: DEFINITION.types };
  const yieldNow = () => Promise.resolve();
  const deps = { journal: rig.journal, yieldNow, clock: () => 0, sliceMsMax: 8 };
  const control = { signal: new AbortController().signal, onProgress: () => undefined };
  const dataset = await readDataset(deps, range, parent, control);
  const { holdout, seen } = readPartitionDataset(
    { manifest: parent.manifest, tensors: dataset.tensors },
    parent,
  );
  const rows = new Uint32Array(10);
  const met = new Set<string>();
  let queriesHits = 0;
  for (const [at, user] of holdout.users.entries()) {
    const item = holdout.items[at]!;
    if (seen.has(user, item) || met.has(`${String(user)} ${String(item)}`)) continue;
    met.add(`${String(user)} ${String(item)}`);
    const found = ranker.recommend(user, seen.of(user), rows, new Float32Array(10));
    if (rows.subarray(0, found).includes(item)) queriesHits += 1;
  }
  return { runtime, queriesHits };
}
