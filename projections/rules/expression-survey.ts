import type { ASTNode } from '@marcbachmann/cel-js';

/** Where an expression may look, by what it is called there. */
export const EXPRESSION_ROOTS = ['item', 'user', 'context'] as const;

/** One of {@link EXPRESSION_ROOTS}. */
export type ExpressionRoot = (typeof EXPRESSION_ROOTS)[number];

/** Functions of one item's fields whose cost is bounded by the length of what they read. */
const FUNCTIONS = ['has', 'size', 'int', 'double', 'string'];

/** Methods of the same kind. Patterns are left out, for one may cost without bound; so is every loop. */
const METHODS = ['contains', 'startsWith', 'endsWith', 'size', 'lowerAscii', 'upperAscii', 'trim'];

/** An expression that can't be taken: why, and at which character, from 0. */
export class ExpressionRefused extends Error {
  readonly at: number;

  constructor(reason: string, at: number) {
    super(reason);
    this.name = 'ExpressionRefused';
    this.at = at;
  }
}

/** A field that an expression names, at the first place where it does. */
export interface NamedField {
  readonly at: number;
  /** Whether it is looked at wherever `has` allows for its absence, too. */
  readonly isGuarded: boolean;
}

/** What an expression looks at. */
export interface ExpressionSurvey {
  readonly fields: Readonly<Record<ExpressionRoot, ReadonlyMap<string, NamedField>>>;
  /** Fields of the item without which the whole has no value. */
  readonly needed: readonly string[];
  /** The greatest parts that name no item, as they are written: they say the same of all items. */
  readonly outerParts: readonly string[];
}

/** What a part of an expression looks at. */
interface Looks {
  readonly item: boolean;
  /** At the user or the context. */
  readonly outside: boolean;
}

/** Looks through an expression; throws {@link ExpressionRefused} for what is not taken. */
export function surveyExpression(root: ASTNode): ExpressionSurvey {
  const survey = new Survey();
  const looks = survey.visit(root);
  if (looks.outside && !looks.item) survey.outerParts.push(textOf(root));
  return {
    fields: survey.fields,
    needed: [...new Set(neededOf(root))].filter((name) => !survey.allowsFor(name)),
    outerParts: survey.outerParts,
  };
}

class Survey {
  readonly fields: Record<ExpressionRoot, Map<string, NamedField>> = {
    item: new Map(),
    user: new Map(),
    context: new Map(),
  };
  readonly outerParts: string[] = [];
  #isGuarding = false;

  /** Whether the expression asks somewhere whether items have a field. */
  allowsFor(name: string): boolean {
    return this.fields.item.get(name)?.isGuarded === true;
  }

  visit(node: ASTNode): Looks {
    const named = namedBy(node);
    if (named !== undefined) return this.#name(named.root, named.field, node.start);
    if (node.op === 'id') throw refusedName(node.args, node.start);
    if (node.op === 'call') {
      refuseUnless(FUNCTIONS, node.args[0], node.start);
      if (node.args[0] === 'has') return this.#guard(node.args[1]);
    }
    if (node.op === 'rcall') refuseUnless(METHODS, node.args[0], node.start);
    return this.#all(partsOf(node));
  }

  #all(parts: readonly ASTNode[]): Looks {
    const looks = parts.map((part) => this.visit(part));
    const item = looks.some((one) => one.item);
    const outside = looks.some((one) => one.outside);
    if (!item) return { item, outside };
    for (const [at, part] of parts.entries()) {
      const one = looks[at];
      if (one?.outside === true && !one.item) this.outerParts.push(textOf(part));
    }
    return { item, outside };
  }

  #guard(parts: readonly ASTNode[]): Looks {
    this.#isGuarding = true;
    const looks = this.#all(parts);
    this.#isGuarding = false;
    return looks;
  }

  #name(root: ExpressionRoot, field: string, at: number): Looks {
    const before = this.fields[root].get(field);
    const isGuarded = this.#isGuarding || before?.isGuarded === true;
    this.fields[root].set(field, { at: before?.at ?? at, isGuarded });
    return { item: root === 'item', outside: root !== 'item' };
  }
}

/** The fields of the item without which a whole conjunction holds for no item. */
function neededOf(node: ASTNode): readonly string[] {
  if (node.op === '&&') return node.args.flatMap(neededOf);
  return strictOf(node);
}

/** The fields of the item that are read whatever else holds. */
function strictOf(node: ASTNode): readonly string[] {
  const named = namedBy(node);
  if (named !== undefined) return named.root === 'item' ? [named.field] : [];
  // Either side of these may be left without a value, and `has` asks for just that.
  if (node.op === '&&' || node.op === '||') return [];
  if (node.op === 'call' && node.args[0] === 'has') return [];
  if (node.op === '?:') return strictOf(node.args[0]);
  return partsOf(node).flatMap(strictOf);
}

/** The field that a part names: `item.genre`, or `item["genre"]`. */
function namedBy(
  node: ASTNode,
): { readonly root: ExpressionRoot; readonly field: string } | undefined {
  if (node.op !== '.' && node.op !== '[]') return undefined;
  const [of, name] = node.args;
  const root = of.op === 'id' ? EXPRESSION_ROOTS.find((one) => one === of.args) : undefined;
  if (root === undefined) return undefined;
  if (typeof name === 'string') return { root, field: name };
  return name.op === 'value' && typeof name.args === 'string'
    ? { root, field: name.args }
    : undefined;
}

function partsOf(node: ASTNode): readonly ASTNode[] {
  switch (node.op) {
    case 'value':
    case 'id':
      return [];
    case '.':
      return [node.args[0]];
    case 'call':
      return node.args[1];
    case 'rcall':
      return [node.args[1], ...node.args[2]];
    case 'list':
      return node.args;
    case '!_':
    case '-_':
      return [node.args];
    case 'map':
    case '.?':
    case '[?]':
      throw new ExpressionRefused('takes no maps and no optional fields', node.start);
    default:
      return node.args;
  }
}

function refuseUnless(known: readonly string[], name: string, at: number): void {
  if (known.includes(name)) return;
  throw new ExpressionRefused(`does not know ${name}(): there are ${known.join(', ')}`, at);
}

function refusedName(name: string, start: number): ExpressionRefused {
  const isRoot = EXPRESSION_ROOTS.some((root) => root === name);
  const reason = isRoot
    ? `names ${name} as a whole: name a field of it, such as ${name}.id`
    : `does not know ${name}: there are ${EXPRESSION_ROOTS.join(', ')}`;
  return new ExpressionRefused(reason, start);
}

function textOf({ input, start, end }: ASTNode): string {
  return input.slice(start, end);
}
