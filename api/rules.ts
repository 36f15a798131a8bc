import { NO_RULES } from '../projections/rules/asked-rules.ts';
import type { AskedRules } from '../projections/rules/asked-rules.ts';
import { exploredItemsDefault } from '../projections/rules/exploration.ts';
import { Expression, USER_FIELDS } from '../projections/rules/expression.ts';
import type { ContextValues, ExpressionKind } from '../projections/rules/expression.ts';
import { ExpressionRefused } from '../projections/rules/expression-survey.ts';
import type { ExpressionRoot } from '../projections/rules/expression-survey.ts';
import { rotationHalfLifeSDefault } from '../projections/rules/shown-log.ts';
import type { FieldError } from './problem.ts';
import type { ScenarioDefinition } from './schema/scenarios.ts';
import { refusal } from './validation.ts';

/** Expressions that are remembered as read. */
export const readExpressionsMax = 256;

/** A number as JSON writes it. */
const NUMBER = /^-?(0|[1-9]\d{0,14})(\.\d{1,15})?$/;

/** The parameters of a request that make rules. */
export interface RuleParameters {
  readonly filter?: string | undefined;
  readonly boost?: string | undefined;
  readonly context?: Readonly<Record<string, string>> | undefined;
  readonly diversity?: number | undefined;
  readonly rotation?: number | undefined;
  readonly rotationHalfLife?: number | undefined;
  readonly explore?: number | undefined;
  readonly exploreItems?: number | undefined;
}

/** A scenario that a request names. */
export interface NamedScenario {
  readonly scenario: string;
  readonly definition: ScenarioDefinition;
}

/** Whom an answer is for: expressions may look at a user where there is one. */
export type RuleAudience = 'a user' | 'everybody';

/** Reads the rules of requests; a 400 names the parameter and the character where one is not taken. */
export class RuleReader {
  readonly #clock: (() => number) | undefined;
  readonly #part: string;
  readonly #read = new Map<string, Expression>();

  /** `clock` tells Unix milliseconds; without one there is no hour. `part` is where the parameters stand. */
  constructor(clock: (() => number) | undefined, part = 'the query') {
    this.#clock = clock;
    this.#part = part;
  }

  /**
   * The rules of a request; undefined where it has none. Of a scenario's filter and the request's own both have to hold;
   * what else the request says itself takes the place of what the scenario says.
   */
  read(
    parameters: RuleParameters,
    audience: RuleAudience,
    named?: NamedScenario,
  ): AskedRules | undefined {
    const own = parameters.filter;
    // Most requests end here: they have no rules.
    if (named === undefined && isEmpty(parameters)) return undefined;
    const overlaid = { ...named?.definition, ...withoutAbsent(parameters) };
    const { boost, diversity = 0, pinned = [], blocked = [] } = overlaid;
    const context = { ...this.#moment(), ...valuesOf(parameters.context ?? {}) };
    const read = (kind: ExpressionKind, text: string): Expression => {
      const expression = this.#expression(kind, text);
      refuseUnknown(expression, context, audience, this.#part);
      return expression;
    };
    // Read by itself first, for its faults are told by their place in it.
    if (own !== undefined) read('filter', own);
    const filter = both(named?.definition.filter, own);
    return {
      ...{ ...NO_RULES, context, diversity, pinned, blocked },
      ...(named !== undefined && { scenario: named.scenario }),
      ...rotationOf(overlaid),
      ...explorationOf(overlaid),
      ...(filter !== undefined && { filter: read('filter', filter) }),
      ...(boost !== undefined && { boost: read('boost', boost) }),
    };
  }

  #expression(kind: ExpressionKind, text: string): Expression {
    const key = `${kind} ${text}`;
    const known = this.#read.get(key);
    if (known !== undefined) return known;
    const expression = checkedExpression(kind, text, this.#part);
    if (this.#read.size >= readExpressionsMax) this.#read.clear();
    this.#read.set(key, expression);
    return expression;
  }

  /** What is known of the moment without being sent, in UTC. */
  #moment(): ContextValues {
    if (this.#clock === undefined) return {};
    const now = new Date(this.#clock());
    return { hour: now.getUTCHours(), weekday: now.getUTCDay() === 0 ? 7 : now.getUTCDay() };
  }
}

/** An expression of a part of a request, or a 400 that says where it is not taken. */
export function checkedExpression(kind: ExpressionKind, text: string, part: string): Expression {
  try {
    return new Expression(kind, text);
  } catch (error) {
    if (!(error instanceof ExpressionRefused)) throw error;
    throw refused(kind, error.message, error.at, part);
  }
}

function refuseUnknown(
  expression: Expression,
  context: ContextValues,
  audience: RuleAudience,
  part: string,
): void {
  const check = (root: ExpressionRoot, known: readonly string[], more = ''): void => {
    const name = expression.unknown(root, (one) => known.includes(one));
    if (name === undefined) return;
    const there = known.length === 0 ? 'nothing is known there' : `there are ${known.join(', ')}`;
    const at = expression.placeOf(root, name);
    throw refused(expression.kind, `names ${root}.${name}: ${there}${more}`, at, part);
  };
  check('user', audience === 'a user' ? USER_FIELDS : []);
  check('context', Object.keys(context), ', and what is sent as context.NAME');
}

function refused(field: string, why: string, at: number, part: string): Error {
  const error: FieldError = { field, reason: `${why} (at character ${String(at)})` };
  return refusal(part, [error], { at });
}

/** One filter of two, both of which have to hold. */
function both(first: string | undefined, second: string | undefined): string | undefined {
  if (first === undefined || second === undefined) return first ?? second;
  return `(${first}) && (${second})`;
}

/** Tells whether nothing of a request changes an answer. */
function isEmpty({
  filter,
  boost,
  diversity = 0,
  rotation = 0,
  explore = 0,
}: RuleParameters): boolean {
  const isPlain = diversity === 0 && rotation === 0 && explore === 0;
  return filter === undefined && boost === undefined && isPlain;
}

/** What of a scenario a request may say itself. */
type Overruled = Pick<
  ScenarioDefinition,
  'boost' | 'diversity' | 'rotation' | 'rotationHalfLife' | 'explore' | 'exploreItems'
>;

function withoutAbsent({
  boost,
  diversity,
  rotation,
  rotationHalfLife,
  explore,
  exploreItems,
}: RuleParameters): Overruled {
  return {
    ...(boost !== undefined && { boost }),
    ...(diversity !== undefined && { diversity }),
    ...(rotation !== undefined && { rotation }),
    ...(rotationHalfLife !== undefined && { rotationHalfLife }),
    ...(explore !== undefined && { explore }),
    ...(exploreItems !== undefined && { exploreItems }),
  };
}

function rotationOf({
  rotation: strength = 0,
  rotationHalfLife: halfLifeS = rotationHalfLifeSDefault,
}: Overruled): Pick<AskedRules, 'rotation'> {
  return strength === 0 ? {} : { rotation: { strength, halfLifeS } };
}

function explorationOf({
  explore: share = 0,
  exploreItems: items = exploredItemsDefault,
}: Overruled): Pick<AskedRules, 'exploration'> {
  return share === 0 ? {} : { exploration: { share, items } };
}

/** Values as they were sent: a number where it is written as one. */
function valuesOf(sent: Readonly<Record<string, string>>): ContextValues {
  return Object.fromEntries(
    Object.entries(sent).map(([name, text]) => [name, NUMBER.test(text) ? Number(text) : text]),
  );
}
