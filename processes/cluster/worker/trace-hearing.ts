import { openTraceNews } from '../../../adapters/cluster/redis/trace-news.ts';
import type { RedisLink } from '../../../adapters/cluster/redis/redis.ts';
import type { Logger } from '../../../activities/logger.ts';
import type { FollowedTraces } from '../../observe/request-watch.ts';
import { persist } from '../servers/persisting.ts';

/** What hearing of traces needs. */
export interface TraceHearing {
  readonly link: RedisLink;
  readonly traced: FollowedTraces | undefined;
  /** Tells whether a partition is moved here: of others nothing is learned. */
  readonly isMoved: (partition: number) => boolean;
  readonly logger: Pick<Logger, 'warn'>;
  /** Ends it. */
  readonly signal: AbortSignal;
}

/**
 * Goes on with the traces of what others appended, by position. Resolves when it is subscribed, or at the end; at once,
 * without a connection, where no traces are kept.
 */
export async function hearTraces(hearing: TraceHearing): Promise<void> {
  const { link, traced, isMoved, logger, signal } = hearing;
  if (traced === undefined) return;
  const listen = (): Promise<void> =>
    openTraceNews(link).hear((one) => {
      if (isMoved(one.partition)) traced.positions.follow(one.traceparent, one, one.durableMs);
    }, signal);
  try {
    await persist(listen, { logger, signal, what: 'hear of traces' });
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}
