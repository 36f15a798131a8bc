import { setTimeout as sleep } from 'node:timers/promises';
import { madeEvents } from '../../e2e/made-events.ts';
import type { ClusterClient } from '../client.ts';

/** What the load is. */
export interface LoadOptions {
  readonly client: ClusterClient;
  readonly eventsPerSecond: number;
  readonly requestsPerSecond: number;
}

/** Events of one post. */
const batchEvents = 25;

/** Posts and requests under way at a time: past it the load waits, for its own machine is the bottleneck. */
const inFlightMax = 256;

/** The users that are asked for; those of made events. */
const users = 41;

/** Answers that were no answer, of which the first are told. */
const toldMax = 10;

/** Clients that post events, the same ones again until they are taken, and others that ask for recommendations. */
export class Load {
  /** Ids of events that were taken. */
  readonly acknowledged = new Set<string>();
  /** Requests for recommendations, and those among them that were answered. */
  asked = 0;
  answered = 0;
  stale = 0;
  /** Posts that were not taken at their first try. */
  postsAgain = 0;
  /** What was said in the place of an answer. */
  readonly said: string[] = [];
  readonly #options: LoadOptions;
  readonly #ending = new AbortController();
  readonly #underWay = new Set<Promise<void>>();
  readonly #clients: Promise<unknown>;
  #number = 0;

  constructor(options: LoadOptions) {
    this.#options = options;
    const postsPerSecond = options.eventsPerSecond / batchEvents;
    this.#clients = Promise.all([
      this.#every(1_000 / postsPerSecond, () => this.#post()),
      this.#every(1_000 / options.requestsPerSecond, () => this.#ask()),
    ]);
  }

  /** Ends the clients; resolves when all that was sent is answered. */
  async end(): Promise<void> {
    this.#ending.abort();
    await this.#clients;
    await Promise.all(this.#underWay);
  }

  /** Does something at a rate: what came late is made up for. */
  async #every(intervalMs: number, work: () => Promise<void>): Promise<void> {
    const { signal } = this.#ending;
    let nextMs = performance.now();
    while (!signal.aborted) {
      const waitMs = nextMs - performance.now();
      if (waitMs > 0) await sleep(waitMs);
      else if (waitMs < -1_000) nextMs = performance.now();
      while (this.#underWay.size >= inFlightMax) await Promise.race(this.#underWay);
      nextMs += intervalMs;
      const done = work().finally(() => this.#underWay.delete(done));
      this.#underWay.add(done);
    }
  }

  async #post(): Promise<void> {
    const from = this.#number;
    this.#number += batchEvents;
    const events = madeEvents(from, this.#number, 'load');
    for (let tries = 0; ; tries += 1) {
      if (tries === 1) this.postsAgain += 1;
      if (await this.#isTaken(events)) break;
      // What was never taken may be lost; the end of the load is no reason to go on trying for ever.
      if (this.#ending.signal.aborted && tries > 20) return;
      await sleep(250);
    }
    for (const { id } of events) this.acknowledged.add(id);
  }

  async #isTaken(events: readonly object[]): Promise<boolean> {
    try {
      return (await this.#options.client.post('/v1/events', events)).status === 202;
    } catch {
      // The API that had it is gone: whether it sent the events on is not known.
      return false;
    }
  }

  async #ask(): Promise<void> {
    this.asked += 1;
    const user = `user-${String(this.asked % users)}`;
    try {
      const answer = await this.#options.client.get(`/v1/users/${user}/recommendations?n=10`);
      if (answer.status === 200) this.answered += 1;
      else this.#tell(`${String(answer.status)} ${answer.text.slice(0, 200)}`);
      if (answer.json['stale'] !== undefined) this.stale += 1;
    } catch (error) {
      const { cause } = error as { readonly cause?: unknown };
      this.#tell(`${String(error)} (${String(cause)})`);
    }
  }

  #tell(what: string): void {
    if (this.said.length < toldMax) this.said.push(what);
  }
}
