import { beating } from '../beating.ts';

/** The runs that a schedule starts anew each time. */
export type PlannedKind = 'training' | 'index';

/** A run as it is to be started. */
export interface PlannedRun {
  /** The workflow's type. */
  readonly type: string;
  readonly workflowId: string;
  readonly input: Readonly<Record<string, unknown>>;
  /** The version that it is about, where it makes one. */
  readonly version: string | null;
  readonly summary: string;
}

/** On what a shadow is promoted by itself. */
export interface PolicyGate {
  readonly metric: 'recall10' | 'mrr10';
  /** Events that both versions have to be tested on. */
  readonly eventsMin: number;
}

/** What a promotion policy did. */
export interface PolicyOutcome {
  readonly promoted: boolean;
  /** The shadow; null where there is none. */
  readonly version: string | null;
  /** Why it was promoted or not, as a sentence. */
  readonly why: string;
  /** Where `ModelPromoted` stands, `"0:1234"` each. */
  readonly positions: readonly string[];
}

/** What the activities of schedules need from outside. */
export interface SchedulingDeps {
  /** Names a run and gathers what it is asked; throws where it could not run here. */
  readonly plan: (kind: PlannedKind) => Promise<PlannedRun>;
  readonly promoteShadow: (gate: PolicyGate) => Promise<PolicyOutcome>;
}

/** The side effects of scheduled runs. */
export interface SchedulingActivities {
  /** Names the next run of a kind, and tells what it is asked. */
  planRun(input: { readonly kind: PlannedKind }): Promise<PlannedRun>;
  /** Makes the shadow live where it is shown to be better; says why not where it is not. */
  promoteIfBetter(gate: PolicyGate): Promise<PolicyOutcome>;
}

/** Makes the activities of scheduled runs. */
export function createSchedulingActivities(deps: SchedulingDeps): SchedulingActivities {
  return {
    planRun: ({ kind }) => beating<undefined, PlannedRun>(() => deps.plan(kind)),
    promoteIfBetter: (gate) => beating<undefined, PolicyOutcome>(() => deps.promoteShadow(gate)),
  };
}
