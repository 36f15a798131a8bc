import type { Models } from '../../api/schema/answers.ts';
import type { RunList } from '../../api/schema/listings.ts';
import type { FollowedUser, LiveSample, StreamEnd } from '../../api/schema/live.ts';
import type { TravelAnswer } from '../../api/schema/travels.ts';
import { refusalOf, requestHeaders } from './request.ts';
import { SseParser } from './sse-parser.ts';

/** What a stream tells, by the name of the event. */
export interface LiveEvents {
  readonly history: readonly LiveSample[];
  readonly sample: LiveSample;
  readonly models: Models;
  readonly runs: RunList;
  readonly user: FollowedUser;
  readonly travel: TravelAnswer;
  readonly end: StreamEnd;
}

/** What hears a stream, an ear a name. */
export type LiveEars = {
  readonly [Name in keyof LiveEvents]: (data: LiveEvents[Name]) => void;
};

/** How a stream stands. */
export type LiveStand = 'opening' | 'open' | 'broken' | 'displaced' | 'refused';

/** What a stream follows. */
export interface Followed {
  readonly user: string;
  readonly travel: string | undefined;
}

/** The longest pause before a stream that broke is opened again, milliseconds. */
export const reopenMsMax = 15_000;
const REOPEN_MS_FIRST = 500;

/**
 * Follows the instance until it is stopped. A stream that breaks is opened again after a pause that grows; one that was
 * displaced by others, or refused, is not: that is for the person to say.
 */
export function followLive(
  followed: Followed,
  ears: LiveEars,
  onStand: (stand: LiveStand) => void,
): () => void {
  const ending = new AbortController();
  void run(followed, ears, onStand, ending.signal);
  return () => {
    ending.abort();
  };
}

async function run(
  followed: Followed,
  ears: LiveEars,
  onStand: (stand: LiveStand) => void,
  signal: AbortSignal,
): Promise<void> {
  let pauseMs = REOPEN_MS_FIRST;
  while (!signal.aborted) {
    const stand = await readStream(followed, ears, signal, () => {
      pauseMs = REOPEN_MS_FIRST;
      onStand('open');
    });
    if (isOver(signal)) return;
    onStand(stand);
    if (stand !== 'broken') return;
    await pause(pauseMs, signal);
    pauseMs = Math.min(reopenMsMax, pauseMs * 2);
  }
}

/** Reads one stream to its end and tells how it ended. */
async function readStream(
  { user, travel }: Followed,
  ears: LiveEars,
  signal: AbortSignal,
  onOpen: () => void,
): Promise<LiveStand> {
  const query = new URLSearchParams();
  if (user !== '') query.set('user', user);
  if (travel !== undefined) query.set('travel', travel);
  let end: StreamEnd | undefined;
  try {
    const response = await fetch(`/v1/live?${query.toString()}`, {
      headers: requestHeaders(),
      signal,
    });
    if (!response.ok || response.body === null) {
      await refusalOf(response);
      return 'refused';
    }
    onOpen();
    const parser = new SseParser();
    const pieces = response.body.pipeThrough(new TextDecoderStream()).getReader();
    for (;;) {
      const { done, value } = await pieces.read();
      if (done) break;
      for (const { event, data } of parser.push(value)) {
        const told: unknown = JSON.parse(data);
        if (event === 'end') end = told as StreamEnd;
        if (event in ears) (ears[event as keyof LiveEars] as (data: unknown) => void)(told);
      }
    }
  } catch {
    // It broke off, and is opened again.
  }
  return end?.code === 'displaced' ? 'displaced' : 'broken';
}

/** Looks anew: the signal may have aborted since the loop looked. */
function isOver(signal: AbortSignal): boolean {
  return signal.aborted;
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
