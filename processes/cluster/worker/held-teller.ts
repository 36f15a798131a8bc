import type { VersionReader } from '../../../activities/versions/shadow-part.ts';
import { hasCode } from '../../../events/error.ts';
import type { ModelDelta } from '../../../model/delta.ts';
import type { FenceWatch } from './fence-watch.ts';
import type { DeltaStream } from './partition-taking.ts';
import { patiently } from '../servers/patience.ts';
import type { Patience } from '../servers/patience.ts';

/** What a partition of a held version is told with. */
export interface HeldTellerDeps {
  readonly stream: DeltaStream;
  readonly patience: Patience;
  /** The fence by which the partition is moved; undefined where it is not moved here. */
  readonly watch: () => Pick<FenceWatch, 'fence' | 'confirm'> | undefined;
  /** Called where the whole state has to be told anew: another reader takes the place of this one. */
  readonly onHole: () => void;
}

/**
 * Tells the deltas of one partition of a version that is held beside the live one. What its stream has already, because
 * another worker told it, is told again by nobody: a version's state at a position is always the same.
 */
export class HeldTeller implements VersionReader {
  readonly #deps: HeldTellerDeps;
  /** Where the stream ends. */
  #toldTo = -1;
  /** True where what comes would continue nobody, or is somebody else's to tell: until a whole state comes. */
  #isStopped = false;
  #isEnded = false;

  constructor(deps: HeldTellerDeps) {
    this.#deps = deps;
  }

  /** Ends it: nothing is told from now on. */
  end(): void {
    this.#isEnded = true;
  }

  async take(delta: ModelDelta): Promise<void> {
    // Who answers by such a learner has one of its own.
    if (this.#isEnded || delta.ranker !== undefined) return;
    try {
      if (delta.whole) await this.#begin(delta);
      else if (!this.#isStopped) await this.#goOn(delta);
    } catch (error) {
      // The partition is somebody else's, who tells it from where this one stopped.
      if (!hasCode(error, 'FENCED')) throw error;
      this.#isStopped = true;
    }
  }

  async #begin(whole: ModelDelta): Promise<void> {
    const { stream, patience } = this.#deps;
    this.#isStopped = false;
    const end = await patiently(patience, () => stream.end(whole.partition));
    this.#toldTo = end?.to ?? -1;
    if (this.#toldTo < whole.to || end === undefined) await this.#append(whole);
  }

  async #goOn(delta: ModelDelta): Promise<void> {
    if (delta.to <= this.#toldTo) return;
    if (delta.from === this.#toldTo) {
      await this.#append(delta);
      return;
    }
    // It goes past where the stream ends and begins elsewhere: it would continue nobody.
    this.#isStopped = true;
    this.#deps.onHole();
  }

  async #append(delta: ModelDelta): Promise<void> {
    const { stream, patience } = this.#deps;
    await patiently(patience, async () => {
      const watch = this.#deps.watch();
      this.#isStopped = watch === undefined || this.#isEnded;
      if (watch === undefined || this.#isStopped) return;
      await watch.confirm();
      await stream.append(delta, watch.fence.number);
      this.#toldTo = delta.to;
    });
  }
}
