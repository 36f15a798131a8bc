import { openBlockNews } from '../../adapters/cluster/block-news.ts';
import type { ClusterJournal } from '../../adapters/cluster/journal.ts';
import type { RedisLink } from '../../adapters/cluster/redis/redis.ts';
import type { Logger } from '../../activities/logger.ts';
import { persist } from './servers/persisting.ts';

/** What hearing of blocks needs. */
export interface BlockHearing {
  readonly link: RedisLink;
  readonly journal: Pick<ClusterJournal, 'hear'>;
  readonly logger: Pick<Logger, 'warn'>;
  /** Ends it. */
  readonly signal: AbortSignal;
}

/**
 * Has the journal hear of what other processes append; resolves when it is subscribed, or at the end. While Redis is
 * down the journal asks its store instead.
 */
export async function hearBlocks({ link, journal, logger, signal }: BlockHearing): Promise<void> {
  const news = openBlockNews(link);
  const listen = (): Promise<void> => news.hear((block) => journal.hear(block), signal);
  try {
    await persist(listen, { logger, signal, what: 'hear of new blocks' });
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}
