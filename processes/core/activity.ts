import { recentUsers } from '../../activities/recent-users.ts';
import type { RecentUserDeps } from '../../activities/recent-users.ts';
import type { ActivityPort } from '../../api/deps.ts';
import { dateOf } from './travel-port.ts';

/** Who was active last, as the API tells it, read from the end of a journal backwards. */
export function activityOf(deps: RecentUserDeps): ActivityPort {
  return {
    recentUsers: async (n) =>
      (await recentUsers(deps, n)).map(({ id, timeMs }) => ({ id, lastTime: dateOf(timeMs) })),
  };
}
