import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as pauseFor } from 'node:timers/promises';

import { furthestOf, formatPosition } from '../events/position.ts';
import type { Position } from '../events/position.ts';
import type { ApiDeps } from './deps.ts';
import { problemOf } from './failure.ts';
import type { LiveStreams } from './live-streams.ts';
import { eventFrame } from './sse.ts';
import { readToldPage } from './told-page.ts';
import type { ToldText } from './told-page.ts';

/** The events that a stream reads at a time. */
export const toldStreamEventsMax = 100;
/** How long a stream waits for a reader that takes nothing before it is cut off. */
export const toldDrainMsMax = 30_000;
/** How often a stream at the end of now looks for more. */
export const TOLD_PAUSE_MS = 500;

/** What a stream of told events is made with. */
export interface ToldStreaming {
  readonly deps: Pick<ApiDeps, 'maintenance' | 'logger' | 'newRequestId'>;
  readonly streams: LiveStreams;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly after: readonly Position[];
  /** {@link TOLD_PAUSE_MS} where absent. */
  readonly pauseMs?: number;
}

/**
 * Tells what comes after some positions as server-sent events named `told`, none left out, until the stream ends. The id of
 * each is what to go on after: the furthest position of every partition, between commas.
 */
export async function streamTold(streaming: ToldStreaming): Promise<void> {
  const { deps, streams, request, response, after, pauseMs = TOLD_PAUSE_MS } = streaming;
  const signal = streams.hold(response);
  const isOver = (): boolean => signal.aborted;
  let places = after;
  try {
    while (!signal.aborted) {
      const page = await readToldPage(deps.maintenance.tellEvents(places), toldStreamEventsMax);
      for (const told of page) {
        if (isOver()) return;
        places = placesPast(places, told);
        if (!response.write(frameOf(told, places))) await drained(response, signal);
      }
      if (page.length === 0) await pause(pauseMs, signal);
    }
  } catch (error) {
    if (isOver()) return;
    response.end(eventFrame('problem', problemOf(deps, request, error).document));
  }
}

function placesPast(places: readonly Position[], { position }: ToldText): readonly Position[] {
  return furthestOf([...places.map(formatPosition), position]);
}

function frameOf({ text }: ToldText, places: readonly Position[]): string {
  return `event: told\nid: ${places.map(formatPosition).join()}\ndata: ${text}\n\n`;
}

/** Waits for a slow reader, and cuts off one that takes nothing. */
async function drained(response: ServerResponse, signal: AbortSignal): Promise<void> {
  const waiting = new AbortController();
  const isTaken = new Promise<boolean>((resolve) => {
    const taken = (): void => {
      resolve(true);
    };
    response.once('drain', taken);
    response.once('close', taken);
    signal.addEventListener('abort', taken, { once: true });
  });
  const isLate = pause(toldDrainMsMax, waiting.signal).then(() => false);
  if (!(await Promise.race([isTaken, isLate]))) response.destroy();
  waiting.abort();
}

async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  await pauseFor(milliseconds, undefined, { signal }).catch(() => undefined);
}
