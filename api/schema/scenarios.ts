import { z } from 'zod';

import { idSchema } from './fields.ts';
import { boostSchema, diversitySchema, filterSchema, userRules } from './rules.ts';

/** Items that a scenario pins, and that it blocks. */
export const scenarioItemsMax = 100;
/** Bytes of a scenario as JSON: the ids of the answers that it shapes hold it. */
export const scenarioBytesMax = 1_536;

/** The name of a scenario. */
export const scenarioNameSchema = z
  .string()
  .regex(/^[\w.-]{1,64}$/, 'must be 1 to 64 letters, digits, dots, dashes or underscores')
  .meta({ description: 'The name of a scenario.' });

const items = z
  .array(idSchema)
  .max(scenarioItemsMax, `must name ${String(scenarioItemsMax)} items at most`)
  .readonly();

/** What a scenario bundles, as `PUT /v1/scenarios/{scenario}` takes it. */
export const scenarioDefinitionSchema = z
  .strictObject({
    filter: filterSchema.optional(),
    boost: boostSchema.optional(),
    diversity: diversitySchema.optional(),
    pinned: items.optional().meta({ description: 'Items that stand first, in this order.' }),
    blocked: items.optional().meta({ description: 'Items that are never listed.' }),
    ...userRules,
  })
  .refine(
    (definition) => Buffer.byteLength(JSON.stringify(definition)) <= scenarioBytesMax,
    `must have ${String(scenarioBytesMax)} bytes of JSON at most`,
  )
  .meta({ id: 'ScenarioDefinition' });
/** What a scenario bundles. */
export type ScenarioDefinition = z.infer<typeof scenarioDefinitionSchema>;

/** A scenario, as it is told. */
export const scenarioSchema = z
  .object({
    scenario: scenarioNameSchema,
    definition: scenarioDefinitionSchema,
    changedAt: z.iso.datetime(),
  })
  .meta({ id: 'Scenario' });
/** A scenario: its name, what it bundles, and since when. */
export type ScenarioAnswer = z.infer<typeof scenarioSchema>;

/** What `GET /v1/scenarios` answers. */
export const scenariosSchema = z
  .object({ scenarios: z.array(scenarioSchema).readonly() })
  .meta({ id: 'Scenarios' });

/** What `DELETE /v1/scenarios/{scenario}` answers. */
export const removedScenarioSchema = z
  .object({ removed: scenarioNameSchema })
  .meta({ id: 'RemovedScenario' });
