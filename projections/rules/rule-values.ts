import type { Steps } from '../steps.ts';
import type { Expression, OuterValues } from './expression.ts';
import { ruleItemsMax } from './rule-items.ts';
import type { RuleItems } from './rule-items.ts';

/** Parts of expressions that are evaluated before other work is let in, a few milliseconds' worth. */
export const ruleStepPartsMax = 4_096;
/** Items that an answer may evaluate itself, where they changed or came since the rest was evaluated. */
export const ruleCatchUpItemsMax = 256;

/** About how many characters of an expression make a part of it. */
const CHARS_A_PART = 4;

/** What one expression says of every item, kept up as items come and change. */
export class RuleValues {
  readonly #items: RuleItems;
  readonly #expression: Expression;
  readonly #outer: OuterValues;
  #values = new Float32Array(64);
  #count = 0;
  #changes = 0;
  #version = 0;

  constructor(items: RuleItems, expression: Expression, outer: OuterValues) {
    this.#items = items;
    this.#expression = expression;
    this.#outer = outer;
  }

  /** Counts the changes of what was evaluated before: what was derived from it knows by this when it is stale. */
  get version(): number {
    return this.#version;
  }

  /** The value of an item, by its number; NaN where it has none. */
  at(number: number): number {
    return this.#values[number] ?? NaN;
  }

  /** Takes in what changed, where that is little; false where {@link evaluate} has to. */
  catchUp(): boolean {
    const changed = this.#items.changes.since(this.#changes);
    if (changed === undefined) return false;
    const behind = this.#items.count - this.#count + changed;
    if (behind > ruleCatchUpItemsMax) return false;
    this.#takeChanges(changed);
    this.#fit();
    while (this.#count < this.#items.count) this.#evaluateNext();
    return true;
  }

  /** Evaluates what is not evaluated yet, in steps; a second walk meanwhile goes on where the first one stands. */
  *evaluate(): Steps {
    const rows = Math.max(1, Math.floor(ruleStepPartsMax / this.#parts));
    const { changes } = this.#items;
    const changed = changes.since(this.#changes);
    if (changed === undefined) this.#startOver();
    else this.#takeChanges(changed);
    let evaluated = 0;
    while (this.#count < this.#items.count) {
      this.#fit();
      this.#evaluateNext();
      evaluated += 1;
      if (evaluated % rows === 0) yield;
    }
  }

  get #parts(): number {
    return Math.ceil(this.#expression.text.length / CHARS_A_PART);
  }

  #startOver(): void {
    this.#changes = this.#items.changes.count;
    this.#count = 0;
    this.#version += 1;
  }

  #takeChanges(changed: number): void {
    const { changes } = this.#items;
    for (let ago = changed; ago > 0; ago -= 1) {
      const number = changes.row(ago);
      if (number < this.#count) this.#evaluateAt(number);
    }
    if (changed > 0) this.#version += 1;
    this.#changes = changes.count;
  }

  #evaluateNext(): void {
    this.#evaluateAt(this.#count);
    this.#count += 1;
  }

  #evaluateAt(number: number): void {
    this.#values[number] = this.#expression.valueOf(this.#items.item(number), this.#outer);
  }

  #fit(): void {
    const { count } = this.#items;
    if (count <= this.#values.length) return;
    const values = new Float32Array(Math.min(ruleItemsMax, Math.ceil(count * 1.25)));
    values.set(this.#values);
    this.#values = values;
  }
}
