import type { Access, ApiDeps } from '../../api/deps.ts';
import { RepriseError } from '../../events/error.ts';
import { DayQuota } from '../access/day-quota.ts';
import { LiveKeys } from '../access/live-keys.ts';
import { optionalLimit } from '../access/request-limit.ts';
import type { ApiPlaces } from './api-host.ts';
import type { CoreParts } from './core-parts.ts';

/** Who is let in where others than the owner call, and how often. */
export interface Entrance extends Pick<ApiDeps, 'requestLimit' | 'quota'> {
  readonly access: Access;
  close(): Promise<void>;
}

/** Reads the keys and the counts of the day; throws INVALID where spaces are to be told apart and there is no key. */
export async function openEntrance(
  { clock, logger }: Pick<CoreParts, 'clock' | 'logger'>,
  places: ApiPlaces,
): Promise<Entrance> {
  const { spaces, public: place, quotaPath, requestsPerSecondMax } = places;
  const space = place !== undefined && 'space' in place ? place.space : undefined;
  const keys = await LiveKeys.open({ ...places.keys, space, clock, logger });
  try {
    if (spaces !== undefined && !keys.areAsked) {
      throw new RepriseError(
        'INVALID',
        'REPRISE_SPACES: spaces are told apart by API keys, and there is none: make one by reprise keys create --space',
      );
    }
    const quota = await DayQuota.open({ path: quotaPath, clock, logger });
    // A space asks for a key, be there none that opens it: the socket is no proof of who calls.
    const isKeyed = keys.areAsked || space !== undefined;
    return {
      access: isKeyed ? { kind: 'keys', keys, spaces: spaces?.door(keys) } : { kind: 'loopback' },
      requestLimit: optionalLimit(requestsPerSecondMax),
      quota,
      async close() {
        keys.close();
        await quota.close();
      },
    };
  } catch (error) {
    keys.close();
    throw error;
  }
}
