import { setTimeout as sleep } from 'node:timers/promises';

import type { StatusAnswer } from '../../api/schema/answers.ts';
import type { Catalogue } from '../simulator/catalogue.ts';
import { createCatalogue, DEMO_ITEMS } from '../simulator/catalogue.ts';
import { Listening } from '../simulator/listening.ts';
import { isPublished, publishCatalogue } from './catalogue-publisher.ts';
import type { HttpClient } from './http-client.ts';
import { EventSender } from './send-events.ts';
import { grouped } from './table.ts';

/** Fixes the demo's tracks and tastes, so that every start goes on in the same world. */
const worldSeed = 1;
const listeners = 500;
/** Events of the past that a fresh instance learns first, and the time between two of them. */
const pastEvents = 5_000;
const pastIntervalMs = 20_000;
const ratePerSecond = 50;
const tickMs = 200;
/** Events that one tick sends at most; after a pause the rest of what was due is left out. */
const tickEventsMax = 1_000;
/** A listener's taste changes quickly enough to be watched. */
const driftMs = 600_000;
/** How long the demo waits after a failure. */
const pauseMs = 2_000;

/** What the demo needs. */
export interface DemoDeps {
  readonly http: HttpClient;
  readonly clock: () => number;
  readonly signal: AbortSignal;
  readonly say: (line: string) => void;
}

/** How the demo was asked for: undefined streams only where nothing but the demo's own events would be touched. */
export type DemoWish = boolean | undefined;

/**
 * Streams simulated listeners into the instance until the signal aborts; a fresh instance gets the catalogue and
 * some past first. Resolves at once, saying why, where the data folder holds other events.
 */
export async function runDemo(deps: DemoDeps, wish: DemoWish): Promise<void> {
  if (wish === false) return;
  const catalogue = createCatalogue(worldSeed, DEMO_ITEMS);
  const fresh = await isFresh(deps.http);
  if (!fresh && wish !== true && !(await isOurs(deps.http, catalogue))) {
    deps.say(
      'demo       off: the data folder holds other events (--demo streams into it all the same)',
    );
    return;
  }
  await keepTrying(deps, () => prepare(deps, catalogue, fresh));
  deps.say(
    `demo       ${grouped(listeners)} listeners, ${String(ratePerSecond)} events/s (--no-demo leaves it out)`,
  );
  await stream(deps, listening(catalogue, deps.clock(), 1_000 / ratePerSecond));
}

async function isFresh(http: HttpClient): Promise<boolean> {
  const status = await http.json<StatusAnswer>('GET', '/v1/status');
  return status.journal.heads.every((head) => head.endsWith(':-1'));
}

/** An instance that a demo ran on before has the first item of its catalogue. */
async function isOurs(http: HttpClient, catalogue: Catalogue): Promise<boolean> {
  const [first] = catalogue.items;
  return first !== undefined && (await isPublished(http, first));
}

function listening(catalogue: Catalogue, startMs: number, intervalMs: number): Listening {
  return new Listening({
    catalogue,
    listeners,
    worldSeed,
    seed: startMs % 4_294_967_296,
    startMs,
    intervalMs,
    driftMs,
    idPrefix: `demo-${String(startMs)}`,
  });
}

async function prepare(deps: DemoDeps, catalogue: Catalogue, fresh: boolean): Promise<void> {
  if (fresh) {
    const startMs = deps.clock() - pastEvents * pastIntervalMs;
    const past = listening(catalogue, startMs, pastIntervalMs);
    const events = Array.from({ length: pastEvents }, (_, number) => past.event(number));
    await new EventSender(deps.http, deps.signal).send(events);
  }
  const published = await publishCatalogue(deps.http, catalogue, deps.signal);
  if (published > 0) deps.say(`demo       ${grouped(published)} invented tracks published`);
}

async function stream(deps: DemoDeps, source: Listening): Promise<void> {
  const sender = new EventSender(deps.http, deps.signal);
  const startedMs = deps.clock();
  let sent = 0;
  while (!deps.signal.aborted) {
    await pause(tickMs, deps.signal);
    const due = Math.floor(((deps.clock() - startedMs) / 1_000) * ratePerSecond);
    const from = Math.max(sent, due - tickEventsMax);
    const numbers = Array.from({ length: Math.max(0, due - from) }, (_, i) => from + i);
    if (numbers.length === 0) continue;
    await keepTrying(deps, () => sender.send(numbers.map((number) => source.event(number))));
    sent = due;
  }
}

/** Repeats a step until it works or the instance ends; says so once. */
async function keepTrying(deps: DemoDeps, step: () => Promise<unknown>): Promise<void> {
  for (let said = false; !deps.signal.aborted; said = true) {
    try {
      await step();
      return;
    } catch (error) {
      if (isOver(deps.signal)) return;
      const reason = error instanceof Error ? error.message : String(error);
      if (!said) deps.say(`demo       waits: ${reason}`);
      await pause(pauseMs, deps.signal);
    }
  }
}

/** Looks anew: the signal may have aborted since the loop looked. */
function isOver(signal: AbortSignal): boolean {
  return signal.aborted;
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal }).catch(() => undefined);
}
