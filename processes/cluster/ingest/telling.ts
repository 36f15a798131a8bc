import { tellUntilLost } from '../../../activities/ingest/telling.ts';
import type { TellingDeps } from '../../../activities/ingest/telling.ts';
import type { Logger } from '../../../activities/logger.ts';
import { hasCode } from '../../../events/error.ts';
import type { Journal } from '../../../events/journal.ts';
import type { Partition } from '../../../events/position.ts';
import { pause } from '../servers/persisting.ts';

/** The pause before a partition that another teller holds is asked for again. */
export const toldClaimPauseMs = 5_000;

/** The pause after a server did not answer. */
const OUTAGE_PAUSE_MS = 1_000;

/** The pause after what trying again will hardly mend, such as damage. */
const FAILURE_PAUSE_MS = 60_000;

/** What telling the whole journal needs. */
export interface JournalTelling extends TellingDeps {
  readonly journal: TellingDeps['journal'] & Pick<Journal, 'partitions'>;
  readonly logger: Pick<Logger, 'warn' | 'error'>;
  readonly signal: AbortSignal;
  /** {@link toldClaimPauseMs} where absent. */
  readonly claimPauseMs?: number;
}

/** Tells every partition that no other process tells, until the signal aborts. Its failures are logged: events go in all the same. */
export async function tellJournal(telling: JournalTelling): Promise<void> {
  const { journal, places, teller, logger } = telling;
  await Promise.all(
    Array.from({ length: journal.partitions }, (_, partition) => tellOn(telling, partition)),
  );
  await places.release(teller).catch((error: unknown) => {
    logger.warn({ err: error }, 'the partitions that were told are held until their time is over');
  });
}

async function tellOn(telling: JournalTelling, partition: Partition): Promise<void> {
  const { signal, claimPauseMs = toldClaimPauseMs } = telling;
  while (!signal.aborted) {
    const waitMs = await tellUntilLost(telling, partition, signal).then(
      () => claimPauseMs,
      (error: unknown) => complain(telling, partition, error),
    );
    await pause(waitMs, signal);
  }
}

function complain({ logger }: JournalTelling, partition: Partition, err: unknown): number {
  if (hasCode(err, 'UNAVAILABLE') || hasCode(err, 'BUSY')) {
    logger.warn({ partition, err }, 'events could not be told; they are told again');
    return OUTAGE_PAUSE_MS;
  }
  logger.error({ partition, err }, 'events can not be told: see to what it names');
  return FAILURE_PAUSE_MS;
}
