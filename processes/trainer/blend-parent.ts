import { MEMORY } from '../../actors/runtime/partition-checkpoint.ts';
import type { Checkpoint } from '../../model/checkpoint.ts';
import type { KernelFactory } from '../../model/kernel/kernel.ts';
import type { LearnerSettings } from '../../model/settings.ts';
import { atOnce } from '../../model/steps.ts';
import { BlendModel } from '../../model/stream/blend-model.ts';
import { unprefixed } from '../../model/stream/learner-state.ts';
import type { ParentState } from './parent-state.ts';
import { countListed, PLACES } from './ranking.ts';
import type { Hits, Pairs, RankedRows } from './ranking.ts';
import type { UserItems } from './user-items.ts';

/**
 * A blend's state at the cut. Its `gmf` is what is trained: a user's vector is their own row and what their newest items
 * add to it, and as these stay, what a trainer moved goes into the own row. Everything else that the blend knows stays
 * the parent's, and candidates are ranked by the blend as a whole.
 */
export class BlendParent implements ParentState {
  readonly rows: RankedRows;
  readonly #model: BlendModel;
  /** What their newest items add to users' vectors. */
  readonly #added: Float32Array;

  constructor(
    kernels: KernelFactory,
    learner: LearnerSettings,
    parent: Checkpoint,
    tables: RankedRows,
  ) {
    const { dimensions } = learner;
    // Ranking asks nothing of other partitions, whatever is noted for them.
    this.#model = new BlendModel(learner, kernels, false);
    this.#model.addRows(tables.users.length / dimensions, tables.bias.length);
    this.#write(tables);
    atOnce(this.#model.memory.restore(unprefixed(MEMORY, parent.tensors)));
    const users = this.#queries();
    this.rows = { ...tables, users };
    this.#added = users.map((value, at) => value - (tables.users[at] as number));
  }

  tablesOf(rows: RankedRows): RankedRows {
    const own = rows.users.map((value, at) => value - (this.#added[at] as number));
    return { ...rows, users: own, output: this.#model.output };
  }

  async countHits(
    tables: RankedRows,
    pairs: Pairs,
    seen: UserItems,
    turn: (done: number) => Promise<void>,
  ): Promise<Hits> {
    this.#write(tables);
    const model = this.#model;
    const rows = new Uint32Array(PLACES);
    const scores = new Float32Array(PLACES);
    let [asked, found] = [-1, 0];
    return countListed(pairs, tables.bias.length, seen, turn, (user, item) => {
      if (user !== asked) found = model.recommend(user, seen.of(user), rows, scores);
      asked = user;
      return rows.subarray(0, found).includes(item);
    });
  }

  #write({ users, items, bias }: RankedRows): void {
    const model = this.#model;
    model.users.writeRows(0, model.users.rows, users);
    model.items.writeRows(0, model.items.rows, items);
    model.items.writeColumn(0, 0, model.items.rows, bias);
    model.learner.forget();
  }

  #queries(): Float32Array {
    const { users, settings } = this.#model;
    const queries = new Float32Array(users.rows * settings.dimensions);
    for (let row = 0; row < users.rows; row += 1) {
      const first = row * settings.dimensions;
      this.#model.query(row, queries.subarray(first, first + settings.dimensions));
    }
    return queries;
  }
}
