import { computed, effect, signal } from '@preact/signals';

import type { Models } from '../../api/schema/answers.ts';
import type { RunList } from '../../api/schema/listings.ts';
import type { FollowedUser, LiveSample } from '../../api/schema/live.ts';
import type { TravelAnswer } from '../../api/schema/travels.ts';
import { followLive } from '../wire/live-stream.ts';
import type { LiveStand } from '../wire/live-stream.ts';
import { needsKey } from '../wire/request.ts';

/** Samples that are kept: ten minutes. */
export const samplesMax = 600;

/** The figures of the last minutes, oldest first. */
export const samples = signal<readonly LiveSample[]>([]);
/** The newest figures. */
export const latest = computed(() => samples.value.at(-1));
/** The model versions, as they stand. */
export const models = signal<Models | undefined>(undefined);
/** The durable runs, as they stand. */
export const runs = signal<RunList['runs'] | undefined>(undefined);
/** How the stream stands. */
export const stand = signal<LiveStand>('opening');
/** The user whose events are followed; '' for none. */
export const followedUser = signal('');
/** The travel that is followed. */
export const followedTravel = signal<string | undefined>(undefined);
/** What was told last of the user that is followed. */
export const userNews = signal<FollowedUser | undefined>(undefined);
/** What was told last of the travel that is followed. */
export const travelNews = signal<TravelAnswer | undefined>(undefined);

const openings = signal(0);

/** Opens a stream again that was ended for others. */
export function resume(): void {
  openings.value += 1;
}

/** Follows the instance for as long as the page is open. */
export function followInstance(): void {
  effect(() => {
    if (openings.value < 0 || needsKey.value) return undefined;
    const followed = { user: followedUser.value, travel: followedTravel.value };
    return followLive(
      followed,
      {
        history: (told) => (samples.value = told.slice(-samplesMax)),
        sample: (told) => {
          if (told.at > (samples.peek().at(-1)?.at ?? 0)) {
            samples.value = [...samples.peek(), told].slice(-samplesMax);
          }
        },
        models: (told) => (models.value = told),
        runs: (told) => (runs.value = told.runs),
        user: (told) => (userNews.value = told),
        travel: (told) => (travelNews.value = told),
        end: () => undefined,
      },
      (told) => (stand.value = told),
    );
  });
}

/** Events a second over the newest samples. */
export const eventsPerSecond = computed(() => {
  const newest = samples.value.slice(-6);
  const [first, last] = [newest.at(0), newest.at(-1)];
  if (first === undefined || last === undefined || last.at <= first.at) return undefined;
  return ((last.events - first.events) / (last.at - first.at)) * 1_000;
});
