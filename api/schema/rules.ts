import { z } from 'zod';

import { exploredItemsDefault } from '../../projections/rules/exploration.ts';
import { rulePoolItemsMax } from '../../projections/rules/ruled-ranking.ts';
import {
  rotationHalfLifeSDefault,
  rotationHalfLifeSMax,
  rotationHalfLifeSMin,
  rotationMax,
} from '../../projections/rules/shown-log.ts';
import { idSchema } from './fields.ts';

/** Values that one request may say of the moment. */
export const contextValuesMax = 16;
/** Characters of one of them. */
export const contextValueCharsMax = 64;

const expression = z.string().min(1, 'must not be empty');

/** Says which items an answer may list. */
export const filterSchema = expression.meta({
  description:
    'An expression in CEL that has to hold for every item listed: `item.genre == "jazz" && item.year > 1990`. It may look at `item` (what was published, and `id`), `user` (`events`, `seenItems`) and `context`.',
});

/** Says by how much an item's score is multiplied. */
export const boostSchema = expression.meta({
  description:
    'An expression in CEL whose value multiplies the score of an item: `item.genre == "jazz" ? 2.0 : 1.0`. A score below 0 is divided by it.',
});

/** What a caller says of the moment, by name. */
export const contextSchema = z
  .record(
    z.string().regex(/^[A-Za-z_]\w{0,31}$/, 'must be named by letters, digits and underscores'),
    z
      .string()
      .max(contextValueCharsMax, `must have ${String(contextValueCharsMax)} characters at most`),
  )
  .refine(
    (values) => Object.keys(values).length <= contextValuesMax,
    `must hold ${String(contextValuesMax)} values at most`,
  )
  .meta({
    description:
      'What expressions find in `context`, each as `context.NAME=VALUE` or `context[NAME]=VALUE`: a number where it is written as one, else text. `hour` (0 to 23) and `weekday` (1, Monday, to 7) in UTC are there without being sent.',
  });

/** From the best items to those that differ most from each other. */
export const diversitySchema = z.number().min(0).max(1).meta({
  description:
    'From 0, where the best items are listed, to 1, where each next one is as unlike those before it as can be (maximal marginal relevance).',
});

/** How far an answer is left to chance. */
export const exploreSchema = z.number().min(0).max(1).meta({
  description:
    'From 0 to 1: the probability with which the answer is a random choice among its best `exploreItems` items, each as likely at each place, and not the best of them. Each item then tells its `propensity`.',
});

/** What chance chooses from. */
export const exploreItemsSchema = z
  .int(`must be a whole number from 2 to ${String(rulePoolItemsMax)}`)
  .min(2, `must be from 2 to ${String(rulePoolItemsMax)}`)
  .max(rulePoolItemsMax, `must be from 2 to ${String(rulePoolItemsMax)}`)
  .meta({
    description: `The best items that chance chooses from, \`n\` at least: ${String(exploredItemsDefault)} where it is left out.`,
  });

/** How far what was shown sinks. */
export const rotationSchema = z
  .number()
  .min(0)
  .max(rotationMax, `must be at most ${String(rotationMax)}`)
  .meta({
    description: `From 0 to ${String(rotationMax)}: the share of its score that an item loses that was shown to the user just now, by an event of type \`impression\`, and that they did nothing to since.`,
  });

/** How long an impression counts. */
export const rotationHalfLifeSchema = z
  .int(
    `must be a whole number from ${String(rotationHalfLifeSMin)} to ${String(rotationHalfLifeSMax)}`,
  )
  .min(rotationHalfLifeSMin, `must be at least ${String(rotationHalfLifeSMin)} seconds`)
  .max(rotationHalfLifeSMax, `must be at most ${String(rotationHalfLifeSMax)} seconds`)
  .meta({
    description: `Seconds after which an impression counts half: ${String(rotationHalfLifeSDefault)} where it is left out.`,
  });

/** The parameters that make rules for answers to a user, beside those for any list. */
export const userRules = {
  rotation: rotationSchema.optional(),
  rotationHalfLife: rotationHalfLifeSchema.optional(),
  explore: exploreSchema.optional(),
  exploreItems: exploreItemsSchema.optional(),
};

/** The parameters of a query that make rules for any list of items. */
export const listRules = {
  filter: filterSchema.optional(),
  boost: boostSchema.optional(),
  context: contextSchema.optional(),
  diversity: diversitySchema.optional(),
};

/** What an answer says of its filter. */
export const filterReportSchema = z
  .object({
    matching: z.int().min(0).meta({
      description:
        'Items met in an event and not withdrawn that the filter holds for, seen ones among them.',
    }),
    undecided: z.int().min(0).meta({
      description:
        'Items that are left out because the filter has no value for them: they lack a field that it names, or have it of another kind.',
    }),
  })
  .meta({ id: 'FilterReport' });

/** The rules of an answer that was given. */
export const answeredRulesSchema = z
  .object({
    scenario: z.string().optional(),
    filter: z.string().optional(),
    boost: z.string().optional(),
    diversity: z.number().optional(),
    pinned: z.array(idSchema).readonly().optional(),
    blocked: z.array(idSchema).readonly().optional(),
    rotation: z.number().optional(),
    rotationHalfLife: z.int().optional(),
    explore: z.number().optional(),
    exploreItems: z.int().optional(),
    context: z
      .record(z.string(), z.union([z.string(), z.number()]))
      .optional()
      .meta({ description: 'What the expressions looked at of the context.' }),
  })
  .meta({ id: 'AnsweredRules' });
