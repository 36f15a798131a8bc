import type { ScenariosPort } from '../../api/scenarios-port.ts';
import type { ScenarioAnswer } from '../../api/schema/scenarios.ts';

/** Scenarios that are kept nowhere. */
export function memoryScenarios(...there: readonly ScenarioAnswer[]): ScenariosPort {
  const kept = new Map(there.map((one) => [one.scenario, one]));
  return {
    list: () => [...kept.values()],
    get: (name) => kept.get(name),
    set: (name, definition) => {
      const scenario = { scenario: name, definition, changedAt: '2026-01-01T00:00:00.000Z' };
      kept.set(name, scenario);
      return Promise.resolve(scenario);
    },
    remove: (name) => Promise.resolve(kept.delete(name)),
  };
}
