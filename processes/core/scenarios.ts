import { z } from 'zod';
import { FollowedRecord } from '../../activities/followed-record.ts';
import type { KeptRecord } from '../../activities/kept-record.ts';
import type { ScenariosPort } from '../../api/scenarios-port.ts';
import { scenarioSchema } from '../../api/schema/scenarios.ts';
import type { ScenarioAnswer, ScenarioDefinition } from '../../api/schema/scenarios.ts';
import { RepriseError } from '../../events/error.ts';

/** Scenarios that an instance keeps. */
export const scenariosMax = 256;

const keptSchema = z.strictObject({
  format: z.literal(1),
  scenarios: z.array(scenarioSchema).max(scenariosMax),
});

/** The scenarios as they are kept: by name. */
export type KeptScenarios = z.infer<typeof keptSchema>;

/** Checks scenarios that were read; throws where they are none of ours. */
export function readScenarios(value: unknown): KeptScenarios {
  return keptSchema.parse(value);
}

/** The scenarios of an instance: in memory to answer by, and kept whole at every change. */
export class Scenarios implements ScenariosPort {
  readonly #kept: FollowedRecord<KeptScenarios>;
  /** Unix milliseconds. */
  readonly #clock: () => number;
  #byName: ReadonlyMap<string, ScenarioAnswer> = new Map();
  /** What `#byName` was made of. */
  #of: KeptScenarios | undefined;

  private constructor(kept: FollowedRecord<KeptScenarios>, clock: () => number) {
    this.#kept = kept;
    this.#clock = clock;
  }

  /** Reads the scenarios that are kept; none where none ever were, DAMAGED where they are none of ours. */
  static async open(record: KeptRecord<KeptScenarios>, clock: () => number): Promise<Scenarios> {
    return new Scenarios(await FollowedRecord.open(record, { format: 1, scenarios: [] }), clock);
  }

  list(): readonly ScenarioAnswer[] {
    return [...this.#known().values()];
  }

  get(name: string): ScenarioAnswer | undefined {
    return this.#known().get(name);
  }

  /** Takes what other processes changed; where their store can't be had it throws, and what was known stays. */
  refresh(): Promise<void> {
    return this.#kept.refresh();
  }

  set(name: string, definition: ScenarioDefinition): Promise<ScenarioAnswer> {
    const changedAt = new Date(Math.floor(this.#clock())).toISOString();
    const scenario = { scenario: name, definition, changedAt };
    return this.#kept.change(({ scenarios }) => {
      const others = scenarios.filter((one) => one.scenario !== name);
      if (others.length >= scenariosMax) {
        throw new RepriseError(
          'TOO_LARGE',
          `${String(scenariosMax)} scenarios are kept, the most: remove some`,
          { field: 'scenario' },
        );
      }
      return { value: kept([...others, scenario]), result: scenario };
    });
  }

  remove(name: string): Promise<boolean> {
    return this.#kept.change(({ scenarios }) => {
      const others = scenarios.filter((one) => one.scenario !== name);
      return others.length === scenarios.length
        ? { result: false }
        : { value: kept(others), result: true };
    });
  }

  #known(): ReadonlyMap<string, ScenarioAnswer> {
    const { value } = this.#kept;
    if (this.#of !== value) {
      this.#byName = new Map(value.scenarios.map((one) => [one.scenario, one]));
      this.#of = value;
    }
    return this.#byName;
  }
}

function kept(scenarios: readonly ScenarioAnswer[]): KeptScenarios {
  const sorted = scenarios.toSorted((a, b) => (a.scenario < b.scenario ? -1 : 1));
  return { format: 1, scenarios: sorted };
}
