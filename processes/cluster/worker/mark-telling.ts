import type { Fence } from '../../../activities/replay/fences.ts';
import type { ToldMarks } from '../../../adapters/cluster/told-marks.ts';
import type { StateMark, StateTrail } from '../../../projections/state-trail.ts';
import type { Logger } from '../../logger.ts';

/** Marks of a partition that are told at a time, a second's at most: where more were made, some at equal steps. */
export const MARKS_TOLD_MAX = 8;

/** What marks are told with. */
export interface MarkTellingDeps {
  readonly fence: Fence;
  readonly trail: Pick<StateTrail, 'version' | 'marks'>;
  readonly marks: Pick<ToldMarks, 'add'>;
  readonly logger: Pick<Logger, 'warn'>;
}

/** Tells the marks of one partition, each at most once; what cannot be told now is told later, or never: they are no state. */
export class MarkTelling {
  readonly #deps: MarkTellingDeps;
  #version: string | null = null;
  #toldTo = -Infinity;
  #isTrouble = false;

  constructor(deps: MarkTellingDeps) {
    this.#deps = deps;
  }

  /** Tells what came since the last time. */
  async tell(): Promise<void> {
    const { fence, trail, marks, logger } = this.#deps;
    const { version } = trail;
    if (version === null) return;
    if (version !== this.#version) this.#toldTo = -Infinity;
    this.#version = version;
    const fresh = trail.marks.filter((mark) => mark.sequence > this.#toldTo);
    const last = fresh.at(-1);
    if (last === undefined) return;
    try {
      await marks.add(fence, version, atEqualSteps(fresh));
      this.#toldTo = last.sequence;
      this.#isTrouble = false;
    } catch (error) {
      const { partition } = fence;
      if (!this.#isTrouble) logger.warn({ err: error, partition }, 'marks cannot be told');
      this.#isTrouble = true;
    }
  }
}

/** Some of the marks, the newest among them. */
function atEqualSteps(marks: readonly StateMark[]): readonly StateMark[] {
  if (marks.length <= MARKS_TOLD_MAX) return marks;
  return Array.from({ length: MARKS_TOLD_MAX }, (_, n) => {
    const at = Math.ceil(((n + 1) * marks.length) / MARKS_TOLD_MAX) - 1;
    return marks[at] as StateMark;
  });
}
