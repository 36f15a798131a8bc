const CLASSES = 32;
const FIRST_CAPACITY = 4;

/**
 * The item rows that each user has seen, in the order seen: one pool for all users, lists of doubling capacity, and
 * freed lists reused by size, so that a million short lists cost no object each.
 */
export class SeenItems {
  #pool = new Uint32Array(1024);
  #used = 0;
  #starts = new Uint32Array(64);
  #lengths = new Uint32Array(64);
  readonly #free: number[][] = Array.from({ length: CLASSES }, () => []);

  /** Appends an item row to a user row's list. */
  add(user: number, item: number): void {
    if (user >= this.#lengths.length) this.#growUsers(user);
    const length = this.#lengths[user] ?? 0;
    if (length === 0) this.#starts[user] = this.#take(0);
    else if (isFull(length)) this.#move(user, length);
    this.#pool[(this.#starts[user] ?? 0) + length] = item;
    this.#lengths[user] = length + 1;
  }

  /** The number of items that a user has seen. */
  count(user: number): number {
    return this.#lengths[user] ?? 0;
  }

  /** The item rows of a user, oldest first: a view that the next `add` makes stale. */
  rows(user: number): Uint32Array {
    const start = this.#starts[user] ?? 0;
    return this.#pool.subarray(start, start + this.count(user));
  }

  /** Forgets what a user has seen. */
  reset(user: number): void {
    const length = this.count(user);
    if (length === 0) return;
    this.#free[orderOf(length)]?.push(this.#starts[user] ?? 0);
    this.#lengths[user] = 0;
  }

  #move(user: number, length: number): void {
    const from = this.#starts[user] ?? 0;
    const order = orderOf(length);
    const to = this.#take(order + 1);
    this.#pool.copyWithin(to, from, from + length);
    this.#free[order]?.push(from);
    this.#starts[user] = to;
  }

  #take(order: number): number {
    const reused = this.#free[order]?.pop();
    if (reused !== undefined) return reused;
    const start = this.#used;
    this.#used += FIRST_CAPACITY * 2 ** order;
    if (this.#used > this.#pool.length) {
      const pool = new Uint32Array(Math.ceil(this.#used * 1.25));
      pool.set(this.#pool.subarray(0, start));
      this.#pool = pool;
    }
    return start;
  }

  #growUsers(user: number): void {
    const size = Math.ceil((user + 1) * 1.25) + 64;
    this.#starts = grown(this.#starts, size);
    this.#lengths = grown(this.#lengths, size);
  }
}

/** Tells whether a list of this length has reached its capacity: 4, 8, 16 and so on. */
function isFull(length: number): boolean {
  return length >= FIRST_CAPACITY && (length & (length - 1)) === 0;
}

/** The size class of a list's capacity: the least k with 4·2^k ≥ length. */
function orderOf(length: number): number {
  return length <= FIRST_CAPACITY ? 0 : 32 - Math.clz32(length - 1) - 2;
}

function grown(values: Uint32Array, size: number): Uint32Array<ArrayBuffer> {
  const larger = new Uint32Array(size);
  larger.set(values);
  return larger;
}
