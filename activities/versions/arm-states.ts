import type { ModelDelta } from '../../model/delta.ts';
import type { ServingState } from '../../projections/serving-state.ts';
import type { VersionReader, VersionReaders } from './shadow-part.ts';

/** What the states of arms are made with. */
export interface ArmStatesDeps {
  /** An empty read side. */
  readonly newServing: () => ServingState;
  readonly yieldNow: () => Promise<void>;
}

interface ArmState extends VersionReader {
  readonly serving: ServingState;
}

/**
 * What answers read of the versions that arms of experiments name and that are held beside the live one: a read side
 * each, fed as the live one is, while an experiment runs.
 */
export class ArmStates implements VersionReaders {
  readonly #deps: ArmStatesDeps;
  readonly #states = new Map<string, ArmState>();
  #versions: readonly string[] = [];
  #onChange: (() => void) | undefined;

  constructor(deps: ArmStatesDeps) {
    this.#deps = deps;
  }

  /** The versions that arms name: they are held as long as their experiments run. */
  get versions(): readonly string[] {
    return this.#versions;
  }

  /** Has somebody told when arms name other versions. */
  whenChanged(onChange: () => void): void {
    this.#onChange = onChange;
  }

  /** Serves these versions from now on, and no others. */
  serve(versions: Iterable<string>): void {
    this.#versions = [...new Set(versions)];
    for (const version of this.#states.keys()) {
      if (!this.#versions.includes(version)) this.#states.delete(version);
    }
    this.#onChange?.();
  }

  /** The read side of a version, once every partition of it can answer. */
  serving(version: string): ServingState | undefined {
    const serving = this.#states.get(version)?.serving;
    return serving?.isReady === true ? serving : undefined;
  }

  of(version: string): VersionReader | undefined {
    if (!this.#versions.includes(version)) return undefined;
    const known = this.#states.get(version);
    if (known !== undefined) return known;
    const made = this.#made();
    this.#states.set(version, made);
    return made;
  }

  forget(version: string): void {
    this.#states.delete(version);
  }

  /** Lets go of a partition of a version: it is live there from now on. */
  leave(version: string, partition: number): void {
    this.#states.get(version)?.serving.drop(partition);
  }

  #made(): ArmState {
    const { newServing, yieldNow } = this.#deps;
    const serving = newServing();
    const take = (delta: ModelDelta): Promise<void> | undefined => {
      if (delta.whole) return serving.applyWhole(delta, yieldNow);
      serving.apply(delta);
      return undefined;
    };
    return { serving, take };
  }
}
