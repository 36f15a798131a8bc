import type { ModelDelta } from '../../model/delta.ts';

/** What a reader of deltas holds: a plain fold, to compare with the whole state. */
export class DeltaMirror {
  position: number | undefined;
  version = '';
  #users: string[] = [];
  #items: string[] = [];
  readonly #userRows = new Map<number, unknown>();
  readonly #itemRows = new Map<number, unknown>();
  readonly #seen = new Map<number, Set<number>>();
  deadLetters: unknown[] = [];

  /** Applies a delta that starts where the one before ended, or a whole one. */
  apply(delta: ModelDelta): void {
    if (delta.whole) this.#clear();
    else if (delta.from !== this.position) throw new Error(`gap: ${String(delta.from)}`);
    this.version = delta.version;
    this.position = delta.to;
    this.#addNew(delta);
    this.#applyRows(delta);
    for (const row of delta.seenReset ?? []) this.#seen.delete(row);
    delta.seenUsers.forEach((userRow, index) => {
      const seen = this.#seen.get(userRow) ?? new Set<number>();
      const item = delta.seenItems[index]!;
      if (seen.has(item)) throw new Error('a pair came twice');
      this.#seen.set(userRow, seen.add(item));
    });
    this.deadLetters.push(...delta.deadLetters);
  }

  /** All that is held, to be compared deeply. */
  content(): unknown {
    return {
      position: this.position,
      version: this.version,
      users: this.#users,
      items: this.#items,
      userRows: this.#userRows,
      itemRows: this.#itemRows,
      seen: this.#seen,
      deadLetters: this.deadLetters,
    };
  }

  #clear(): void {
    this.#users = [];
    this.#items = [];
    this.#userRows.clear();
    this.#itemRows.clear();
    this.#seen.clear();
    this.deadLetters = [];
  }

  #addNew(delta: ModelDelta): void {
    if (delta.userRowsBefore !== this.#users.length || delta.itemRowsBefore !== this.#items.length)
      throw new Error('new rows do not follow the known ones');
    for (let at = 0; at < delta.newUsers.length; at += 16) {
      this.#users.push(Buffer.from(delta.newUsers.subarray(at, at + 16)).toString('hex'));
    }
    this.#items.push(...delta.newItems);
  }

  #applyRows(delta: ModelDelta): void {
    const { dimensions } = delta;
    delta.userRows.forEach((row, index) => {
      this.#userRows.set(row, {
        vector: delta.userVectors.slice(index * dimensions, (index + 1) * dimensions),
        events: delta.userEvents[index],
        positives: delta.userPositives[index],
        timeMs: delta.userTimeMs[index],
      });
    });
    delta.itemRows.forEach((row, index) => {
      this.#itemRows.set(row, {
        vector: delta.itemVectors.slice(index * dimensions, (index + 1) * dimensions),
        bias: delta.itemBias[index],
        popularity: delta.itemPopularity[index],
      });
    });
  }
}
