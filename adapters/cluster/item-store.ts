import { randomUUID } from 'node:crypto';
import type { ItemPublished } from '../../events/fact.ts';
import { ORIGIN, sequence } from '../../events/position.ts';
import type { Sequence } from '../../events/position.ts';
import type { ItemMetadata } from '../../projections/items.ts';
import type { RedisLink } from './redis/redis.ts';
import { RedisScript } from './redis/redis-script.ts';

const SCAN_ITEMS = 1_000;

/**
 * Says which generation the content is of and where it stands, first dropping what is there in parts: content and
 * position are only worth anything together.
 */
const SETTLE = `
local items, state = KEYS[1], KEYS[2]
local held = redis.call('HMGET', state, 'generation', 'position', 'count')
local count = redis.call('HLEN', items)
if (held[1] or count > 0) and tonumber(held[3] or -1) ~= count then
  redis.call('DEL', items, state)
  held = {false, false, false}
end
local generation, position = held[1] or '', held[2] or '-1'
`;

const LOOK = new RedisScript(`${SETTLE} return {generation, position}`);

/**
 * Stores facts and position at once, where the content is the writer's generation and nothing that the writer knows of
 * is missing from it. What it holds already changes nothing.
 */
const STORE = new RedisScript(`${SETTLE}
local known, saved, to, fresh = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3]), ARGV[4]
if generation ~= known or tonumber(position) < saved then return {'lost'} end
if tonumber(position) >= to then return {generation} end
if generation == '' then generation = fresh end
for at = 5, #ARGV, 2 do redis.call('HSET', items, ARGV[at], ARGV[at + 1]) end
redis.call('HSET', state, 'generation', generation, 'position', ARGV[3],
  'count', redis.call('HLEN', items))
return {generation}
`);

const READ = new RedisScript(`${SETTLE} return redis.call('HGET', items, ARGV[1])`);

/** Which content a store holds, and up to where; the generation is empty where there is none. */
export interface StoredItems {
  readonly generation: string;
  readonly position: Sequence;
}

/** Items' metadata in Redis: a hash, and beside it position, generation and count, which only move together with it. */
export class ItemStore {
  readonly #link: RedisLink;
  readonly #keys: readonly [string, string];

  constructor(link: RedisLink) {
    this.#link = link;
    this.#keys = [`${link.prefix}{items}`, `${link.prefix}{items}:state`];
  }

  /** Tells what is there. */
  async look(): Promise<StoredItems> {
    const reply = await this.#link.run((redis) => LOOK.run(redis, this.#keys, []));
    const [generation, position] = reply as [string, string];
    return { generation, position: sequence(Number(position)) };
  }

  /**
   * Stores facts and the position after them; returns the generation, or undefined where what the writer knew of is
   * gone: another generation than `known`, or one that stands before `saved`.
   */
  async store(
    known: string,
    saved: Sequence,
    facts: readonly ItemPublished[],
    to: Sequence,
  ): Promise<string | undefined> {
    const fields = facts.flatMap(({ item, metadata }) => [item, JSON.stringify(metadata)]);
    const args = [known, saved, to, randomUUID(), ...fields];
    const reply = await this.#link.run((redis) => STORE.run(redis, this.#keys, args));
    const [outcome] = reply as [string];
    return outcome === 'lost' ? undefined : outcome;
  }

  /** An item's metadata; null where it was withdrawn, undefined where it is not there. */
  async read(item: string): Promise<ItemMetadata | null | undefined> {
    const stored = await this.#link.run((redis) => READ.run(redis, this.#keys, [item]));
    return typeof stored === 'string' ? metadataOf(stored) : undefined;
  }

  /** Every item, a page at a time; one that is published meanwhile may come too. */
  async *all(): AsyncGenerator<readonly [string, ItemMetadata | null]> {
    let cursor = '0';
    do {
      const from = cursor;
      const [next, fields] = await this.#link.run((redis) =>
        redis.hscan(this.#keys[0], from, 'COUNT', SCAN_ITEMS),
      );
      for (let at = 0; at + 1 < fields.length; at += 2) {
        yield [fields[at] ?? '', metadataOf(fields[at + 1] ?? 'null')];
      }
      cursor = next;
    } while (cursor !== '0');
  }

  /** Removes everything. */
  async drop(): Promise<void> {
    await this.#link.run((redis) => redis.del(...this.#keys));
  }
}

/** Where a store stands that holds nothing. */
export const NOTHING_STORED: StoredItems = { generation: '', position: ORIGIN };

function metadataOf(stored: string): ItemMetadata | null {
  return JSON.parse(stored) as ItemMetadata | null;
}
