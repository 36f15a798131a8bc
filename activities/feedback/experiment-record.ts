/** A part of the users, and what they are answered by. */
export interface ExperimentArm {
  readonly name: string;
  /** The part of the users, more than 0; the shares of all arms sum to 1. */
  readonly share: number;
  /** The scenario that answers of this arm are asked by. */
  readonly scenario?: string;
  /** The model version that answers; where one arm has one, all have. */
  readonly version?: string;
}

/** The model versions that arms of experiments name. */
export function versionsOf(records: readonly ExperimentRecord[]): readonly string[] {
  const named = records.flatMap(({ arms }) => arms.flatMap(({ version }) => version ?? []));
  return [...new Set(named)];
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

/** Checks experiments that were read; throws where they are none of ours. */
export function readExperiments(value: unknown): readonly ExperimentRecord[] {
  if (Array.isArray(value) && value.every(isExperiment)) return value;
  throw new TypeError('these are no experiments');
}

function isExperiment(value: unknown): value is ExperimentRecord {
  const { experiment, arms, effect, startedMs } = (value ?? {}) as Partial<ExperimentRecord>;
  return (
    typeof experiment === 'string' &&
    typeof effect === 'number' &&
    typeof startedMs === 'number' &&
    Array.isArray(arms) &&
    arms.every(isArm)
  );
}

function isArm(value: unknown): value is ExperimentArm {
  const { name, share } = (value ?? {}) as Partial<ExperimentArm>;
  return typeof name === 'string' && typeof share === 'number';
}
