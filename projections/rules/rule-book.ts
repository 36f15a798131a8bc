import { RepriseError } from '../../events/error.ts';
import type { Position } from '../../events/position.ts';
import { atOnce, yielding } from '../steps.ts';
import type { AskedRules } from './asked-rules.ts';
import type { Expression, OuterValues, UserValues } from './expression.ts';
import { RuleColumn, ruleColumnGrowthMax } from './rule-column.ts';
import { RuleItems } from './rule-items.ts';
import type { PublishedSource } from './rule-items.ts';
import { RuleValues } from './rule-values.ts';
import type { Settling } from './until-found.ts';

/** Expressions whose values are kept, for as many users and contexts as tell them apart: the one asked last longest. */
export const ruleValuesMax = 32;
/** Expressions that are evaluated over all items at a time. */
export const ruleEvaluationsMax = 4;
/** Names of fields that a refusal lists. */
const NAMES_TOLD_MAX = 20;

/** What rules are evaluated from. */
export interface RuleBookDeps {
  readonly source: PublishedSource;
  readonly yieldNow: () => Promise<void>;
  /** Up to where publications are known. */
  readonly place: () => Position;
  /** True where a field may be named that no item has: of the past it is not known which fields items had before. */
  readonly takesUnknown?: boolean;
}

/** What rules say of a list of items, by place. Views that the next question may change. */
export interface RuleView {
  /** 1 where the filter leaves an item out. */
  readonly leftOut?: Uint8Array;
  /** How many items the filter holds for. */
  readonly matching?: number;
  /** Items for which the filter has no value. */
  readonly undecided?: number;
  /** By what a score is multiplied. */
  readonly factors?: Float32Array;
}

interface Kept {
  readonly values: RuleValues;
  readonly columns: WeakMap<readonly string[], RuleColumn>;
  underWay: Settling | undefined;
}

/** What filters and boosts say of all items: each is evaluated once over all of them and kept up from then on. */
export class RuleBook {
  readonly #deps: RuleBookDeps;
  readonly #items: RuleItems;
  readonly #kept = new Map<string, Kept>();
  #evaluations = 0;

  constructor(deps: RuleBookDeps) {
    this.#deps = deps;
    this.#items = new RuleItems(deps.source, deps.yieldNow);
  }

  /** The items that rules are asked about, with their metadata. */
  get items(): RuleItems {
    return this.#items;
  }

  /** Up to where publications are known. */
  get place(): Position {
    return this.#deps.place();
  }

  /**
   * What rules say of a list of ids, which may only grow; a promise to wait for and ask again where that takes longer.
   * Throws INVALID where a field is named that no item has, and BUSY where too much is evaluated already.
   */
  view(rules: AskedRules, user: UserValues, ids: readonly string[]): RuleView | Settling {
    if (rules.filter === undefined && rules.boost === undefined) return {};
    const loading = this.#items.load();
    if (loading !== undefined) return loading;
    const outer = { user, context: rules.context };
    const filter = this.#column(rules.filter, outer, ids);
    if (filter instanceof Promise) return filter;
    const boost = this.#column(rules.boost, outer, ids);
    if (boost instanceof Promise) return boost;
    return {
      ...(filter !== undefined && {
        leftOut: filter.leftOut,
        matching: filter.matching,
        undecided: filter.undecided,
      }),
      ...(boost !== undefined && { factors: boost.factors }),
    };
  }

  #column(
    expression: Expression | undefined,
    outer: OuterValues,
    ids: readonly string[],
  ): RuleColumn | Settling | undefined {
    if (expression === undefined) return undefined;
    const kept = this.#keptOf(expression, outer);
    const column = kept.columns.get(ids) ?? new RuleColumn(expression.kind);
    const numbered = this.#items.numbers(ids).length;
    if (ids.length - numbered > ruleColumnGrowthMax || !kept.values.catchUp()) {
      return this.#evaluated(kept, ids);
    }
    atOnce(this.#items.number(ids));
    if (!kept.values.catchUp()) return this.#evaluated(kept, ids);
    column.follow(kept.values, this.#items.numbers(ids));
    kept.columns.set(ids, column);
    return column;
  }

  #keptOf(expression: Expression, outer: OuterValues): Kept {
    const key = JSON.stringify([expression.kind, expression.text, expression.outerKey(outer)]);
    const known = this.#kept.get(key);
    if (known !== undefined) {
      this.#kept.delete(key);
      this.#kept.set(key, known);
      return known;
    }
    this.#refuseUnknown(expression);
    const made: Kept = {
      values: new RuleValues(this.#items, expression, outer),
      columns: new WeakMap(),
      underWay: undefined,
    };
    const [oldest] = this.#kept.keys();
    if (this.#kept.size >= ruleValuesMax && oldest !== undefined) this.#kept.delete(oldest);
    this.#kept.set(key, made);
    return made;
  }

  #refuseUnknown(expression: Expression): void {
    if (this.#deps.takesUnknown === true) return;
    const name = expression.unknown('item', (one) => this.#items.hasField(one));
    if (name === undefined) return;
    const known = [...this.#items.fields].sort();
    const told = known.slice(0, NAMES_TOLD_MAX).join(', ');
    const more =
      known.length > NAMES_TOLD_MAX ? ` and ${String(known.length - NAMES_TOLD_MAX)} more` : '';
    const at = expression.placeOf('item', name);
    throw new RepriseError(
      'INVALID',
      `${expression.kind} names item.${name} at character ${String(at)}, which no item has: there are ${told}${more}`,
      { field: expression.kind },
    );
  }

  /** Evaluates over all items in steps, once for all who ask meanwhile. */
  #evaluated(kept: Kept, ids: readonly string[]): Settling {
    if (kept.underWay !== undefined) return kept.underWay;
    if (this.#evaluations >= ruleEvaluationsMax) {
      throw new RepriseError(
        'BUSY',
        `${String(ruleEvaluationsMax)} expressions are being evaluated over all items: try again`,
      );
    }
    this.#evaluations += 1;
    kept.underWay = this.#evaluate(kept, ids).finally(() => {
      this.#evaluations -= 1;
      kept.underWay = undefined;
    });
    return kept.underWay;
  }

  async #evaluate(kept: Kept, ids: readonly string[]): Settling {
    const { yieldNow } = this.#deps;
    await yielding(this.#items.number(ids), yieldNow);
    await yielding(kept.values.evaluate(), yieldNow);
    return undefined;
  }
}
