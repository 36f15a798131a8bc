import type { Surrogate } from '../../events/fact.ts';
import type { Identity, IdentityStore } from '../../events/identity.ts';
import { surrogateFromBytes } from '../../events/surrogate.ts';
import type { DeadLetter, ModelDelta } from '../../model/delta.ts';
import { NO_POPULARITY, addPopularity } from '../../model/popularity.ts';

/** Half-life of popularity in every world. */
export const HALF_LIFE_MS = 86_400_000;

interface WorldUser {
  readonly surrogate: Uint8Array;
  readonly vector: Float32Array;
  events: number;
  positives: number;
  timeMs: number;
  readonly seen: number[];
}

interface WorldItem {
  readonly id: string;
  readonly vector: Float32Array;
  bias: number;
  popularity: number;
}

/** What one event of a world does. */
export interface WorldEvent {
  readonly user: string;
  readonly item: string;
  readonly positive?: boolean;
  readonly timeMs?: number;
}

/** A surrogate that follows from the id, so that a test can name its users. */
export function surrogateOf(user: string): Uint8Array {
  const bytes = new Uint8Array(16);
  let hash = 2_166_136_261;
  for (let at = 0; at < 16; at += 1) {
    hash = Math.imul(hash ^ (user.charCodeAt(at % user.length) + at), 16_777_619) >>> 0;
    bytes[at] = hash >>> 24;
  }
  return bytes;
}

/** Identities of the users of a world: everyone whose id does not start with `nobody`. */
export const worldIdentities: Pick<IdentityStore, 'find'> = {
  find: (id) => {
    if (id.startsWith('nobody')) return Promise.resolve(undefined);
    const surrogate: Surrogate = surrogateFromBytes(surrogateOf(id));
    const identity: Identity = { id, surrogate, key: new Uint8Array(32) };
    return Promise.resolve(identity);
  },
};

/** One partition of one version, small enough to check by eye: it takes events and gives deltas as a runtime does. */
export class DeltaWorld {
  readonly version: string;
  readonly partition: number;
  readonly dimensions: number;
  readonly users = new Map<string, WorldUser>();
  readonly items = new Map<string, WorldItem>();
  readonly output: Float32Array;
  #position = -1;
  #takenAt = -1;
  #takenUsers = 0;
  #takenItems = 0;
  readonly #touchedUsers = new Set<string>();
  readonly #touchedItems = new Set<string>();
  #seen: [string, number][] = [];
  #letters: DeadLetter[] = [];
  readonly #allLetters: DeadLetter[] = [];

  constructor(options: { version?: string; partition?: number; dimensions?: number } = {}) {
    this.version = options.version ?? 'v1';
    this.partition = options.partition ?? 0;
    this.dimensions = options.dimensions ?? 4;
    this.output = new Float32Array(this.dimensions).fill(1);
  }

  /** The last sequence consumed. */
  get position(): number {
    return this.#position;
  }

  /** Consumes an event: rows appear, counters go up, the pair is seen. Vectors stay what they are set to. */
  happen(event: WorldEvent): void {
    this.#position += 1;
    const { user: id, item: itemId, positive = true, timeMs = 0 } = event;
    const user = this.user(id);
    const item = this.item(itemId);
    user.events += 1;
    user.positives += positive ? 1 : 0;
    user.timeMs = timeMs;
    if (positive) item.popularity = addPopularity(item.popularity, timeMs, 1, HALF_LIFE_MS);
    const row = [...this.items.keys()].indexOf(itemId);
    if (user.seen.includes(row)) return;
    user.seen.push(row);
    this.#seen.push([id, row]);
  }

  /** Consumes an event that the actor refuses. */
  refuse(reason: string): void {
    this.#position += 1;
    const letter = { sequence: this.#position, reason, type: 'play', item: 'x', timeMs: 0 };
    this.#letters.push(letter);
    this.#allLetters.push(letter);
  }

  /** The user, made where missing; marks it as touched. */
  user(id: string, vector?: readonly number[]): WorldUser {
    let user = this.users.get(id);
    if (user === undefined) {
      const zero = new Float32Array(this.dimensions);
      const surrogate = surrogateOf(id);
      user = { surrogate, vector: zero, events: 0, positives: 0, timeMs: 0, seen: [] };
      this.users.set(id, user);
    }
    if (vector !== undefined) user.vector.set(vector);
    this.#touchedUsers.add(id);
    return user;
  }

  /** The item, made where missing; marks it as touched. */
  item(id: string, vector?: readonly number[], bias?: number): WorldItem {
    let item = this.items.get(id);
    if (item === undefined) {
      const zero = new Float32Array(this.dimensions);
      item = { id, vector: zero, bias: 0, popularity: NO_POPULARITY };
      this.items.set(id, item);
    }
    if (vector !== undefined) item.vector.set(vector);
    if (bias !== undefined) item.bias = bias;
    this.#touchedItems.add(id);
    return item;
  }

  /** What changed since the last take. */
  take(): ModelDelta {
    const delta = this.#delta(false, [...this.#touchedUsers], [...this.#touchedItems]);
    this.#taken();
    return delta;
  }

  /** Everything, as after a restart or a promotion. */
  whole(): ModelDelta {
    const delta = this.#delta(true, [...this.users.keys()], [...this.items.keys()]);
    this.#taken();
    return delta;
  }

  #taken(): void {
    this.#takenAt = this.#position;
    this.#takenUsers = this.users.size;
    this.#takenItems = this.items.size;
    this.#touchedUsers.clear();
    this.#touchedItems.clear();
    this.#seen = [];
    this.#letters = [];
  }

  #delta(whole: boolean, userIds: readonly string[], itemIds: readonly string[]): ModelDelta {
    const allUsers = [...this.users.keys()];
    const allItems = [...this.items.keys()];
    const users = userIds.map((id) => this.users.get(id)!);
    const items = itemIds.map((id) => this.items.get(id)!);
    const newUsers = allUsers.slice(whole ? 0 : this.#takenUsers);
    const pairs = whole
      ? [...this.users].flatMap(([id, { seen }]) => seen.map((row): [string, number] => [id, row]))
      : this.#seen;
    return {
      version: this.version,
      partition: this.partition,
      from: whole ? -1 : this.#takenAt,
      to: this.#position,
      whole,
      dimensions: this.dimensions,
      output: this.output,
      userRowsBefore: whole ? 0 : this.#takenUsers,
      newUsers: Uint8Array.from(newUsers.flatMap((id) => [...this.users.get(id)!.surrogate])),
      userRows: Uint32Array.from(userIds.map((id) => allUsers.indexOf(id))),
      userVectors: Float32Array.from(users.flatMap(({ vector }) => [...vector])),
      userEvents: Uint32Array.from(users.map(({ events }) => events)),
      userPositives: Uint32Array.from(users.map(({ positives }) => positives)),
      userTimeMs: Float64Array.from(users.map(({ timeMs }) => timeMs)),
      itemRowsBefore: whole ? 0 : this.#takenItems,
      newItems: allItems.slice(whole ? 0 : this.#takenItems),
      itemRows: Uint32Array.from(itemIds.map((id) => allItems.indexOf(id))),
      itemVectors: Float32Array.from(items.flatMap(({ vector }) => [...vector])),
      itemBias: Float32Array.from(items.map(({ bias }) => bias)),
      itemPopularity: Float64Array.from(items.map(({ popularity }) => popularity)),
      seenUsers: Uint32Array.from(pairs.map(([id]) => allUsers.indexOf(id))),
      seenItems: Uint32Array.from(pairs.map(([, row]) => row)),
      deadLetters: whole ? this.#allLetters : this.#letters,
    };
  }
}
