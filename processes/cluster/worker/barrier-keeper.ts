import { BarrierCadence } from '../../../activities/merges/barrier-cadence.ts';
import type { BarrierBounds } from '../../../activities/merges/barrier-cadence.ts';
import type { EventDoor } from '../../../events/door.ts';
import type { Journal } from '../../../events/journal.ts';
import { ORIGIN } from '../../../events/position.ts';
import type { Logger } from '../../logger.ts';
import { patientJournal } from '../servers/patient-reads.ts';
import { pauseFor } from '../servers/patience.ts';
import { RETRY_PAUSE_MS } from '../servers/persisting.ts';

/** How often it is looked whether a barrier is due. */
const BARRIER_LOOK_MS = 50;

/** What keeping barriers needs. */
export interface BarrierKeepingDeps {
  readonly journal: Pick<Journal, 'partitions' | 'head' | 'read' | 'changed'>;
  /** Where partition 0 stands while this worker holds it: one worker sets the barriers. */
  readonly first: () => { readonly barrier: number; readonly position: number } | undefined;
  /** Opens the door by which barriers are set; asked again after a failure. */
  readonly openDoor: () => Promise<Pick<EventDoor, 'appendShared'>>;
  readonly clock: () => number;
  readonly logger: Pick<Logger, 'warn'>;
  readonly bounds?: Partial<BarrierBounds>;
}

/**
 * Sets barriers while this worker holds partition 0, until the signal aborts. Two that hold it for a moment set each
 * barrier once. What fails is told, and tried again: partitions learn apart meanwhile.
 */
export async function keepBarriers(deps: BarrierKeepingDeps, signal: AbortSignal): Promise<void> {
  const { journal, first, openDoor, logger } = deps;
  if (journal.partitions < 2) return;
  let door: Pick<EventDoor, 'appendShared'> | undefined;
  const isOver = (): boolean => signal.aborted;
  while (!isOver()) {
    try {
      if (first() !== undefined) {
        door ??= await openDoor();
        await keepWhileHeld(deps, door, signal);
      }
      await pauseFor(BARRIER_LOOK_MS, signal);
    } catch (error) {
      if (isOver()) return;
      logger.warn({ err: error }, 'no barrier could be set, so partitions learn apart');
      await pauseFor(RETRY_PAUSE_MS, signal);
    }
  }
}

async function keepWhileHeld(
  deps: BarrierKeepingDeps,
  door: Pick<EventDoor, 'appendShared'>,
  signal: AbortSignal,
): Promise<void> {
  const { journal, first, clock, bounds } = deps;
  const over = new AbortController();
  const lastBarrier = (): number => first()?.barrier ?? 0;
  const cadence = new BarrierCadence({
    ...{ door, clock, lastBarrier, ...(bounds && { bounds }) },
    journal: {
      partitions: journal.partitions,
      head: (partition) => journal.head(partition),
      // A look-up here would read the keys of all partitions; a barrier that stands is found by setting it again.
      find: () => Promise.resolve(undefined),
    },
  });
  const following = followHeads(deps, AbortSignal.any([signal, over.signal]));
  following.catch((error: unknown) => over.abort(error));
  try {
    await journal.read(0, journal.head(0));
    const head = journal.head(0);
    while (!signal.aborted) {
      over.signal.throwIfAborted();
      const held = first();
      if (held === undefined) return;
      // Before that it does not know how many barriers there are.
      if (held.position >= head && journal.head(0) > ORIGIN) await cadence.look();
      await pauseFor(BARRIER_LOOK_MS, signal);
    }
  } finally {
    over.abort();
    await following;
  }
}

/** Keeps the heads of all partitions as the store has them, though other workers move some. */
async function followHeads(deps: BarrierKeepingDeps, signal: AbortSignal): Promise<void> {
  const journal = patientJournal(deps.journal, {
    signal,
    onTrouble: (error) => deps.logger.warn({ err: error }, 'waiting for what is down'),
  });
  const partitions = Array.from({ length: deps.journal.partitions }, (_, partition) => partition);
  await Promise.all(
    partitions.map(async (partition) => {
      while (!signal.aborted) await journal.changed(partition, journal.head(partition), signal);
    }),
  );
}
