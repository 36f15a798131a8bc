import { Quarantines } from '../../../activities/forgetting/quarantines.ts';
import { openQuarantines } from '../../../adapters/cluster/records.ts';
import type { QuarantinesPort } from '../../../api/deps.ts';
import type { EventDoor } from '../../../events/door.ts';
import { QuarantineHost } from '../../core/quarantine-host.ts';
import { yieldNow } from '../../core/yield-now.ts';
import { headsOfNow } from '../heads-of-now.ts';
import { liveVersion } from './api-parts.ts';
import type { ApiParts } from './api-parts.ts';
import { need } from '../need.ts';
import { pause } from '../servers/persisting.ts';
import type { RebuildAsking } from './rebuild-asking.ts';

/** How often it is looked whether a quarantine is pending. */
const LOOK_MS = 5_000;

/** What quarantines of an API work on. */
export type QuarantiningParts = Pick<
  ApiParts,
  'stores' | 'serving' | 'config' | 'clock' | 'logger' | 'signal'
>;

/** Quarantines as an API takes them in. */
export interface ClusterQuarantining {
  readonly port: QuarantinesPort;
  /** Sees to what is pending until the signal aborts. */
  run(): Promise<void>;
}

/** Opens quarantines: records that all processes share, and facts that go into every partition. */
export function openClusterQuarantining(
  parts: QuarantiningParts,
  door: Pick<EventDoor, 'appendShared'>,
  runner: RebuildAsking,
): ClusterQuarantining {
  const { stores, serving, config, clock } = parts;
  const { mongo, journal, identities, registry } = stores;
  const { database } = need(config.mongo, 'REPRISE_MONGO_URL');
  const quarantines = new Quarantines({
    store: openQuarantines({ connection: mongo, database }),
    ...{ identities, journal, clock, door, yieldNow },
  });
  const live = (): string => liveVersion(serving) ?? '';
  const host = new QuarantineHost({ quarantines, runner, registry, live });
  return {
    port: {
      request: async (request) => {
        // What others appended is known here a moment later only.
        await headsOfNow(journal);
        return host.request(request);
      },
      lift: (quarantine) => host.lift(quarantine),
      get: (quarantine) => host.get(quarantine),
      list: () => host.list(),
    },
    run: () => keepUp(parts, quarantines, runner),
  };
}

/** Asks again for what is pending; the facts of what another process was cut off at are appended first. */
async function keepUp(
  { logger, signal }: QuarantiningParts,
  quarantines: Pick<Quarantines, 'pending' | 'resume'>,
  runner: RebuildAsking,
): Promise<void> {
  const isOver = (): boolean => signal.aborted;
  let resumed = '';
  while (!signal.aborted) {
    try {
      const pending = await quarantines.pending();
      const names = pending.map(({ quarantine, state }) => `${quarantine} ${state}`).join();
      // Sent again they change nothing, but need not be sent over and over.
      if (names !== resumed && names !== '') await quarantines.resume();
      resumed = names;
      runner.remind(pending.length > 0);
    } catch (error) {
      if (!isOver()) logger.warn({ err: error }, 'quarantines cannot be kept up with');
    }
    await pause(LOOK_MS, signal);
  }
}
