import type { ScenarioAnswer, ScenarioDefinition } from './schema/scenarios.ts';

/** Named bundles of rules, kept durably. */
export interface ScenariosPort {
  /** Every scenario, by name. */
  list(): readonly ScenarioAnswer[];
  get(name: string): ScenarioAnswer | undefined;
  /** Defines a scenario or replaces it; resolves when it is kept. Throws TOO_LARGE where there are too many. */
  set(name: string, definition: ScenarioDefinition): Promise<ScenarioAnswer>;
  /** False where there is none of this name. */
  remove(name: string): Promise<boolean>;
}
