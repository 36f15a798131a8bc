import type { z } from 'zod';

import type { IncomingEvent } from '../events/incoming.ts';
import type { ArmLabel } from '../projections/answer.ts';
import type { RecommendationQuery } from './deps.ts';
import type { ClickThroughAnswer } from './schema/click-through.ts';
import type { ExperimentAnswer, experimentRequestSchema } from './schema/experiments.ts';

/** What became of the answers that were given. */
export interface ClickThroughPort {
  /** Throws UNAVAILABLE where what was counted can't be read. */
  tell(): ClickThroughAnswer | Promise<ClickThroughAnswer>;
}

/** Users split into arms, and what became of their answers. */
export interface ExperimentsPort {
  list(): readonly ExperimentAnswer[] | Promise<readonly ExperimentAnswer[]>;
  /** Undefined where there is no such experiment. */
  get(experiment: string): ExperimentAnswer | undefined | Promise<ExperimentAnswer | undefined>;
  /**
   * Throws CONFLICT where it runs with other arms, too many run or a version lags, and INVALID for a scenario that is not
   * known and for a version that can't answer.
   */
  put(
    experiment: string,
    wish: z.output<typeof experimentRequestSchema>,
  ): Promise<ExperimentAnswer>;
  /** The last figures; undefined where there is no such experiment. */
  remove(experiment: string): Promise<ExperimentAnswer | undefined>;
  /** What an answer to a user is counted under; undefined where there is no such experiment. */
  assign(experiment: string, user: string): ArmLabel | undefined;
}

/** What somebody did with an item. */
export interface ItemEvent {
  readonly user: string;
  readonly type: string;
  /** ISO 8601; null where it is out of the range of dates. */
  readonly time: string | null;
}

/** What somebody whom nobody knows did, and is to be answered after that. */
export interface SessionQuery extends Pick<RecommendationQuery, 'n' | 'exclude' | 'rules'> {
  readonly events: readonly Omit<IncomingEvent, 'user'>[];
}
