import type { KernelFactory } from '../kernel/kernel.ts';
import { Model } from '../model.ts';
import type { LearnerSettings } from '../settings.ts';
import { ISGD_LEARNER_SETTINGS } from '../settings.ts';
import type { RankingQuestion, StreamEvent, StreamLearner } from './stream-learner.ts';

/** ISGD as its paper has it, one set for all streams: tiny first rows and a long step beat what an instance starts with. */
export const ISGD_STREAM_SETTINGS: LearnerSettings = {
  ...ISGD_LEARNER_SETTINGS,
  learningRate: 0.1,
  initDeviation: 0.01,
};

/** Seeds of user rows and of item rows are told apart by their second word. */
const USER_SEED = 0x75736572;
const ITEM_SEED = 0x6974656d;

/** The reference: matrix factorization by one step of gradient an event, positive only (Vinagre et al. 2014). */
export class IsgdLearner implements StreamLearner {
  readonly name = 'isgd';
  readonly #model: Model;
  readonly #query: Float32Array;
  readonly #keys = new Uint32Array(2);

  constructor(kernels: KernelFactory, settings: LearnerSettings = ISGD_STREAM_SETTINGS) {
    this.#model = new Model(settings, kernels.create());
    this.#query = new Float32Array(settings.dimensions);
  }

  get items(): number {
    return this.#model.items.rows;
  }

  /** Ranks by the product of the vectors; nothing is known of an unknown user, so that there is no ranking. */
  rank({ userRow, excluded }: RankingQuestion, rows: Uint32Array, scores: Float32Array): number {
    const model = this.#model;
    if (userRow < 0 || userRow >= model.users.rows) return 0;
    model.query(userRow, this.#query);
    return model.items.topN(this.#query, rows.length, excluded, rows, scores);
  }

  learn({ userRow, itemRow, positive, weight, timeMs, key0, key1 }: StreamEvent): void {
    const model = this.#model;
    while (model.users.rows <= userRow) model.addUser(model.users.rows, USER_SEED);
    while (model.items.rows <= itemRow) model.addItem(model.items.rows, ITEM_SEED);
    this.#keys[0] = key0;
    this.#keys[1] = key1;
    model.learn(userRow, itemRow, positive, weight, timeMs, this.#keys, 0);
  }
}
