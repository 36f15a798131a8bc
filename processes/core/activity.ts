import { itemEvents } from '../../activities/history/item-events.ts';
import { recentUsers } from '../../activities/history/recent-users.ts';
import type { RecentUserDeps } from '../../activities/history/recent-users.ts';
import type { ActivityPort } from '../../api/deps.ts';
import { dateOf } from './travel-port.ts';

/** Who was active last, and with what, as the API tells it, read from the end of a journal backwards. */
export function activityOf(deps: RecentUserDeps): ActivityPort {
  return {
    recentUsers: async (n) =>
      (await recentUsers(deps, n)).map(({ id, timeMs }) => ({ id, lastTime: dateOf(timeMs) })),
    itemEvents: async (item, eventsMax, type) => {
      const events = await itemEvents(deps, { item, eventsMax, type });
      return events.map(({ timeMs, ...event }) => ({ ...event, time: dateOf(timeMs) }));
    },
  };
}
