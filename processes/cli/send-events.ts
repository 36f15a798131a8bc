import { setTimeout as sleep } from 'node:timers/promises';

import { RepriseError } from '../../events/error.ts';
import type { ImportedEvent } from '../imports/imported-event.ts';
import type { Sent } from '../imports/import-run.ts';
import { ApiRefusal } from './http-client.ts';
import type { HttpClient } from './http-client.ts';

/** Rows that a run lets the API refuse one by one; past it the input is taken for something else altogether. */
export const refusedEventsMax = 1_000;
/** Events refused from the first on, none let in, after which a run gives up: a wrong `--type`, for example. */
export const refusedFromStartMax = 20;
/** How often a request is sent again while the API is not available, and how long it waits in between. */
export const unavailableRetriesMax = 20;
const retryAfterMs = 1_000;

interface Accepted {
  readonly accepted: number;
  readonly duplicates: number;
}

/** Sends events over the API in order, works around those that it refuses, waits while it is not available. */
export class EventSender {
  readonly #http: HttpClient;
  readonly #signal: AbortSignal;
  #refused = 0;
  #anyTaken = false;

  constructor(http: HttpClient, signal: AbortSignal) {
    this.#http = http;
    this.#signal = signal;
  }

  /** Sends a batch; events that are refused for what they say are left out and reported by their index. */
  async send(events: readonly ImportedEvent[]): Promise<Sent> {
    const lines = events.map(eventLine);
    const refused: { index: number; reason: string }[] = [];
    let accepted = 0;
    let duplicates = 0;
    let from = 0;
    let to = lines.length;
    while (from < to) {
      const outcome = await this.#post(lines.slice(from, to));
      if ('accepted' in outcome) {
        accepted += outcome.accepted;
        duplicates += outcome.duplicates;
        from = to;
        to = lines.length;
      } else if (outcome.index === 0) {
        refused.push({ index: from, reason: outcome.reason });
        this.#countRefused(outcome.reason);
        from += 1;
        to = lines.length;
      } else {
        // What stands before the refused event goes in alone, and the refused one is then the first.
        to = from + outcome.index;
      }
    }
    return { accepted, duplicates, refused };
  }

  async #post(lines: readonly string[]): Promise<Accepted | { index: number; reason: string }> {
    for (let retry = 0; ; retry += 1) {
      try {
        const options = { ndjson: lines.join('\n'), signal: this.#signal };
        const answer = await this.#http.json<Accepted>('POST', '/v1/events', options);
        this.#anyTaken = true;
        return answer;
      } catch (error) {
        const refusal = refusedIndex(error);
        if (refusal !== undefined && refusal.index < lines.length) return refusal;
        const again = error instanceof ApiRefusal && [429, 503].includes(error.status);
        if (!again || retry >= unavailableRetriesMax) throw error;
        await sleep(retryAfterMs, undefined, { signal: this.#signal });
      }
    }
  }

  #countRefused(reason: string): void {
    this.#refused += 1;
    const max = this.#anyTaken ? refusedEventsMax : refusedFromStartMax;
    if (this.#refused < max) return;
    throw new RepriseError(
      'INVALID',
      `${String(this.#refused)} events were refused, the last because ${reason}`,
    );
  }
}

function eventLine(event: ImportedEvent): string {
  return JSON.stringify({ ...event, time: new Date(event.time).toISOString() });
}

/** Which event of a request was refused for what it says; undefined for any other failure. */
function refusedIndex(error: unknown): { index: number; reason: string } | undefined {
  if (!(error instanceof ApiRefusal) || ![400, 422].includes(error.status)) return undefined;
  const [first] = error.refused;
  if (first === undefined) return undefined;
  const indexed = /^\[(\d+)\]\.?(.*)$/.exec(first.field);
  const field = indexed?.[2] ?? first.field;
  const index = first.line === undefined ? Number(indexed?.[1] ?? Number.NaN) : first.line - 1;
  if (Number.isNaN(index)) return undefined;
  // The door names the event by its place in the request, which means nothing to the reader of a file.
  const reason = first.reason.replace(/^event \d+: /, '');
  return { index, reason: reason.startsWith(`${field} `) ? reason : `${field} ${reason}` };
}
