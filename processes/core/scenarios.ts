import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { OneAtATime } from '../../activities/one-at-a-time.ts';
import { publishFile } from '../../adapters/published-file.ts';
import { isMissing } from '../../adapters/tensor-file.ts';
import type { ScenariosPort } from '../../api/scenarios-port.ts';
import { scenarioSchema } from '../../api/schema/scenarios.ts';
import type { ScenarioAnswer, ScenarioDefinition } from '../../api/schema/scenarios.ts';
import { hasCode, RepriseError } from '../../events/error.ts';

/** Scenarios that a data folder keeps. */
export const scenariosMax = 256;

const FILE = 'scenarios.json';

const fileSchema = z.strictObject({
  format: z.literal(1),
  scenarios: z.array(scenarioSchema).max(scenariosMax),
});

/** The scenarios of a data folder: in memory to answer by, and in a file that is written whole at every change. */
export class Scenarios implements ScenariosPort {
  readonly #path: string;
  /** Unix milliseconds. */
  readonly #clock: () => number;
  readonly #writes = new OneAtATime();
  #byName: ReadonlyMap<string, ScenarioAnswer>;

  private constructor(path: string, clock: () => number, scenarios: readonly ScenarioAnswer[]) {
    this.#path = path;
    this.#clock = clock;
    this.#byName = byName(scenarios);
  }

  /** Reads the scenarios of a data folder; none where there is no file, DAMAGED where it is none of ours. */
  static async open(folder: string, clock: () => number): Promise<Scenarios> {
    const path = join(folder, FILE);
    return new Scenarios(path, clock, await readScenarios(path));
  }

  list(): readonly ScenarioAnswer[] {
    return [...this.#byName.values()];
  }

  get(name: string): ScenarioAnswer | undefined {
    return this.#byName.get(name);
  }

  set(name: string, definition: ScenarioDefinition): Promise<ScenarioAnswer> {
    return this.#writes.do(async () => {
      if (!this.#byName.has(name) && this.#byName.size >= scenariosMax) {
        throw new RepriseError(
          'TOO_LARGE',
          `${String(scenariosMax)} scenarios are kept, the most: remove some`,
          { field: 'scenario' },
        );
      }
      const changedAt = new Date(Math.floor(this.#clock())).toISOString();
      const scenario = { scenario: name, definition, changedAt };
      await this.#keep(
        [...this.#byName.values()].filter((one) => one.scenario !== name),
        scenario,
      );
      return scenario;
    });
  }

  remove(name: string): Promise<boolean> {
    return this.#writes.do(async () => {
      if (!this.#byName.has(name)) return false;
      await this.#keep([...this.#byName.values()].filter((one) => one.scenario !== name));
      return true;
    });
  }

  /** Answers obey what is kept, never what is about to be. */
  async #keep(
    others: readonly ScenarioAnswer[],
    ...more: readonly ScenarioAnswer[]
  ): Promise<void> {
    const kept = byName([...others, ...more]);
    const scenarios = [...kept.values()];
    await publishFile(this.#path, `${JSON.stringify({ format: 1, scenarios }, undefined, 2)}\n`);
    this.#byName = kept;
  }
}

function byName(scenarios: readonly ScenarioAnswer[]): ReadonlyMap<string, ScenarioAnswer> {
  const sorted = scenarios.toSorted((a, b) => (a.scenario < b.scenario ? -1 : 1));
  return new Map(sorted.map((one) => [one.scenario, one]));
}

async function readScenarios(path: string): Promise<readonly ScenarioAnswer[]> {
  const damaged = (cause: unknown): RepriseError =>
    new RepriseError(
      'DAMAGED',
      `${path} cannot be read: restore it from a backup, or remove it to start without scenarios`,
      { path },
      cause,
    );
  try {
    const parsed = fileSchema.safeParse(JSON.parse(await readFile(path, 'utf8')));
    if (parsed.success) return parsed.data.scenarios;
    throw damaged(parsed.error);
  } catch (error) {
    if (isMissing(error)) return [];
    throw hasCode(error, 'DAMAGED') ? error : damaged(error);
  }
}
