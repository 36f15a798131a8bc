import type { Draws } from './draws.ts';

/** Draws again where a negative is one of the user's own items, at most so often. */
const REDRAWS_MAX = 3;

/** The interactions of one partition by row; the weight of a negative one is below 0. */
export interface TrainingRows {
  readonly users: Uint32Array;
  readonly items: Uint32Array;
  readonly weights: Float32Array;
}

/** The distinct rows of a batch: the slot of each row, and how often it was touched. */
export class Touched {
  readonly #slots: Int32Array;
  #rows = new Uint32Array(1_024);
  #counts = new Float32Array(1_024);
  #length = 0;

  constructor(tableRows: number) {
    this.#slots = new Int32Array(tableRows).fill(-1);
  }

  /** The slot of a row, a new one where the batch has not met it. */
  slot(row: number): number {
    const known = this.#slots[row] as number;
    if (known >= 0) {
      this.#counts[known] = (this.#counts[known] as number) + 1;
      return known;
    }
    if (this.#length === this.#rows.length) this.#grow();
    const slot = this.#length;
    this.#slots[row] = slot;
    this.#rows[slot] = row;
    this.#counts[slot] = 1;
    this.#length += 1;
    return slot;
  }

  get rows(): Uint32Array {
    return this.#rows.subarray(0, this.#length);
  }

  get counts(): Float32Array {
    return this.#counts.subarray(0, this.#length);
  }

  /** Forgets the batch; costs what the batch touched. */
  clear(): void {
    for (const row of this.rows) this.#slots[row] = -1;
    this.#length = 0;
  }

  /** Copies the touched rows of a table together. */
  gather(values: Float32Array, width: number): Float32Array {
    const gathered = new Float32Array(this.#length * width);
    for (let slot = 0; slot < this.#length; slot += 1) {
      const from = (this.#rows[slot] as number) * width;
      gathered.set(values.subarray(from, from + width), slot * width);
    }
    return gathered;
  }

  #grow(): void {
    const rows = new Uint32Array(this.#rows.length * 2);
    const counts = new Float32Array(rows.length);
    rows.set(this.#rows);
    counts.set(this.#counts);
    this.#rows = rows;
    this.#counts = counts;
  }
}

/** A batch in slots: one user and 1 + negatives items an interaction, with target and weight of each pair. */
export interface Batch {
  readonly size: number;
  readonly users: Int32Array;
  readonly items: Int32Array;
  readonly targets: Float32Array;
  readonly weights: Float32Array;
}

/** Makes batches of one partition's interactions, with negatives drawn evenly over the items. */
export class BatchMaker {
  readonly touchedUsers: Touched;
  readonly touchedItems: Touched;
  readonly #rows: TrainingRows;
  readonly #itemCount: number;
  readonly #negatives: number;
  readonly #positives: UserItems;

  constructor(rows: TrainingRows, counts: { users: number; items: number }, negatives: number) {
    this.touchedUsers = new Touched(counts.users);
    this.touchedItems = new Touched(counts.items);
    this.#rows = rows;
    this.#itemCount = counts.items;
    this.#negatives = counts.items > 1 ? negatives : 0;
    this.#positives = new UserItems(rows.users, rows.items, counts.users);
  }

  /** Items a pair row of a batch. */
  get itemsPerRow(): number {
    return 1 + this.#negatives;
  }

  /** The batch of these interactions; the one before is forgotten. */
  make(order: Uint32Array, draws: Draws): Batch {
    this.touchedUsers.clear();
    this.touchedItems.clear();
    const width = this.itemsPerRow;
    const batch = {
      size: order.length,
      users: new Int32Array(order.length),
      items: new Int32Array(order.length * width),
      targets: new Float32Array(order.length * width),
      weights: new Float32Array(order.length * width),
    };
    for (let at = 0; at < order.length; at += 1) this.#place(batch, at, order[at] as number, draws);
    return batch;
  }

  #place(batch: Batch, at: number, row: number, draws: Draws): void {
    const user = this.#rows.users[row] as number;
    const item = this.#rows.items[row] as number;
    const weight = this.#rows.weights[row] as number;
    const first = at * this.itemsPerRow;
    batch.users[at] = this.touchedUsers.slot(user);
    batch.items[first] = this.touchedItems.slot(item);
    batch.targets[first] = weight > 0 ? 1 : 0;
    batch.weights[first] = Math.abs(weight);
    for (let draw = 1; draw <= this.#negatives; draw += 1) {
      // What a person disliked is one negative in itself: the pairs beside it weigh nothing.
      const negative = weight > 0 ? this.#negative(user, draws) : item;
      batch.items[first + draw] = this.touchedItems.slot(negative);
      batch.weights[first + draw] = weight > 0 ? weight : 0;
    }
  }

  #negative(user: number, draws: Draws): number {
    let item = draws.below(this.#itemCount);
    for (let tries = 0; tries < REDRAWS_MAX && this.#positives.has(user, item); tries += 1) {
      item = draws.below(this.#itemCount);
    }
    return item;
  }
}

/** Which items each user met, sorted a user, for membership by halving. */
export class UserItems {
  readonly #starts: Uint32Array;
  readonly #items: Uint32Array;

  constructor(users: Uint32Array, items: Uint32Array, userCount: number) {
    this.#starts = new Uint32Array(userCount + 1);
    for (const user of users) this.#starts[user + 1] = (this.#starts[user + 1] as number) + 1;
    for (let user = 0; user < userCount; user += 1) {
      this.#starts[user + 1] = (this.#starts[user + 1] as number) + (this.#starts[user] as number);
    }
    const next = this.#starts.slice();
    this.#items = new Uint32Array(items.length);
    for (let row = 0; row < users.length; row += 1) {
      const user = users[row] as number;
      this.#items[next[user] as number] = items[row] as number;
      next[user] = (next[user] as number) + 1;
    }
    for (let user = 0; user < userCount; user += 1) this.of(user).sort();
  }

  /** The items of a user, ascending, repeats included. */
  of(user: number): Uint32Array {
    return this.#items.subarray(this.#starts[user], this.#starts[user + 1]);
  }

  has(user: number, item: number): boolean {
    const items = this.of(user);
    let low = 0;
    let high = items.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((items[middle] as number) < item) low = middle + 1;
      else high = middle;
    }
    return items[low] === item;
  }
}
