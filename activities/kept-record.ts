/** A value as it stands in a store. */
export interface Kept<T> {
  readonly value: T;
  /** From 1 on, one more with each change. */
  readonly revision: number;
}

/** One value that is kept durably and whole; whoever changes it says which revision they saw. */
export interface KeptRecord<T> {
  /** What stands; undefined where nothing was kept yet. Throws DAMAGED where it can't be read. */
  read(): Promise<Kept<T> | undefined>;
  /** The revision that stands, without its value; 0 where nothing was kept yet. */
  revision(): Promise<number>;
  /**
   * Keeps a value over the revision `over`, 0 for the first; resolves to true when it is durable, and to false, with
   * nothing changed, where another revision stands. Of those who write over one revision, one succeeds.
   */
  write(value: T, over: number): Promise<boolean>;
}
