import type { Ingest } from '../../../activities/ingest/ingest.ts';
import type { TransportConsumer } from '../../../events/transport.ts';
import type { Logger } from '../../../activities/logger.ts';
import { persist } from '../servers/persisting.ts';

/** What consuming needs. */
export interface ConsumingDeps {
  /** Makes one member of the group; another one after a failure. */
  readonly createConsumer: () => TransportConsumer;
  readonly ingest: Ingest;
  readonly logger: Pick<Logger, 'warn'>;
  readonly signal: AbortSignal;
  /** The pause before another member is made. */
  readonly pauseMs?: number;
}

/** A member of the group that is made anew while the broker comes and goes. */
export interface Consuming {
  /** What it has no more, as readiness shows it. */
  awaited(): readonly string[];
  /** Resolves after the signal; rejects with what another try would not mend. */
  readonly ended: Promise<void>;
}

/** Consumes until the signal aborts, with another member of the group after every one that could not go on. */
export function consumeUntilEnd(deps: ConsumingDeps): Consuming {
  const { logger, signal, pauseMs } = deps;
  let isConsuming = false;
  const once = async (): Promise<void> => {
    isConsuming = true;
    try {
      await consumeOnce(deps);
    } finally {
      isConsuming = false;
    }
  };
  const work = persist(once, {
    ...{ logger, signal, what: 'consume from kafka' },
    ...(pauseMs !== undefined && { pauseMs }),
  });
  return {
    awaited: () => (isConsuming ? [] : ['kafka']),
    ended: work.catch((error: unknown) => {
      if (!signal.aborted) throw error;
    }),
  };
}

async function consumeOnce({ createConsumer, ingest, signal }: ConsumingDeps): Promise<void> {
  const consumer = createConsumer();
  const end = (): void => {
    // Awaited below: closing is done once.
    consumer.close().catch(() => undefined);
  };
  signal.addEventListener('abort', end, { once: true });
  try {
    await consumer.run(ingest.handle, ingest);
  } finally {
    signal.removeEventListener('abort', end);
    await consumer.close();
  }
}
