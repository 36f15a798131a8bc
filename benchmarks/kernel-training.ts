// How many SGD steps a second does batch training take, against the same loop in C, and how does an epoch scale to two threads?
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { TrainingPairs } from '../model/batch/batch-trainer.ts';
import {
  TrainingMemory,
  instantiateTraining,
  loadTrainingKernel,
} from '../model/kernel/training-kernel.ts';
import { BLOCK, EVENT, SGD, sgdScratchBytes } from '../model/kernel/training-layout.ts';
import { drawnRow, draw } from '../model/kernel/plain-scalar.ts';
import { kernelDefaults } from '../processes/trainer/kernel/defaults.ts';
import { createKernelTrainer } from '../processes/trainer/kernel/trainer.ts';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '400' },
    epochs: { type: 'string', default: '5' },
    compiler: { type: 'string', default: 'cc' },
  },
});
const NEGATIVES = 8;
/** Few enough events that a round ends before the machine does something else, most of the time. */
const EVENTS = { inCache: 200, large: 5_000 };
const WORLDS = [
  { name: 'inCache', users: 64, items: 64 },
  { name: 'large', users: 1_000_000, items: 100_000 },
] as const;
type World = (typeof WORLDS)[number];

const kernel = await loadTrainingKernel();

/** Nanoseconds a step of the kernel on one block of random events: of the fastest round. */
function kernelNanoseconds(world: World, dimensions: number, rounds: number): number {
  const { users, items } = world;
  const events = EVENTS[world.name];
  const scratchBytes = sgdScratchBytes(events);
  const bytes = 4 * (users + items) * (dimensions + 1) + 4 * EVENT.words * events;
  const memory = new TrainingMemory(kernel, bytes + scratchBytes + 4_096);
  const functions = instantiateTraining(kernel, memory);
  const tables = [users * dimensions, items * dimensions, users, items];
  const pointers = tables.map((length) => memory.alloc(4 * length));
  for (const [at, length] of tables.entries()) {
    const table = memory.f32(pointers[at] as number, length);
    for (let place = 0; place < length; place += 1) table[place] = ((place % 97) - 48) * 0.002;
  }
  const header = memory.alloc(4 * SGD.words);
  memory.u32(header, SGD.words).set([...pointers, dimensions]);
  memory.f32(header, SGD.words).set([0.002, 0.00001], SGD.rate);
  const list = memory.alloc(4 * EVENT.words * events);
  for (let event = 0; event < events; event += 1) {
    const record = list + 4 * EVENT.words * event;
    const user = drawnRow(draw(7, event, 0), users);
    memory.u32(record, EVENT.words).set([user, drawnRow(draw(7, event, 1), items)]);
    memory.f32(record, EVENT.words)[EVENT.share] = NEGATIVES;
  }
  const entry = memory.alloc(4 * BLOCK.words);
  memory.u32(entry, BLOCK.words).set([list, events, 0, items]);
  const scratch = memory.alloc(scratchBytes);
  let best = Infinity;
  for (let round = 0; round < rounds; round += 1) {
    const start = performance.now();
    functions.sgdBlock(header, entry, round, 1, scratch);
    const time = (performance.now() - start) * 1e6;
    best = Math.min(best, time / (memory.u32(entry, BLOCK.words)[BLOCK.samples] as number));
  }
  return best;
}

/** Compiles the loop in C; undefined where there is no compiler. */
function compileLoop(folder: string): string | undefined {
  const source = fileURLToPath(new URL('./sgd-loop.c', import.meta.url));
  const program = join(folder, 'sgd-loop');
  const args = ['-O3', '-march=native', '-o', program, source, '-lm'];
  const { status, stderr } = spawnSync(values.compiler, args, { encoding: 'utf8' });
  if (status === 0) return program;
  process.stderr.write(
    `no comparison with C: ${values.compiler} does not compile ${source}${stderr ? `: ${stderr}` : ''}\n`,
  );
  return undefined;
}

/** Nanoseconds a step of the same loop in C. */
function loopNanoseconds(
  program: string,
  world: World,
  dimensions: number,
  rounds: number,
): number {
  const numbers = [world.users, world.items, dimensions, EVENTS[world.name], NEGATIVES, rounds];
  const { stdout } = spawnSync(program, numbers.map(String), { encoding: 'utf8' });
  return Number(stdout.split(' ')[0]);
}

/** Pairs of about the shape of a well-known set of films: 6,000 users, 3,700 items, 500,000 pairs. */
function manyPairs(): TrainingPairs {
  const [users, items, pairs] = [6_000, 3_700, 500_000];
  const rows = (purpose: number, below: number) =>
    Uint32Array.from({ length: pairs }, (_, at) => drawnRow(draw(purpose, at, 0), below));
  return { users, items, userRows: rows(1, users), itemRows: rows(2, items) };
}

/** Milliseconds of the fastest epoch with each number of threads; they take turns. */
async function epochMilliseconds(threads: readonly number[], epochs: number): Promise<number[]> {
  const pairs = manyPairs();
  const settings = { ...kernelDefaults('sgd', pairs), dimensions: 64, epochs };
  const trainers = await Promise.all(
    threads.map((count) => createKernelTrainer(pairs, { ...settings, threads: count })),
  );
  const best = threads.map(() => Infinity);
  for (let epoch = 0; epoch < epochs; epoch += 1) {
    for (const [at, trainer] of trainers.entries()) {
      const start = performance.now();
      await trainer.epoch();
      best[at] = Math.min(best[at] as number, performance.now() - start);
    }
  }
  await Promise.all(trainers.map((trainer) => trainer.close()));
  return best;
}

const rounded = (value: number): number => Math.round(value * 1_000) / 1_000;
const folder = mkdtempSync(join(tmpdir(), 'kernel-training-'));
const program = compileLoop(folder);
const steps = WORLDS.flatMap((world) =>
  [32, 64].map((dimensions) => {
    const rounds = Math.ceil(Number(values.rounds) / (world.name === 'large' ? 8 : 1));
    const own = kernelNanoseconds(world, dimensions, rounds);
    const inC = program && loopNanoseconds(program, world, dimensions, rounds);
    return {
      world: world.name,
      dimensions,
      millionStepsASecond: rounded(1_000 / own),
      ...(inC && { inC: rounded(1_000 / inC), ratio: rounded(inC / own) }),
    };
  }),
);
rmSync(folder, { recursive: true, force: true });
const [one = 0, two = 0] = await epochMilliseconds([1, 2], Number(values.epochs));
console.log(
  JSON.stringify({
    benchmark: 'kernel-training',
    steps,
    epochMs: { oneThread: rounded(one), twoThreads: rounded(two), ratio: rounded(one / two) },
  }),
);
