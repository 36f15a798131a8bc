import type { Sequence } from '../events/position.ts';
import type { ModelDelta } from '../model/delta.ts';
import type { Kernel } from '../model/kernel/kernel.ts';
import type { UserRanker } from '../model/user-ranker.ts';
import type { ProjectionBounds } from './bounds.ts';
import { DeadLettersProjection } from './dead-letters.ts';
import { KeptRankings } from './kept-rankings.ts';
import { atOnce } from './steps.ts';
import type { Steps } from './steps.ts';
import { UsersProjection } from './users.ts';
import { VectorsProjection } from './vectors.ts';

/**
 * What answers read of one partition: users, vectors and dead letters of one model version at one position. A whole
 * delta makes another state, which takes this one's place at once: no answer mixes two versions.
 */
export class PartitionState {
  readonly version: string;
  readonly partition: number;
  readonly users: UsersProjection;
  readonly vectors: VectorsProjection;
  readonly deadLetters: DeadLettersProjection;
  /** The output layer h: frozen, so a delta carries the one that its state was made with. */
  readonly output: Float32Array;
  /** Answers for users, where vectors are no answer. */
  readonly ranker: UserRanker | undefined;
  /** What the users who asked last were answered from. */
  readonly rankings = new KeptRankings();

  private constructor(whole: ModelDelta, kernel: Kernel, bounds: ProjectionBounds) {
    this.version = whole.version;
    this.partition = whole.partition;
    this.users = new UsersProjection(whole.dimensions);
    this.vectors = new VectorsProjection(kernel, whole.dimensions);
    this.deadLetters = new DeadLettersProjection(bounds.deadLettersMax);
    this.output = new Float32Array(whole.dimensions);
    this.ranker = whole.ranker;
  }

  /** Builds a state from a whole delta, in steps. */
  static *build(
    whole: ModelDelta,
    kernel: Kernel,
    bounds: ProjectionBounds,
  ): Steps<PartitionState> {
    const state = new PartitionState(whole, kernel, bounds);
    yield* state.#fold(whole);
    return state;
  }

  /** The last sequence that the state holds. */
  get position(): Sequence {
    return this.vectors.position;
  }

  /** Throws where the delta does not continue this state. */
  check(delta: ModelDelta): void {
    this.users.check(delta);
    this.vectors.check(delta);
    this.deadLetters.check(delta);
  }

  /** Folds a delta into every projection, or into none where it does not fit. */
  apply(delta: ModelDelta): void {
    atOnce(this.#fold(delta));
  }

  *#fold(delta: ModelDelta): Steps {
    this.check(delta);
    yield* this.users.fold(delta);
    yield* this.vectors.fold(delta);
    this.deadLetters.apply(delta);
    this.output.set(delta.output);
  }

  /** Writes `h∘p` of a user row, or their whole vector, to `query`; what the scan multiplies item vectors by. */
  readQuery(row: number, query: Float32Array): void {
    if (this.ranker !== undefined) {
      this.ranker.query(row, query);
      return;
    }
    const vector = this.users.vector(row);
    for (let at = 0; at < vector.length; at += 1) {
      query[at] = (vector[at] ?? 0) * (this.output[at] ?? 0);
    }
  }
}
