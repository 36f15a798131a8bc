/** A server or volume that a process cannot start without. */
export interface Dependency {
  /** What it is, as a person calls it: `kafka`. */
  readonly name: string;
  /** Where it is looked for, without credentials. */
  readonly where: string;
  /** What to do when it does not come up. */
  readonly remedy: string;
  /**
   * Resolves once it can be used. Throws INVALID, CONFLICT or DAMAGED where waiting would not help (a wrong number of
   * partitions, a newer schema); anything else is tried again.
   */
  connect(signal: AbortSignal): Promise<void>;
}
