import type { Kept, KeptRecord } from '../../activities/kept-record.ts';

/** A value that is kept in memory, and what it stands for: a server that can be away. */
export class MemoryKeptRecord<T> implements KeptRecord<T> {
  /** Thrown by whatever is asked, while it is set. */
  trouble: Error | undefined;
  /** Thrown by a write after it was done, while it is set. */
  lostAnswer: Error | undefined;
  /** Told before each write, which may then find another revision. */
  beforeWrite: () => Promise<void> = () => Promise.resolve();
  #text: string | undefined;
  #revision = 0;

  read(): Promise<Kept<T> | undefined> {
    return this.#asked(() =>
      this.#text === undefined
        ? undefined
        : { value: JSON.parse(this.#text) as T, revision: this.#revision },
    );
  }

  revision(): Promise<number> {
    return this.#asked(() => this.#revision);
  }

  async write(value: T, over: number): Promise<boolean> {
    await this.beforeWrite();
    return this.#asked(() => {
      if (over !== this.#revision) return false;
      this.#text = JSON.stringify(value);
      this.#revision += 1;
      if (this.lostAnswer !== undefined) throw this.lostAnswer;
      return true;
    });
  }

  async #asked<R>(answer: () => R): Promise<R> {
    await Promise.resolve();
    if (this.trouble !== undefined) throw this.trouble;
    return answer();
  }
}
