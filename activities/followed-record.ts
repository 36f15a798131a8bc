import { RepriseError } from '../events/error.ts';
import type { KeptRecord } from './kept-record.ts';
import { OneAtATime } from './one-at-a-time.ts';

/** How often a change is decided anew because others came before it. */
export const changeTriesMax = 32;

/** What becomes of a value. */
export interface Change<T, R> {
  /** The new value; absent where the old one stays. */
  readonly value?: T;
  /** What whoever asked for the change is told. */
  readonly result: R;
}

/** A kept value in memory: to answer by at any time, whatever its store does, and to change together with others. */
export class FollowedRecord<T> {
  readonly #record: KeptRecord<T>;
  readonly #empty: T;
  /** Looks and changes come one after the other, so that no older value takes the place of a newer one. */
  readonly #turns = new OneAtATime();
  #value: T;
  #revision = 0;

  private constructor(record: KeptRecord<T>, empty: T) {
    this.#record = record;
    this.#empty = empty;
    this.#value = empty;
  }

  /** Reads what is kept; `empty` stands for what never was. */
  static async open<T>(record: KeptRecord<T>, empty: T): Promise<FollowedRecord<T>> {
    const followed = new FollowedRecord(record, empty);
    await followed.#look();
    return followed;
  }

  /** The newest value that is known here. */
  get value(): T {
    return this.#value;
  }

  /** Takes what others changed. Where the store can't be had it throws, and what was known stays. */
  refresh(): Promise<void> {
    return this.#turns.do(() => this.#lookForNewer());
  }

  /**
   * Decides on the newest value and keeps what was decided; resolves when it is durable. Where another process changes
   * the value meanwhile, it is decided anew, so `decide` does nothing but decide.
   */
  change<R>(decide: (value: T) => Change<T, R> | Promise<Change<T, R>>): Promise<R> {
    return this.#turns.do(async () => {
      for (let tries = 0; tries < changeTriesMax; tries += 1) {
        await this.#lookForNewer();
        const { value, result } = await decide(this.#value);
        if (value === undefined) return result;
        if (await this.#record.write(value, this.#revision)) {
          this.#value = value;
          this.#revision += 1;
          return result;
        }
      }
      throw new RepriseError('UNAVAILABLE', 'others change the same all the time: try again');
    });
  }

  async #lookForNewer(): Promise<void> {
    if ((await this.#record.revision()) !== this.#revision) await this.#look();
  }

  async #look(): Promise<void> {
    const kept = await this.#record.read();
    this.#value = kept?.value ?? this.#empty;
    this.#revision = kept?.revision ?? 0;
  }
}
