import { randomUUID } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import { readReactions } from '../../../activities/feedback/reaction-fold.ts';
import { readAnswers } from '../../../activities/feedback/summed-answers.ts';
import { openKeptRecord } from '../../../adapters/cluster/kept-record.ts';
import { DEFAULT_INTERACTION_TYPES } from '../../../events/interaction-type.ts';
import { answerReader } from '../../../projections/recommendation-id.ts';
import { countedSeries } from '../../core/counted-series.ts';
import { userMarks } from '../../core/user-marks.ts';
import { yieldNow } from '../../core/yield-now.ts';
import { headsOfNow } from '../heads-of-now.ts';
import type { ApiArms } from './api-arms.ts';
import type { ApiParts } from './api-parts.ts';
import { ClusterFeedback } from './feedback.ts';
import { need } from '../need.ts';
import { persist } from '../servers/persisting.ts';
import { signingKeyOf } from './signing-key.ts';

/** What counting reactions reads of an API. */
export type FeedbackParts = Pick<
  ApiParts,
  'stores' | 'config' | 'definitions' | 'clock' | 'logger' | 'signal' | 'observation'
>;

/** Opens the counts that the APIs of a cluster share; MongoDB is waited for within the configured bound. */
export async function openFeedback(
  parts: FeedbackParts,
  arms: Pick<ApiArms, 'versions' | 'whyUncounted'>,
): Promise<ClusterFeedback> {
  const { stores, config, definitions, clock, logger, signal, observation } = parts;
  const { journal, identities, mongo: connection } = stores;
  const { database } = need(config.mongo, 'REPRISE_MONGO_URL');
  const signingKey = signingKeyOf(need(config.signingKey, 'REPRISE_SIGNING_KEY').reveal());
  const where = { connection, database };
  const opening = (): Promise<ClusterFeedback> =>
    ClusterFeedback.open({
      ...{ definitions, arms, journal, identities, logger, signal, yieldNow },
      api: randomUUID(),
      answers: openKeptRecord({ ...where, name: 'answers', parse: readAnswers }),
      reactions: openKeptRecord({ ...where, name: 'reactions', parse: readReactions }),
      types: DEFAULT_INTERACTION_TYPES,
      factsOf: answerReader(signingKey),
      markOf: userMarks(signingKey),
      heads: () => journal.status().heads,
      headsOfNow: () => headsOfNow(journal),
      clock: () => performance.now(),
      wallClock: clock,
      onCounted: countedSeries(observation.instruments),
    });
  const { dependencyWaitMsMax: waitMsMax } = config;
  return persist(opening, { logger, signal, waitMsMax, what: 'read what became of answers' });
}
