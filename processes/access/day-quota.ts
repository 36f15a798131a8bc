import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { z } from 'zod';

import { publishFile } from '../../adapters/published-file.ts';
import { isMissing } from '../../adapters/tensor-file.ts';
import type { Caller } from '../../api/key-ring.ts';
import type { QuotaPort } from '../../api/quota.ts';
import { RepriseError } from '../../events/error.ts';
import type { Logger } from '../logger.ts';
import { DayCount } from './day-count.ts';

/** How long a count of requests may stand in memory alone: so much is forgotten by a process that is killed. */
export const quotaWriteMsMax = 1_000;

const fileSchema = z.strictObject({
  format: z.literal(1),
  day: z.int(),
  used: z.record(z.string(), z.int().min(0)),
});

/** Where a data folder has the requests that were counted. */
export function dayQuotaPath(data: string): string {
  return join(data, 'quotas.json');
}

/** What counts are kept with. */
export interface DayQuotaOptions {
  /** The file of counts. */
  readonly path: string;
  /** Unix milliseconds. */
  readonly clock: () => number;
  readonly logger: Pick<Logger, 'error'>;
}

/** Counts what the keys of a process are served in a day, and keeps it in a file over a restart. */
export class DayQuota implements QuotaPort {
  readonly #options: DayQuotaOptions;
  readonly #count: DayCount;
  #timer: NodeJS.Timeout | undefined;
  #writing: Promise<void> = Promise.resolve();

  private constructor(options: DayQuotaOptions, count: DayCount) {
    this.#options = options;
    this.#count = count;
  }

  /** Goes on from the counts of a file, where there is one; throws INVALID where it is none of ours. */
  static async open(options: DayQuotaOptions): Promise<DayQuota> {
    return new DayQuota(options, new DayCount(await readCounts(options.path)));
  }

  take({ name, requestsPerDayMax }: Caller): number {
    if (requestsPerDayMax === undefined) return 0;
    const waitMs = this.#count.take(name, requestsPerDayMax, this.#options.clock());
    if (waitMs === 0) this.#timer ??= setTimeout(() => void this.#write(), quotaWriteMsMax);
    return waitMs;
  }

  /** Writes what is not written yet. */
  async close(): Promise<void> {
    if (this.#timer !== undefined) await this.#write();
    await this.#writing;
  }

  #write(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const { path, logger } = this.#options;
    this.#writing = this.#writing
      .then(() => publishFile(path, `${JSON.stringify({ format: 1, ...this.#count.stand() })}\n`))
      .catch((error: unknown) => {
        // A full disk must not refuse who may ask; the counts go on in memory.
        logger.error({ err: error, path }, 'the requests of the day could not be written');
      });
    return this.#writing;
  }
}

async function readCounts(path: string): Promise<z.infer<typeof fileSchema> | undefined> {
  try {
    return fileSchema.parse(JSON.parse(await readFile(path, 'utf8')));
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw new RepriseError(
      'INVALID',
      `${path} holds no counts of requests: remove it, and they begin anew`,
      { path },
      error,
    );
  }
}
