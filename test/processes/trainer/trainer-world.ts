import { TENSOR } from '../../../actors/runtime/partition-checkpoint.ts';
import type {
  EpochJob,
  EvaluationJob,
  TrainerChoice,
  TrainerName,
} from '../../../activities/training/trainer.ts';
import { openRuns } from '../../../adapters/embedded/runs.ts';
import type { Checkpoint, Tensor } from '../../../model/checkpoint.ts';
import { packIds } from '../../../model/item-ids.ts';
import { DEFAULT_LEARNER_SETTINGS } from '../../../model/settings.ts';
import { SeededRandom } from '../../doubles/seeded-random.ts';

const USERS = 40;
const ITEMS = 60;
const DIMENSIONS = 8;

/** The learner of the trainer's tests: small, so that a step is quick. */
export const LEARNER = { ...DEFAULT_LEARNER_SETTINGS, dimensions: DIMENSIONS };

/** Two camps, each with its own half of the items: whoever trains on it finds the halves. */
const camp = (row: number) => row % 2;

function column(values: readonly number[]): Tensor {
  return { shape: [values.length], data: Uint32Array.from(values) };
}

interface Pair {
  readonly user: number;
  readonly item: number;
}

/** What each user of a camp played of its half, and what is held out of it. */
function drawPairs(random: SeededRandom): { train: Pair[]; held: Pair[] } {
  const train: Pair[] = [];
  const held: Pair[] = [];
  for (let item = 0; item < ITEMS; item += 1) {
    for (let user = 0; user < USERS; user += 1) {
      if (camp(user) !== camp(item)) continue;
      const draw = random.below(10);
      if (draw < 6) train.push({ user, item });
      else if (draw < 8) held.push({ user, item });
    }
  }
  return { train, held };
}

/** The parent's checkpoint: small random rows that know nothing yet, and what users have seen. */
function parentOf(train: readonly Pair[], random: SeededRandom): Checkpoint {
  const floats = (length: number) =>
    Float32Array.from({ length }, () => (random.below(2_001) / 1_000 - 1) * 0.1);
  const ids = packIds(Array.from({ length: ITEMS }, (_, item) => `i${item}`));
  const seen: number[] = [];
  const offsets = [0];
  for (let user = 0; user < USERS; user += 1) {
    seen.push(...train.filter((pair) => pair.user === user).map(({ item }) => item));
    offsets.push(seen.length);
  }
  return {
    manifest: {
      ...{ version: 'v1', partition: 0, sequence: 9, settings: {}, parent: null },
      ...{ createdMs: 0, extra: {} },
    },
    tensors: {
      [TENSOR.userVectors]: { shape: [USERS, DIMENSIONS], data: floats(USERS * DIMENSIONS) },
      [TENSOR.itemVectors]: { shape: [ITEMS, DIMENSIONS], data: floats(ITEMS * DIMENSIONS) },
      [TENSOR.itemBias]: { shape: [ITEMS], data: new Float32Array(ITEMS) },
      [TENSOR.output]: { shape: [DIMENSIONS], data: new Float32Array(DIMENSIONS).fill(1) },
      [TENSOR.itemIds]: ids.bytes,
      [TENSOR.itemOffsets]: ids.offsets,
      [TENSOR.seenOffsets]: column(offsets),
      [TENSOR.seenItems]: column(seen),
    },
  };
}

/** A prepared run in a folder, of which every job is known. */
export class TrainerWorld {
  readonly #path: (name: string) => Promise<string>;
  readonly #choice: TrainerChoice;

  private constructor(path: (name: string) => Promise<string>, choice: TrainerChoice) {
    this.#path = path;
    this.#choice = choice;
  }

  static async open(folder: string, trainer: TrainerName = 'tfjs'): Promise<TrainerWorld> {
    const random = new SeededRandom(11);
    const { train, held } = drawPairs(random);
    const runs = openRuns({ folder });
    const [even, odd] = [0, 1].map((half) => held.filter((_, at) => at % 2 === half));
    const users = (pairs: readonly Pair[] = []) => column(pairs.map(({ user }) => user));
    const items = (pairs: readonly Pair[] = []) => column(pairs.map(({ item }) => item));
    const weights = new Float32Array(train.length).fill(1);
    await runs.writeCheckpoint('run', 'parent', parentOf(train, random));
    await runs.writeTensors(
      'run',
      'dataset',
      {
        ...{ trainUsers: users(train), trainItems: items(train) },
        trainWeights: { shape: [weights.length], data: weights },
        ...{ validationUsers: users(even), validationItems: items(even) },
        ...{ holdoutUsers: users(odd), holdoutItems: items(odd) },
      },
      {},
    );
    const settings = trainer === 'tfjs' ? { learningRate: 0.3 } : {};
    return new TrainerWorld((name) => runs.path('run', name), { trainer, epochs: 8, settings });
  }

  /** The path of an epoch's checkpoint; runs of other names keep theirs apart. */
  checkpoint(epoch: number, name = 'a'): Promise<string> {
    return this.#path(`${name}-${epoch}`);
  }

  async epoch(epoch: number, name = 'a', from = name): Promise<EpochJob> {
    return {
      ...{ run: 'run', epoch, files: [await this.#files()], learner: LEARNER, seed: 5 },
      from: epoch === 1 ? null : await this.checkpoint(epoch - 1, from),
      to: await this.checkpoint(epoch, name),
      choice: this.#choice,
    };
  }

  async evaluation(epoch: number, name = 'a'): Promise<EvaluationJob> {
    const candidate = await this.checkpoint(epoch, name);
    return { run: 'run', files: [await this.#files()], candidate, learner: LEARNER };
  }

  async #files(): Promise<EpochJob['files'][number]> {
    return {
      partition: 0,
      parent: await this.#path('parent'),
      dataset: await this.#path('dataset'),
    };
  }
}
