import { setTimeout as sleep } from 'node:timers/promises';

import type { RunState, StartedRun } from '../../api/schema/answers.ts';
import type { CommandContext } from './command.ts';
import type { ExitCode } from './failure.ts';
import { EXIT } from './failure.ts';
import { startProgress } from './progress.ts';
import { pairs } from './table.ts';

const pollEveryMs = 500;

/** An epoch of a training run as the run reports it. */
type Epoch = Readonly<Record<string, unknown>>;

/** A durable run to start and to follow to its end. */
export interface RunToFollow {
  readonly label: string;
  /** The API's path for runs of this kind. */
  readonly path: string;
  readonly body: Readonly<Record<string, unknown>>;
}

/** Starts a durable run, shows where to watch it and how far it is, and prints what came of it. */
export async function followRun(context: CommandContext, run: RunToFollow): Promise<ExitCode> {
  const state = await context.withClient(
    async ({ http }) => {
      const started = await http.json<StartedRun>('POST', run.path, { body: run.body });
      context.output.remark(`${run.label} ${started.workflowId}`);
      context.output.remark(`watch it at ${started.url}`);
      return await follow(context, run, () =>
        http.json<RunState>('GET', `${run.path}/${encodeURIComponent(started.workflowId)}`),
      );
    },
    { durable: 'lazy' },
  );
  const { result = {}, ...rest } = state;
  const document = { ...rest, ...result };
  context.output.result(document, [
    `${run.label} ${state.state}${state.failure === undefined ? '' : `: ${state.failure}`}`,
    ...pairs(
      Object.entries(result)
        // The epochs stand above already, a line each.
        .filter(([name]) => name !== 'epochs')
        .map(([name, value]) => [name, shortly(value)]),
    ),
  ]);
  return state.state === 'completed' ? EXIT.ok : EXIT.failed;
}

async function follow(
  context: CommandContext,
  run: RunToFollow,
  poll: () => Promise<RunState>,
): Promise<RunState> {
  const { clock, signal } = context.deps;
  const progress = startProgress(context.output, run.label, clock);
  let epochsSaid = 0;
  let stageSaid: string | undefined;
  try {
    for (;;) {
      const state = await poll();
      for (const epoch of epochsOf(state).slice(epochsSaid)) {
        context.output.remark(`  ${pairsInline(epoch)}`);
        epochsSaid += 1;
      }
      if (state.stage !== undefined && state.stage !== stageSaid) {
        stageSaid = state.stage;
        context.output.remark(`  ${state.stage}`);
      }
      if (state.state !== 'running') return state;
      if (state.progress !== undefined) {
        progress.update(state.progress.done, state.progress.total, state.stage);
      }
      await sleep(pollEveryMs, undefined, { signal });
    }
  } finally {
    progress.stop();
  }
}

function epochsOf(state: RunState): readonly Epoch[] {
  const { epochs } = { ...state.result, ...state };
  return Array.isArray(epochs)
    ? epochs.filter((epoch): epoch is Epoch => typeof epoch === 'object')
    : [];
}

function pairsInline(values: Readonly<Record<string, unknown>>): string {
  return Object.entries(values)
    .map(([name, value]) => `${name} ${shortly(value)}`)
    .join('  ');
}

function shortly(value: unknown): string {
  if (typeof value === 'number' && !Number.isInteger(value)) return value.toFixed(4);
  if (typeof value === 'string') return value;
  if (Array.isArray(value) && value.length > 8) return `${String(value.length)} entries`;
  return value === undefined ? '' : JSON.stringify(value);
}
