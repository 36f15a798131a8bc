import { readFile, writeFile } from 'node:fs/promises';
import { pathToFileURL } from 'node:url';
import { format } from 'prettier';
import { historyFromJSON, historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { TASK_QUEUE, WORKFLOW_TYPES } from '../../workflows/messages.ts';
import { fakeActivities } from '../doubles/fake-activities.ts';
import { WorkflowStage } from '../doubles/workflow-stage.ts';

/** A workflow's history as it is recorded. */
export type History = ReturnType<typeof historyFromJSON>;

/** A run whose history is recorded: the workflow's type and what it is asked. */
interface Recorded {
  readonly type: string;
  readonly input: unknown;
  /** What it is told as it starts, where it waits to be. */
  readonly signal?: { readonly name: string; readonly args: readonly unknown[] };
}

/** The runs whose histories stand beside this file, by name. */
export const RECORDED: Readonly<Record<string, Recorded>> = {
  'replay-partition': {
    type: WORKFLOW_TYPES.replayPartition,
    input: { partition: 0, leaseMsMax: 1_000, bounded: { version: 'v2', from: 0, to: 40 } },
  },
  'train-model': {
    type: WORKFLOW_TYPES.trainModel,
    input: {
      ...{ version: 'v2', promote: 'if-not-worse', epochs: 3, patience: 2, seed: 5 },
      ...{ holdoutShare: 0.1, leaseMsMax: 1_000 },
    },
  },
  backfill: {
    type: WORKFLOW_TYPES.backfill,
    input: {
      ...{ version: 'v2', to: [null, 49], leaseMsMax: 1_000 },
      define: { parent: 'v1', learner: { learner: 'isgd' }, start: [-1, 9] },
    },
  },
  'build-index': {
    type: WORKFLOW_TYPES.buildIndex,
    input: { release: 'r1', createdMs: 1, recall10Min: 0.99 },
  },
  'travel-to': {
    type: WORKFLOW_TYPES.travelTo,
    input: { positions: ['0:41', '1:39'] },
  },
  'verify-replay': {
    type: WORKFLOW_TYPES.verifyReplay,
    input: { model: 'v2', full: true },
  },
  'promote-shadow': {
    type: WORKFLOW_TYPES.promoteShadow,
    input: { metric: 'recall10', eventsMin: 1_000 },
  },
  'scheduled-run': {
    type: WORKFLOW_TYPES.scheduledRun,
    input: { kind: 'training' },
  },
  'erase-users': {
    type: WORKFLOW_TYPES.eraseUsers,
    input: { delayMsMax: 300, leaseMsMax: 1_000 },
    signal: { name: 'rebuild', args: [false] },
  },
  'quarantine-events': {
    type: WORKFLOW_TYPES.quarantineEvents,
    input: { delayMsMax: 0, leaseMsMax: 1_000 },
    signal: { name: 'rebuild', args: [true] },
  },
};

function fileOf(name: string): URL {
  return new URL(`histories/${name}.json`, import.meta.url);
}

/** Reads a recorded history. */
export async function readHistory(name: string): Promise<History> {
  return historyFromJSON(JSON.parse(await readFile(fileOf(name), 'utf8')));
}

/**
 * Runs the workflows as they stand now and records their histories, those named or all: on purpose, when a workflow
 * has changed.
 */
export async function record(names: readonly string[]): Promise<void> {
  const stage = await WorkflowStage.open();
  try {
    for (const [name, { type, input, signal }] of Object.entries(RECORDED)) {
      if (names.length > 0 && !names.includes(name)) continue;
      const history = await stage.play(fakeActivities().activities, async (client) => {
        const start = { taskQueue: TASK_QUEUE, workflowId: name, args: [input] };
        const handle =
          signal === undefined
            ? await client.workflow.start(type, start)
            : await client.workflow.signalWithStart(type, {
                ...{ ...start, signal: signal.name, signalArgs: [...signal.args] },
              });
        await handle.result();
        return handle.fetchHistory();
      });
      const json = withoutMachine(historyToJSON(history));
      await writeFile(fileOf(name), await format(json, { parser: 'json' }));
    }
  } finally {
    await stage.close();
  }
}

/** Leaves out which machine and process recorded a history. */
function withoutMachine(json: string): string {
  // Sticky queues are named after them too.
  return json.replace(/"\d+@[^"]*"/g, '"recorder"');
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  await record(process.argv.slice(2));
}
