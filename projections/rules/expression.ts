import { Environment } from '@marcbachmann/cel-js';
import type { ParseResult } from '@marcbachmann/cel-js';
import { ExpressionRefused, surveyExpression } from './expression-survey.ts';
import type { ExpressionRoot, ExpressionSurvey } from './expression-survey.ts';

/** Characters of one expression. */
export const expressionCharsMax = 1_024;
/** Parts of one expression: names, values, operators and calls. */
export const expressionPartsMax = 256;
/** How deep the parts of an expression nest. */
export const expressionDepthMax = 32;
/** By how much one item may be boosted; its inverse is the least. */
export const boostMax = 1_000;

/** What an expression is for: `filter` says which items may be listed, `boost` by how much a score is multiplied. */
export type ExpressionKind = 'filter' | 'boost';

/** What is known beside the items when an expression is asked. */
export interface OuterValues {
  readonly user: UserValues;
  readonly context: ContextValues;
}

/** What an expression may ask of a user. */
export interface UserValues {
  readonly events: number;
  readonly seenItems: number;
}

/** The names that `user` has. */
export const USER_FIELDS = ['events', 'seenItems'] as const satisfies readonly (keyof UserValues)[];

/** What a caller says of the moment. */
export type ContextValues = Readonly<Record<string, string | number>>;

/** An item as expressions see it: its metadata, and its id. */
export type ItemValues = Readonly<Record<string, unknown>> & { readonly id: string };

/** The types that the value of an expression may have, as CEL names them; `dyn` is found out item by item. */
const VALUE_TYPES: Readonly<Record<ExpressionKind, readonly string[]>> = {
  filter: ['bool', 'dyn'],
  boost: ['double', 'int', 'dyn'],
};

const environment = new Environment({
  limits: {
    maxAstNodes: expressionPartsMax,
    maxDepth: expressionDepthMax,
    maxListElements: expressionPartsMax,
    maxMapEntries: 0,
    maxCallArguments: 4,
  },
})
  .registerVariable('item', 'map')
  .registerVariable('user', 'map')
  .registerVariable('context', 'map');

/** An expression in CEL over an item, a user and a context, checked and within the bounds of what it may cost. */
export class Expression {
  readonly kind: ExpressionKind;
  readonly text: string;
  readonly #survey: ExpressionSurvey;
  readonly #whole: ParseResult;
  readonly #outerParts: readonly ParseResult[];

  /** Throws {@link ExpressionRefused}. */
  constructor(kind: ExpressionKind, text: string) {
    this.kind = kind;
    this.text = text;
    this.#whole = parsed(text);
    this.#survey = surveyExpression(this.#whole.ast);
    checkType(kind, this.#whole);
    this.#outerParts = this.#survey.outerParts.map(parsed);
  }

  /** The names that are looked at, of the item, the user or the context. */
  names(root: ExpressionRoot): readonly string[] {
    return [...this.#survey.fields[root].keys()];
  }

  /** The first name that is looked at, is not among those known, and whose absence is not allowed for by `has`. */
  unknown(root: ExpressionRoot, isKnown: (name: string) => boolean): string | undefined {
    for (const [name, { isGuarded }] of this.#survey.fields[root]) {
      if (!isGuarded && !isKnown(name)) return name;
    }
    return undefined;
  }

  /** Where a name is looked at first, as a character of the text from 0. */
  placeOf(root: ExpressionRoot, name: string): number {
    return this.#survey.fields[root].get(name)?.at ?? 0;
  }

  /** What user and context come to: where it is the same, the expression says the same of every item. */
  outerKey(outer: OuterValues): string {
    if (this.#outerParts.length === 0) return '';
    return JSON.stringify(this.#outerParts.map((part) => keyOf(ask(part, outer))));
  }

  /**
   * The value for an item: of a filter 1 where it holds and 0 where not, of a boost the factor. NaN where there is no
   * value: the item lacks a field that is named, or has it of another kind.
   */
  valueOf(item: ItemValues, outer: OuterValues): number {
    // Telling so beforehand spares the error that CEL makes of it, which costs ten times the answer.
    for (const name of this.#survey.needed) if (!Object.hasOwn(item, name)) return NaN;
    const value = ask(this.#whole, { item, user: outer.user, context: outer.context });
    if (this.kind === 'filter') return typeof value === 'boolean' ? Number(value) : NaN;
    const factor = typeof value === 'bigint' ? Number(value) : value;
    if (typeof factor !== 'number' || Number.isNaN(factor)) return NaN;
    return Math.min(Math.max(factor, 1 / boostMax), boostMax);
  }
}

function parsed(text: string): ParseResult {
  if (text.length > expressionCharsMax) {
    throw new ExpressionRefused(
      `has ${String(text.length)} characters: ${String(expressionCharsMax)} are the most`,
      expressionCharsMax,
    );
  }
  try {
    return environment.parse(text);
  } catch (error) {
    throw refusedBy(error);
  }
}

function checkType(kind: ExpressionKind, whole: ParseResult): void {
  const { valid, type = '', error } = whole.check();
  if (!valid) throw refusedBy(error);
  if (VALUE_TYPES[kind].includes(type)) return;
  const wanted = kind === 'filter' ? 'true or false' : 'a number';
  throw new ExpressionRefused(`is of type ${type}: it has to say ${wanted}`, 0);
}

/** What CEL found wrong, in its own words. */
function refusedBy(error: unknown): ExpressionRefused {
  if (!(error instanceof Error)) throw error;
  const { summary, range } = error as Error & {
    readonly summary?: string;
    readonly range?: { readonly start: number };
  };
  // An error without a place is none of CEL's.
  if (summary === undefined || range === undefined) throw error;
  return new ExpressionRefused(`is no expression of CEL: ${summary}`, range.start);
}

/** The value of an expression; where it has none, the error, for what free-form values lead to is no fault of ours. */
function ask(part: ParseResult, values: OuterValues & { readonly item?: ItemValues }): unknown {
  try {
    return part(values) as unknown;
  } catch (error) {
    if (error instanceof Error) return error;
    throw error;
  }
}

/** A value as it stands in a key: values that CEL tells apart are told apart. */
function keyOf(value: unknown): unknown {
  if (value instanceof Error) return ['none'];
  if (typeof value === 'bigint') return ['int', value.toString()];
  if (typeof value === 'number') return ['double', value.toString()];
  return Array.isArray(value) ? value.map(keyOf) : [typeof value, value];
}
