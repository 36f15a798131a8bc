import type { Partition } from '../../../events/position.ts';
import type { ServingState } from '../../../projections/serving-state.ts';
import type { Logger } from '../../logger.ts';
import type { HeldNotes } from './held-notes.ts';

/** How often an API looks which versions arms name, and who holds them. */
export const ARM_LOOK_MS = 500;

/** Feeds the read side of one version until the signal aborts. */
export interface ArmFeed {
  run(signal: AbortSignal): Promise<void>;
}

/** What the read sides of arms are fed with. */
export interface ArmFeedsDeps {
  /** The versions that arms of experiments name. */
  readonly named: () => readonly string[];
  /** What live answers read. */
  readonly live: Pick<ServingState, 'isReady' | 'partitions' | 'partition'>;
  /** An empty read side. */
  readonly newServing: () => ServingState;
  readonly feedOf: (version: string, serving: ServingState) => ArmFeed;
  readonly notes: Pick<HeldNotes, 'look' | 'isHeld'>;
  /** Tells whether users were erased since a version was made, who may be in its states. */
  readonly isStale: (version: string) => Promise<boolean>;
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
  readonly logger: Pick<Logger, 'info' | 'warn'>;
}

interface FedArm {
  readonly serving: ServingState;
  readonly over: AbortController;
  readonly ended: Promise<void>;
}

/**
 * What an API reads of the versions that arms of experiments name and that workers hold beside the live one: a read side
 * each, from a checkpoint and the deltas of whoever moves each partition, while an experiment runs.
 */
export class ArmFeeds {
  readonly #deps: ArmFeedsDeps;
  readonly #arms = new Map<string, FedArm>();

  constructor(deps: ArmFeedsDeps) {
    this.#deps = deps;
  }

  /** The read side of a version, where it can answer users of a partition: its mover holds it, and all of it is here. */
  serving(version: string, partition: Partition): ServingState | undefined {
    const serving = this.#arms.get(version)?.serving;
    const isThere = serving?.isReady === true && this.#deps.notes.isHeld(version, partition);
    return isThere ? serving : undefined;
  }

  /** Serves what arms name until the signal aborts; resolves when nothing is fed any more. */
  async run(signal: AbortSignal): Promise<void> {
    const { sleep, logger } = this.#deps;
    let isAway = false;
    while (!signal.aborted) {
      try {
        await this.look();
        isAway = false;
      } catch (error) {
        // What was fed goes on; who holds it grows silent, and live answers then.
        if (!isAway) logger.warn({ err: error }, 'versions of arms: trying again');
        isAway = true;
      }
      await sleep(ARM_LOOK_MS, signal);
    }
    const ended = [...this.#arms.values()].map((arm) => arm.ended);
    for (const version of [...this.#arms.keys()]) this.#end(version);
    await Promise.all(ended);
  }

  /** Looks once. */
  async look(): Promise<void> {
    const { named, notes, isStale } = this.#deps;
    const wanted = new Set(named().filter((version) => !this.#isLive(version)));
    for (const version of this.#arms.keys()) if (!wanted.has(version)) this.#end(version);
    if (wanted.size === 0) return;
    await notes.look();
    for (const version of wanted) {
      // It may know who was erased since: nothing is answered by it, or kept.
      if (await isStale(version)) this.#end(version);
      else if (!this.#arms.has(version)) this.#begin(version);
    }
  }

  /** A version that is live in every partition needs no read side of its own. */
  #isLive(version: string): boolean {
    const { live } = this.#deps;
    if (!live.isReady) return false;
    const all = Array.from({ length: live.partitions }, (_, partition) => partition);
    return all.every((partition) => live.partition(partition).version === version);
  }

  #begin(version: string): void {
    const { newServing, feedOf, logger } = this.#deps;
    const serving = newServing();
    const over = new AbortController();
    const ended = feedOf(version, serving)
      .run(over.signal)
      .catch((error: unknown) => {
        logger.warn({ err: error, version }, 'a version of an arm is fed no more');
        if (this.#arms.get(version)?.serving === serving) this.#arms.delete(version);
      });
    this.#arms.set(version, { serving, over, ended });
    logger.info({ version }, 'a version of an arm is followed');
  }

  #end(version: string): void {
    const arm = this.#arms.get(version);
    if (arm === undefined) return;
    arm.over.abort();
    this.#arms.delete(version);
    this.#deps.logger.info({ version }, 'a version of an arm is let go of');
  }
}
