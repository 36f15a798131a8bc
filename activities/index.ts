import { createBackfillActivities } from './versions/backfilling.ts';
import type { BackfillActivities, BackfillDeps } from './versions/backfilling.ts';
import { createErasingActivities } from './forgetting/erasing.ts';
import type { ErasingActivities, ErasingDeps } from './forgetting/erasing.ts';
import { createIndexingActivities } from './indexing.ts';
import type { IndexingActivities, IndexingDeps } from './indexing.ts';
import { createProvingActivities } from './replay/proving.ts';
import type { ProvingActivities, ProvingDeps } from './replay/proving.ts';
import { createQuarantineActivities } from './forgetting/quarantining.ts';
import type { QuarantineActivities, QuarantiningDeps } from './forgetting/quarantining.ts';
import { createReplayActivities } from './replay/replay.ts';
import type { ReplayActivities, ReplayDeps } from './replay/replay.ts';
import { createSchedulingActivities } from './versions/scheduling.ts';
import type { SchedulingActivities, SchedulingDeps } from './versions/scheduling.ts';
import { createTrainingActivities } from './training/training.ts';
import type { TrainingActivities, TrainingDeps } from './training/training.ts';
import { createTravelActivities } from './past/travel.ts';
import type { TravelActivities, TravelDeps } from './past/travel.ts';

/** Every activity, by the name that workflows call it by. */
export interface Activities
  extends
    ReplayActivities,
    TrainingActivities,
    IndexingActivities,
    BackfillActivities,
    ErasingActivities,
    QuarantineActivities,
    ProvingActivities,
    SchedulingActivities,
    TravelActivities {}

/** What the activities need from outside, by noun. */
export interface ActivityDeps {
  readonly replay: ReplayDeps;
  readonly training: TrainingDeps;
  readonly indexing: IndexingDeps;
  readonly backfill: BackfillDeps;
  readonly erasing: ErasingDeps;
  readonly travel: TravelDeps;
  readonly quarantining: QuarantiningDeps;
  readonly proving: ProvingDeps;
  readonly scheduling: SchedulingDeps;
}

/** Makes the side effects of the workflows over what they need from outside. */
export function createActivities(deps: ActivityDeps): Activities {
  return {
    ...createReplayActivities(deps.replay),
    ...createTrainingActivities(deps.training),
    ...createIndexingActivities(deps.indexing),
    ...createBackfillActivities(deps.backfill),
    ...createErasingActivities(deps.erasing),
    ...createTravelActivities(deps.travel),
    ...createQuarantineActivities(deps.quarantining),
    ...createProvingActivities(deps.proving),
    ...createSchedulingActivities(deps.scheduling),
  };
}
