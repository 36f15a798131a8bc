import { setPriority } from 'node:os';
import { createInterface } from 'node:readline';
import type { TrainerAnswer, TrainerQuestion } from '../adapters/embedded/trainer-lines.ts';
import { loadKernel } from '../model/kernel/kernel.ts';
import type { KernelFactory } from '../model/kernel/kernel.ts';
import { runEpoch, runEvaluation } from './trainer/jobs.ts';
import type { JobTools } from './trainer/jobs.ts';

// The trainer's process: one a run, beside the core. It reads questions as JSON lines from standard input, answers on
// standard output, and ends when its input closes, which it does when the core is gone.

/** Time between two lines that tell of progress. */
const PROGRESS_INTERVAL_MS = 250;

/** How far the trainer steps back behind the core, which serves. */
const NICENESS = 10;

function say(answer: TrainerAnswer): void {
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}

async function main(): Promise<void> {
  setPriority(NICENESS);
  const kernels = await loadKernel();
  const lines = createInterface({ input: process.stdin });
  lines.on('close', () => process.exit(0));
  let turn = Promise.resolve();
  lines.on('line', (line) => {
    const question = JSON.parse(line) as TrainerQuestion;
    turn = turn.then(() => answer(kernels, question));
  });
  say({ ready: true });
}

async function answer(kernels: KernelFactory, question: TrainerQuestion): Promise<void> {
  const { id } = question;
  let saidMs = 0;
  const tools: JobTools = {
    kernels,
    clock: () => performance.now(),
    onProgress: (progress) => {
      if (performance.now() - saidMs < PROGRESS_INTERVAL_MS) return;
      saidMs = performance.now();
      say({ id, progress });
    },
  };
  try {
    const result =
      question.method === 'epoch'
        ? await runEpoch(tools, question.job)
        : await runEvaluation(tools, question.job);
    say({ id, result });
  } catch (error) {
    const { message, code } = error as Error & { code?: string };
    say({ id, error: { message, ...(code !== undefined && { code }) } });
  }
}

await main();
