import { readExperiments } from '../../../activities/feedback/experiment-record.ts';
import type { ExperimentRecord } from '../../../activities/feedback/experiment-record.ts';
import { FollowedRecord } from '../../../activities/followed-record.ts';
import type { Logger } from '../../../activities/logger.ts';
import { openKeptRecord } from '../../../adapters/cluster/kept-record.ts';
import type { MongoConnection } from '../../../adapters/cluster/mongo/mongo.ts';
import { hasCode } from '../../../events/error.ts';
import { readScenarios, Scenarios } from '../../core/scenarios.ts';
import { pause } from '../servers/persisting.ts';

/** How long an API may not know what another one defined, while MongoDB answers: twice the pause between two looks. */
export const DEFINITIONS_MS_MAX = 1_000;

/** What people defined for all APIs of a cluster. */
export interface Definitions {
  readonly scenarios: Scenarios;
  readonly experiments: FollowedRecord<readonly ExperimentRecord[]>;
}

/** Where definitions are kept. */
export interface DefinitionPlace {
  readonly connection: MongoConnection;
  /** Name of the database. */
  readonly database: string;
  /** Unix milliseconds. */
  readonly clock: () => number;
}

/** Reads what is defined; throws UNAVAILABLE where MongoDB can't be had. */
export async function openDefinitions(place: DefinitionPlace): Promise<Definitions> {
  const { clock, ...where } = place;
  const scenarios = openKeptRecord({ ...where, name: 'scenarios', parse: readScenarios });
  const experiments = openKeptRecord({ ...where, name: 'experiments', parse: readExperiments });
  return {
    scenarios: await Scenarios.open(scenarios, clock),
    experiments: await FollowedRecord.open(experiments, []),
  };
}

/** What following needs. */
export interface FollowingDeps {
  readonly definitions: {
    readonly scenarios: Pick<Scenarios, 'refresh'>;
    readonly experiments: Pick<Definitions['experiments'], 'refresh'>;
  };
  readonly logger: Pick<Logger, 'warn'>;
  readonly signal: AbortSignal;
}

/** Takes what other APIs define, until the signal aborts. While MongoDB is away, what was known stays. */
export async function followDefinitions(deps: FollowingDeps): Promise<void> {
  const { definitions, logger, signal } = deps;
  let isAway = false;
  while (!signal.aborted) {
    await pause(DEFINITIONS_MS_MAX / 2, signal);
    try {
      await definitions.scenarios.refresh();
      await definitions.experiments.refresh();
      isAway = false;
    } catch (error) {
      // Damage is nothing that answers have to suffer by: they go on by what was known.
      const isOutage = hasCode(error, 'UNAVAILABLE');
      if (!isAway) logger.warn({ err: error, isOutage }, 'what is defined cannot be read');
      isAway = true;
    }
  }
}
