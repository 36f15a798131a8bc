import type { Journal } from '../../../events/journal.ts';
import { followItems } from '../../../projections/items.ts';
import type { ItemCatalogue } from '../../../projections/items.ts';
import type { Logger } from '../../../activities/logger.ts';
import { persist } from '../servers/persisting.ts';

/** What following the catalogue needs. */
export interface CatalogueFollowing {
  readonly journal: Pick<Journal, 'read' | 'changed' | 'head'>;
  /** Opens the catalogue; again after a failure. */
  readonly open: () => Promise<ItemCatalogue>;
  readonly logger: Pick<Logger, 'warn'>;
  readonly signal: AbortSignal;
  readonly pauseMs?: number;
}

/** Folds published items into the shared catalogue until the signal aborts, while its servers come and go. */
export async function followCatalogue(following: CatalogueFollowing): Promise<void> {
  const { journal, open, logger, signal, pauseMs } = following;
  const once = async (): Promise<void> => {
    const catalogue = await open();
    try {
      await followItems(journal, catalogue, { live: true, signal });
    } finally {
      await catalogue.close();
    }
  };
  try {
    await persist(once, {
      ...{ logger, signal, what: 'follow the catalogue' },
      ...(pauseMs !== undefined && { pauseMs }),
    });
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}
