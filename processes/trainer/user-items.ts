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
