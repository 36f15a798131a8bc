import type { MergeName } from '../../../activities/merges/merge-store.ts';
import { hasCode } from '../../../events/error.ts';
import type { Contribution } from '../../../model/merge.ts';
import { contributionBytes, contributionFrom, folderOf } from '../contributions.ts';
import type { Contributions, OnDamaged, SharedContributions } from '../contributions.ts';
import type { RedisLink } from './redis.ts';

/** The largest contribution that waits in Redis; a larger one waits among the shared objects. */
export const redisContributionBytesMax = 4_194_304;

/** How long contributions wait in Redis: by then they were merged, or they are derived again. */
export const redisContributionMsMax = 3_600_000;

/**
 * Keeps contributions in Redis: several barriers a second cost a command each there, and dozens of file calls in a
 * folder. What Redis loses comes again from whoever contributed, or is derived.
 */
export class RedisContributions implements Contributions {
  readonly #link: RedisLink;
  readonly #large: SharedContributions;
  readonly #onDamaged: OnDamaged;

  constructor(link: RedisLink, large: SharedContributions, onDamaged: OnDamaged) {
    this.#link = link;
    this.#large = large;
    this.#onDamaged = onDamaged;
  }

  async put(contribution: Contribution): Promise<ReadonlySet<number>> {
    const bytes = contributionBytes(contribution);
    const isLarge = bytes.length > redisContributionBytesMax;
    if (isLarge) await this.#large.put(contribution);
    const key = this.#keyOf(contribution);
    const { partition } = contribution;
    const replies = await this.#link.run((redis) =>
      redis
        .multi()
        .hset(key, String(partition), isLarge ? '' : bytes)
        .pexpire(key, redisContributionMsMax)
        .hkeys(key)
        .exec(),
    );
    return partitionsOf(replies?.at(-1)?.[1]);
  }

  async partitions(name: MergeName): Promise<ReadonlySet<number>> {
    return partitionsOf(await this.#link.run((redis) => redis.hkeys(this.#keyOf(name))));
  }

  async read(name: MergeName, partition: number): Promise<Contribution | undefined> {
    const [key, field] = [this.#keyOf(name), String(partition)];
    const bytes = await this.#link.run((redis) => redis.hgetBuffer(key, field));
    if (bytes === null) return undefined;
    if (bytes.length === 0) return this.#large.read(name, partition);
    try {
      return await contributionFrom(new Uint8Array(bytes), name, partition);
    } catch (error) {
      if (!hasCode(error, 'DAMAGED')) throw error;
      this.#onDamaged(`${key} ${field}`, error.message);
      await this.#link.run((redis) => redis.hdel(key, field));
      return undefined;
    }
  }

  async drop(name: MergeName): Promise<void> {
    await this.#large.drop(name);
    await this.#link.run((redis) => redis.del(this.#keyOf(name)));
  }

  #keyOf(name: MergeName): string {
    return `${this.#link.prefix}${folderOf(name)}contributions`;
  }
}

function partitionsOf(fields: unknown): ReadonlySet<number> {
  return new Set(Array.isArray(fields) ? fields.map(Number) : []);
}
