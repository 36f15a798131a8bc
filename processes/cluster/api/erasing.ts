import type { ErasureRecord } from '../../../activities/forgetting/erasure-record.ts';
import type { Erasures } from '../../../activities/forgetting/erasures.ts';
import type { ErasuresPort } from '../../../api/deps.ts';
import type { StatusAnswer } from '../../../api/schema/answers.ts';
import type { SendingEventDoor } from '../../../events/sending-door.ts';
import { ErasureHost } from '../../core/erasure-host.ts';
import type { ApiParts } from './api-parts.ts';
import { openClusterErasures } from '../cluster-erasures.ts';
import { HiddenUsers } from './hidden-users.ts';
import { pause, persist } from '../servers/persisting.ts';
import type { RebuildAsking } from './rebuild-asking.ts';

/** How often it is looked whom other processes erase. */
const ERASED_LOOK_MS = 250;

/** How often what was cut off is gone on with. */
const RESUME_MS = 5_000;

/** What erasures of an API work on. */
export type ErasingParts = Pick<
  ApiParts,
  'stores' | 'identities' | 'config' | 'clock' | 'logger' | 'signal'
>;

/** Erasures as an API takes them in. */
export interface ClusterErasing {
  readonly port: ErasuresPort;
  /** What status says of erasures, as it was looked last: nothing where none is pending. */
  status(): Pick<StatusAnswer, 'erasures'>;
  /** Throws CONFLICT while an erasure is pending: what serves still knows users whom no replay knows. */
  refusePending(): Promise<void>;
  /** Keeps up with the erasures of all processes until the signal aborts. */
  run(): Promise<void>;
}

/** Opens erasures; resolves when whoever is being erased is not found in this process any more. */
export async function openClusterErasing(
  parts: ErasingParts,
  door: Pick<SendingEventDoor, 'appendErased'>,
  runner: RebuildAsking,
): Promise<ClusterErasing> {
  const { stores, identities, config, clock, logger, signal } = parts;
  const { records, erasures } = openClusterErasures({ config, stores, door, clock });
  const host = new ErasureHost(erasures, runner);
  const hidden = new HiddenUsers({ records, hiding: [stores.identities, identities] });
  const { dependencyWaitMsMax: waitMsMax } = config;
  const look = (): Promise<void> => hidden.look();
  await persist(look, { logger, signal, waitMsMax, what: 'look whom others erase' });
  return {
    port: {
      request: async (users, wish) => {
        try {
          return await host.request(users, wish);
        } finally {
          // Where it failed half-way, they are not found here either.
          await look().catch(() => undefined);
        }
      },
      get: (erasure) => host.get(erasure),
      list: () => host.list(),
    },
    status: () => statusOf(hidden.pending),
    refusePending: () => host.refusePending(),
    run: () => keepUp({ ...parts, hidden, erasures }, runner),
  };
}

function statusOf(pending: readonly ErasureRecord[]): Pick<StatusAnswer, 'erasures'> {
  if (pending.length === 0) return {};
  return {
    erasures: pending.map(({ erasure, state, users }) => ({ erasureId: erasure, state, users })),
  };
}

interface KeepingUp extends ErasingParts {
  readonly hidden: HiddenUsers;
  readonly erasures: Pick<Erasures, 'resume'>;
}

/** Looks whom others erase, and ends what was cut off, here or elsewhere. */
async function keepUp(
  { hidden, erasures, clock, logger, signal }: KeepingUp,
  runner: RebuildAsking,
): Promise<void> {
  let resumeMs = clock();
  let isTrouble = false;
  while (!signal.aborted) {
    try {
      await hidden.look();
      if (clock() >= resumeMs) {
        resumeMs = clock() + RESUME_MS;
        if (hidden.pending.some(({ forgotten }) => !forgotten)) await erasures.resume();
        runner.remind(hidden.pending.length > 0);
      }
      isTrouble = false;
    } catch (error) {
      if (!isTrouble) logger.warn({ err: error }, 'erasures cannot be kept up with: trying again');
      isTrouble = true;
    }
    await pause(ERASED_LOOK_MS, signal);
  }
}
