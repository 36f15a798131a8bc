import type { Logger } from '../../logger.ts';

/** What a catch-up is told with. */
export interface CatchUpDeps {
  readonly partition: number;
  readonly logger: Pick<Logger, 'info'>;
  readonly clock: () => number;
}

/** Says how long a partition that was taken took until it told something new, and until it had caught up. */
export class CatchUp {
  readonly #deps: CatchUpDeps;
  readonly #takenMs: number;
  #from: number | undefined;
  #isOver = false;

  /** The partition was taken just now. */
  constructor(deps: CatchUpDeps) {
    this.#deps = deps;
    this.#takenMs = deps.clock();
  }

  /** Takes note of what was reached and told, and where the journal ended then. */
  reached(position: number, head: number): void {
    if (this.#isOver) return;
    const { partition, logger, clock } = this.#deps;
    const afterMs = Math.round(clock() - this.#takenMs);
    if (this.#from === undefined) {
      this.#from = position;
      logger.info({ partition, position, behind: head - position, afterMs }, 'tells again');
    }
    if (position < head) return;
    this.#isOver = true;
    logger.info({ partition, position, events: position - this.#from, afterMs }, 'caught up');
  }
}
