// Prints, as JSON, the SHA-256 of what the arithmetic gives in this Node: `--plain` asks its twin.
import { createHash } from 'node:crypto';
import { loadKernel, type KernelFactory } from '../../../model/kernel/kernel.ts';
import { LEARNER } from '../../../model/kernel/layout.ts';
import {
  createKernelTrainer,
  createPlainKernelTrainer,
} from '../../../processes/trainer/kernel/trainer.ts';
import { definitionOf, PartitionRig, RIG_BLEND } from '../../doubles/partition-rig.ts';
import { SeededRandom } from '../../doubles/seeded-random.ts';
import { hashOf, settingsOf, twoTastes } from '../../processes/trainer/kernel/kernel-world.ts';
import { inBatches, inventEvents } from '../../simulation/stream.ts';

const EVENTS = 1_500;
const FLOATS = 20_000;

/** Functions of single numbers, and steps of rows of several lengths. */
function hashFunctions(factory: KernelFactory): string {
  const random = new SeededRandom(41);
  const kernel = factory.create();
  const { functions } = kernel;
  const hash = createHash('sha256');
  const values = new Float32Array(FLOATS);
  for (let at = 0; at < FLOATS; at += 1) {
    const x = (random.next() * 2 - 1) * 2 ** random.below(9);
    values[at] = at % 2 === 0 ? functions.exp(x) : functions.sigmoid(x);
  }
  hash.update(new Uint8Array(values.buffer));
  for (let at = 0; at < FLOATS; at += 1) hash.update(String(functions.draw(at, at * 7, at % 5)));
  for (const dimensions of [4, 20, 32, 64, 256]) hash.update(steppedRows(factory, dimensions));
  return hash.digest('hex');
}

/** Rows after a few hundred steps, and the dot products of all with the first. */
function steppedRows(factory: KernelFactory, dimensions: number): Uint8Array {
  const kernel = factory.create();
  const random = new SeededRandom(dimensions);
  const rows = 40;
  const vectors = kernel.alloc(rows * dimensions * 4);
  const learner = kernel.alloc(LEARNER.words * 4);
  const products = kernel.alloc(rows * 4);
  const query = kernel.alloc(dimensions * 4);
  for (let at = 0; at < rows * dimensions; at += 1) {
    kernel.floats[(vectors >>> 2) + at] = random.next() - 0.5;
  }
  kernel.words[(learner >>> 2) + LEARNER.dimensions] = dimensions;
  kernel.words[(learner >>> 2) + LEARNER.query] = query;
  kernel.floats[(learner >>> 2) + LEARNER.rate] = 0.05;
  kernel.floats[(learner >>> 2) + LEARNER.decay] = 0.9995;
  const pointer = (row: number): number => vectors + row * dimensions * 4;
  for (let step = 0; step < 400; step += 1) {
    kernel.functions.isgdStep(learner, pointer(random.below(20)), pointer(20 + random.below(20)));
  }
  for (let row = 0; row < rows; row += 1) {
    const product = kernel.functions.dot(pointer(0), pointer(row), dimensions);
    kernel.floats[(products >>> 2) + row] = product;
  }
  const words = rows * dimensions;
  const bytes = new Uint8Array(kernel.octets.slice(vectors, vectors + words * 4));
  return Buffer.concat([bytes, kernel.octets.slice(products, products + rows * 4)]);
}

/** The state that a learner comes to over one stream, on two partitions. */
async function hashLearner(learner: 'isgd' | 'gmf' | 'blend', plain: boolean): Promise<string> {
  const random = new SeededRandom(42);
  const rig = await PartitionRig.create(2, 42, plain);
  for (const batch of inBatches(random, inventEvents(random, EVENTS), 50)) await rig.tell(...batch);
  return rig.cleanHash(definitionOf('v1', learner === 'blend' ? RIG_BLEND : { learner }));
}

/** The model that a batch trainer ends with, on two threads. */
async function hashTrained(solver: 'als' | 'sgd', plain: boolean): Promise<string> {
  const create = plain ? createPlainKernelTrainer : createKernelTrainer;
  const trainer = await create(twoTastes(120, 90, 14), settingsOf({ solver, threads: 2 }));
  try {
    for (let epoch = 1; epoch <= 2; epoch += 1) await trainer.epoch();
    return hashOf(await trainer.model());
  } finally {
    await trainer.close();
  }
}

const plain = process.argv.includes('--plain');
const bits = {
  functions: hashFunctions(await loadKernel({ plain })),
  isgd: await hashLearner('isgd', plain),
  gmf: await hashLearner('gmf', plain),
  blend: await hashLearner('blend', plain),
  als: await hashTrained('als', plain),
  sgd: await hashTrained('sgd', plain),
};
process.stdout.write(`${JSON.stringify({ node: process.version, bits })}\n`);
