import {
  setCurrentDetails,
  setHandler,
  upsertSearchAttributes,
  workflowInfo,
} from '@temporalio/workflow';
import { formatPosition, sequence } from '../events/position.ts';
import { indexing, quickIndexing } from './activity-proxies.ts';
import { HIT_RATE, MODEL_VERSION, POSITION, progressQuery, STAGE } from './messages.ts';
import type { BuildIndexInput, BuildIndexResult, Progress } from './messages.ts';

/**
 * Builds a Faiss index of the live model's item vectors, measures it against exact search, releases it when its
 * recall at 10 is high enough, and swaps the searcher to it.
 */
export async function buildIndex(input: BuildIndexInput): Promise<BuildIndexResult> {
  const { release, recall10Min } = input;
  let progress: Progress = { stage: 'starting', done: 0, total: 4 };
  const enter = (stage: string, done: number, details: string) => {
    progress = { stage, done, total: 4 };
    upsertSearchAttributes([{ key: STAGE, value: stage }]);
    setCurrentDetails(`Release **${release}**: ${stage}. ${details}`);
  };
  setHandler(progressQuery, () => progress);

  enter('surveying', 0, '');
  const scope = await quickIndexing(
    'Looks what stands to be indexed: items and positions',
  ).surveyVectors();
  const positions = scope.partitions.map((one) => one.position);
  upsertSearchAttributes([
    { key: MODEL_VERSION, value: scope.version },
    { key: POSITION, value: positions[0] ?? '' },
  ]);
  const about = `${String(scope.items)} items of model **${scope.version}** at ${positions.join(', ')}.`;

  enter('building', 1, about);
  const manifest = await indexing(
    `Builds the index of ${String(scope.items)} items in a process of its own and measures it against exact search: ` +
      `it is published when it finds at least ${String(recall10Min * 100)} % of the true top 10`,
  ).buildRelease(input);
  upsertSearchAttributes([{ key: HIT_RATE, value: manifest.recall10 }]);
  const found = `${about} It finds ${(manifest.recall10 * 100).toFixed(2)} % of the true top 10.`;

  enter('releasing', 2, found);
  const announced = await quickIndexing(
    `Writes into the journal that ${release} is released`,
  ).announceRelease({ manifest });

  enter('swapping', 3, found);
  const swap = await quickIndexing(
    `Starts a second searcher with ${release} and swaps to it when it is ready`,
  ).swapSearch({ manifest });

  enter(swap.inUse ? 'in use' : 'released', 4, found);
  return {
    workflowId: workflowInfo().workflowId,
    release,
    version: manifest.version,
    recall10: manifest.recall10,
    items: manifest.partitions.reduce((sum, one) => sum + one.items, 0),
    sha256: manifest.sha256,
    partitions: manifest.partitions.map(
      ({ partition, items, kind, probes, recall10, sequence: at }) => ({
        partition,
        position: formatPosition({ partition, sequence: sequence(at) }),
        items,
        kind,
        probes,
        recall10,
      }),
    ),
    positions: announced.positions,
    ...swap,
  };
}
