import type { ObservedPlaces } from '../../adapters/cluster/observed-places.ts';
import type { SharedObservedEvents } from '../../adapters/cluster/observed-events.ts';
import type { PrequentialPort } from '../../api/deps.ts';
import { prequentialAnswer } from '../core/prequential-metrics.ts';
import type { PrequentialMetricsBook } from '../core/prequential-metrics.ts';
import type { Logger } from '../logger.ts';
import { pauseFor } from './servers/patience.ts';

/** How often a worker tells what it found. */
const TELL_MS = 1_000;

/** What a worker tells its places with. */
export interface ObservedTellingDeps {
  readonly observed: Pick<PrequentialMetricsBook, 'places' | 'observerOf'>;
  readonly places: Pick<ObservedPlaces, 'add'>;
  readonly events: Pick<SharedObservedEvents, 'add'>;
  readonly logger: Pick<Logger, 'warn'>;
}

/**
 * Tells every second the places that this worker found since, with the events that they are of, until the signal aborts. What cannot be told now is told
 * later, as far as it is still kept: these are figures, and no answer waits for them.
 */
export async function tellObserved(
  deps: ObservedTellingDeps,
  signal: AbortSignal,
  tellMs = TELL_MS,
): Promise<void> {
  const told = new Map<string, number>();
  while (!signal.aborted) {
    try {
      await tellNew(deps, told);
    } catch (error) {
      deps.logger.warn({ err: error }, 'telling how events were ranked: trying again');
    }
    await pauseFor(tellMs, signal);
  }
}

/** Tells what came since the last time, and notes how far that went. */
async function tellNew(
  { observed, places, events }: ObservedTellingDeps,
  told: Map<string, number>,
): Promise<void> {
  for (const [version, window] of observed.places()) {
    const { total } = window;
    const fresh = window.newest(total - (told.get(version) ?? 0));
    // Before the places: what is told again of events counts once.
    if (fresh.length > 0) {
      await events.add(version, observed.observerOf(version).events.kept().slice(-fresh.length));
    }
    await places.add(version, fresh);
    told.set(version, total);
  }
}

/** The figures of a whole cluster, from the places that its workers told. */
export function clusterPrequential(
  places: Pick<ObservedPlaces, 'newest'>,
  share: number,
): PrequentialPort {
  return {
    tell: async ({ window, model }) =>
      prequentialAnswer(share, window, await places.newest(window, model)),
  };
}
