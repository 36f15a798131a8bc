import type { DayCounts } from '../../adapters/cluster/day-counts.ts';
import { withinMs } from '../../adapters/cluster/time-bound.ts';
import type { Caller } from '../../api/key-ring.ts';
import type { QuotaPort } from '../../api/quota.ts';
import { hasCode } from '../../events/error.ts';
import type { Logger } from '../logger.ts';

/** How long a request waits for the shared count before it is counted here. */
export const QUOTA_WAIT_MS_MAX = 250;

/** The pause before a Redis that did not answer is asked again; no request waits for it meanwhile. */
const RETRY_MS = 1_000;

const DAY_MS = 86_400_000;

/** What quotas are shared with. */
export interface ClusterDayQuotaOptions {
  readonly counts: DayCounts;
  /** Unix milliseconds. */
  readonly clock: () => number;
  readonly logger: Pick<Logger, 'warn'>;
}

/** The count of a key as it is known here. */
interface Known {
  day: number;
  used: number;
  more: number;
}

/**
 * Counts what the keys of a cluster are served in a day, over all its APIs together. While Redis is away each goes on by
 * itself from the count that it heard last, and adds what it let in when Redis is back.
 */
export class ClusterDayQuota implements QuotaPort {
  readonly #options: ClusterDayQuotaOptions;
  /** By the name of the key, of which there are as many as a file of keys may hold. */
  readonly #known = new Map<string, Known>();
  #retryMs = 0;
  #isAway = false;

  constructor(options: ClusterDayQuotaOptions) {
    this.#options = options;
  }

  take({ name, requestsPerDayMax }: Caller): number | Promise<number> {
    return requestsPerDayMax === undefined ? 0 : this.#take(name, requestsPerDayMax);
  }

  async #take(name: string, most: number): Promise<number> {
    const { clock, logger } = this.#options;
    const known = this.#knownOf(name);
    if (clock() < this.#retryMs) return this.#takeHere(known, most);
    // Whoever comes while Redis is asked again counts here.
    if (this.#isAway) this.#retryMs = clock() + RETRY_MS;
    try {
      const waitMs = await this.#takeShared(name, most, known);
      this.#isAway = false;
      this.#retryMs = 0;
      return waitMs;
    } catch (error) {
      if (!hasCode(error, 'UNAVAILABLE')) throw error;
      this.#retryMs = clock() + RETRY_MS;
      if (!this.#isAway)
        logger.warn({ err: error }, 'quotas of the day are counted by this API alone');
      this.#isAway = true;
      return this.#takeHere(known, most);
    }
  }

  async #takeShared(name: string, most: number, known: Known): Promise<number> {
    const sent = { ...known };
    known.more = 0;
    try {
      const taking = this.#options.counts.take(name, most, sent);
      const late = `redis did not count within ${String(QUOTA_WAIT_MS_MAX)} ms`;
      const { day, used, waitMs } = await withinMs(QUOTA_WAIT_MS_MAX, late, taking);
      if (day > known.day) Object.assign(known, { day, used, more: 0 });
      else if (day === known.day) known.used = Math.max(known.used, used);
      return waitMs;
    } catch (error) {
      if (known.day === sent.day) known.more += sent.more;
      throw error;
    }
  }

  #takeHere(known: Known, most: number): number {
    const nowMs = this.#options.clock();
    const today = Math.floor(nowMs / DAY_MS);
    if (today > known.day) Object.assign(known, { day: today, used: 0, more: 0 });
    if (known.used + known.more >= most) return (known.day + 1) * DAY_MS - nowMs;
    known.more += 1;
    return 0;
  }

  #knownOf(name: string): Known {
    const found = this.#known.get(name);
    if (found !== undefined) return found;
    const fresh = { day: 0, used: 0, more: 0 };
    this.#known.set(name, fresh);
    return fresh;
  }
}
