import { AliasBook } from '../../activities/versions/alias-book.ts';
import { ALIAS_PARTITION } from '../../activities/versions/aliases.ts';
import type { Aliases } from '../../activities/versions/aliases.ts';
import { openAliases } from '../../adapters/cluster/aliases.ts';
import { RepriseError } from '../../events/error.ts';
import { FIRST_VERSION } from '../core/first-version.ts';
import type { Logger } from '../logger.ts';
import { patientJournal } from './servers/patient-reads.ts';
import { pauseFor, patiently } from './servers/patience.ts';
import type { ClusterStores } from './stores.ts';

/** How long the aliases of now are waited for. */
export const ALIASES_WAIT_MS_MAX = 5_000;

const LOOK_MS = 10;

/** What following the aliases of a cluster needs. */
export interface FollowedAliasesDeps {
  readonly stores: Pick<ClusterStores, 'journal' | 'objects'>;
  readonly logger: Pick<Logger, 'warn' | 'error'>;
  /** Ends it. */
  readonly signal: AbortSignal;
}

/** The names of versions, as a process of the cluster reads them from the journal. */
export interface FollowedAliases {
  readonly book: AliasBook;
  /** True once the journal has been read to its head. */
  readonly isRead: boolean;
  /** Reads until the signal aborts; an outage is waited out, and a journal that cannot be read ends it with a line. */
  run(): Promise<void>;
  /** The names at the journal's head of now; throws UNAVAILABLE where it is not read in time. */
  now(): Promise<Aliases>;
}

/** Follows the names of versions in a process of the cluster. */
export function followAliases(deps: FollowedAliasesDeps): FollowedAliases {
  const { stores, logger, signal } = deps;
  const { journal, objects } = stores;
  const patience = {
    signal,
    onTrouble: (error: unknown) => logger.warn({ err: error }, 'the names of versions wait'),
  };
  let isRead = false;
  const book = new AliasBook({
    journal: patientJournal(journal, patience),
    store: openAliases({ objects }),
    first: FIRST_VERSION,
  });
  const seeHead = async (): Promise<number> => {
    await journal.read(ALIAS_PARTITION, journal.head(ALIAS_PARTITION));
    return journal.head(ALIAS_PARTITION);
  };
  return {
    book,
    get isRead() {
      return isRead;
    },
    async run() {
      try {
        await patiently(patience, async () => {
          await seeHead();
          await book.catchUp();
        });
        isRead = true;
        await patiently(patience, () => book.follow(signal));
      } catch (error) {
        if (signal.aborted) return;
        // Answers and learning go on as they are; only the names stand still.
        isRead = false;
        logger.error({ err: error }, 'the names of versions are followed no more');
      }
    },
    async now() {
      const head = await seeHead();
      const endMs = performance.now() + ALIASES_WAIT_MS_MAX;
      while (!isRead || book.position < head) {
        if (performance.now() > endMs || signal.aborted) {
          throw new RepriseError(
            'UNAVAILABLE',
            'the names of versions are not read from the journal yet: try again in a moment, or see the log',
          );
        }
        await pauseFor(LOOK_MS, signal);
      }
      return book.aliases;
    },
  };
}
