import { RepriseError } from '../../events/error.ts';
import { sequence } from '../../events/position.ts';
import type { Position } from '../../events/position.ts';
import { Expression } from './expression.ts';
import type { ContextValues } from './expression.ts';
import type { Exploration } from './exploration.ts';
import type { Rotation } from './shown-log.ts';

/** Bytes of the rules of one answer as they stand in its id. */
export const answerRulesBytesMax = 2_048;

/** What an answer is asked to obey beside the learner. */
export interface AskedRules {
  readonly filter?: Expression;
  readonly boost?: Expression;
  /** What the caller says of the moment. */
  readonly context: ContextValues;
  /** From 0, where the best items are listed, to 1, where those are that differ most from each other. */
  readonly diversity: number;
  /** Items that stand first, in this order. */
  readonly pinned: readonly string[];
  /** Items that are never listed. */
  readonly blocked: readonly string[];
  /** How far what the user was shown lately sinks. */
  readonly rotation?: Rotation;
  /** How far the answer is left to chance. */
  readonly exploration?: Exploration;
  /** The scenario that bundled some of these. */
  readonly scenario?: string;
}

/** No rules at all, to be added to. */
export const NO_RULES: AskedRules = { context: {}, diversity: 0, pinned: [], blocked: [] };

/** The rules of an answer as text, without those that change nothing. */
export interface RuleTexts {
  readonly scenario?: string;
  readonly filter?: string;
  readonly boost?: string;
  readonly diversity?: number;
  readonly pinned?: readonly string[];
  readonly blocked?: readonly string[];
  readonly rotation?: number;
  readonly rotationHalfLife?: number;
  readonly explore?: number;
  readonly exploreItems?: number;
  /** What the expressions looked at of the context. */
  readonly context?: ContextValues;
}

/** Where an answer under rules was made, beside the positions that it was read at. */
export interface RulesPlace {
  /** Up to where publications were known. */
  readonly catalogue: Position;
  /** Where the asker's own partition stood, whether or not the answer was read there. */
  readonly own: Position;
}

/** The rules that an answer was made by, and where; older ids do not tell the own place. */
export interface AnsweredRules extends Omit<RulesPlace, 'own'> {
  readonly rules: AskedRules;
  readonly own?: Position;
}

/** What is written: as short as can be, for it stands in every id. */
interface Written {
  readonly s?: string;
  readonly f?: string;
  readonly b?: string;
  readonly d?: number;
  readonly p?: readonly string[];
  readonly x?: readonly string[];
  readonly c?: ContextValues;
  /** Strength and half-life of a rotation. */
  readonly r?: readonly [number, number];
  /** Share, items and seed of an exploration. */
  readonly e?: readonly [number, number, string];
  /** Partition and sequence of the catalogue. */
  readonly k: readonly [number, number];
  /** Partition and sequence of the asker's own place. */
  readonly o?: readonly [number, number];
}

/** Rules as text, to be told and written. */
export function textsOf(rules: AskedRules): RuleTexts {
  const { scenario, filter, boost, diversity, pinned, blocked, rotation, exploration } = rules;
  const context = lookedAt(rules);
  return {
    ...(scenario !== undefined && { scenario }),
    ...(filter !== undefined && { filter: filter.text }),
    ...(boost !== undefined && { boost: boost.text }),
    ...(diversity > 0 && { diversity }),
    ...(pinned.length > 0 && { pinned }),
    ...(blocked.length > 0 && { blocked }),
    ...(rotation && { rotation: rotation.strength, rotationHalfLife: rotation.halfLifeS }),
    ...(exploration && { explore: exploration.share, exploreItems: exploration.items }),
    ...(Object.keys(context).length > 0 && { context }),
  };
}

/** Writes rules and places as they stand in an answer's id; throws INVALID past the bound. */
export function encodeRules(rules: AskedRules, { catalogue, own }: RulesPlace): string {
  const { scenario: s, filter: f, boost: b, diversity: d, ...texts } = textsOf(rules);
  const { pinned: p, blocked: x, context: c } = texts;
  const { rotation, exploration } = rules;
  const r = rotation && [rotation.strength, rotation.halfLifeS];
  const e = exploration && [exploration.share, exploration.items, exploration.seed ?? ''];
  // What is absent is not written.
  const written = { s, f, b, d, p, x, c, r, e, k: pairOf(catalogue), o: pairOf(own) };
  const text = JSON.stringify(written);
  const bytes = Buffer.byteLength(text);
  if (bytes <= answerRulesBytesMax) return text;
  throw new RepriseError(
    'INVALID',
    `the rules of an answer have ${String(answerRulesBytesMax)} bytes at most, for its id holds them: these have ${String(bytes)}`,
    { field: s === undefined ? 'filter' : 'scenario' },
  );
}

/** Reads what {@link encodeRules} wrote. */
export function decodeRules(text: string): AnsweredRules {
  const { s, f, b, d, p, x, c, r, e, k, o } = JSON.parse(text) as Written;
  return {
    rules: {
      ...(s !== undefined && { scenario: s }),
      ...(f !== undefined && { filter: new Expression('filter', f) }),
      ...(b !== undefined && { boost: new Expression('boost', b) }),
      ...{ context: c ?? {}, diversity: d ?? 0, pinned: p ?? [], blocked: x ?? [] },
      ...(r !== undefined && { rotation: { strength: r[0], halfLifeS: r[1] } }),
      ...(e !== undefined && { exploration: { share: e[0], items: e[1], seed: e[2] } }),
    },
    catalogue: placeOf(k),
    ...(o !== undefined && { own: placeOf(o) }),
  };
}

function pairOf({ partition, sequence: at }: Position): Written['k'] {
  return [partition, at];
}

function placeOf([partition, at]: Written['k']): Position {
  return { partition, sequence: sequence(at) };
}

/** What the expressions look at of the context, as far as it was said. */
function lookedAt({ filter, boost, context }: AskedRules): ContextValues {
  const names = [filter, boost].flatMap((one) => one?.names('context') ?? []).sort();
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = Object.hasOwn(context, name) ? context[name] : undefined;
      return value === undefined ? [] : [[name, value]];
    }),
  );
}
