/** A part of the users, and what they are answered by. */
export interface ExperimentArm {
  readonly name: string;
  /** The part of the users, more than 0; the shares of all arms sum to 1. */
  readonly share: number;
  /** The scenario that answers of this arm are asked by. */
  readonly scenario?: string;
}

/** An experiment: users are split into arms, and the clicks of each are compared with those of the first. */
export interface ExperimentRecord {
  readonly experiment: string;
  readonly arms: readonly ExperimentArm[];
  /** The difference of rates that the test is tuned to. */
  readonly effect: number;
  /** Unix milliseconds. */
  readonly startedMs: number;
}

/** Keeps what experiments there are, durably. */
export interface ExperimentStore {
  list(): Promise<readonly ExperimentRecord[]>;
  /** Writes all of them; resolves when they are durable. */
  write(records: readonly ExperimentRecord[]): Promise<void>;
}
