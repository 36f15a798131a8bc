/** Does pieces of work one after the other, in the order in which they are given. */
export class OneAtATime {
  #last: Promise<unknown> = Promise.resolve();

  /** Does a piece of work when those before it have ended, well or not. */
  do<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#last.then(work);
    this.#last = done.catch(() => undefined);
    return done;
  }
}
