import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Sequence } from '../../../events/position.ts';
import type { ItemMetadata } from '../../../projections/items.ts';
import { NO_RULES } from '../../../projections/rules/asked-rules.ts';
import type { AskedRules } from '../../../projections/rules/asked-rules.ts';
import { Expression } from '../../../projections/rules/expression.ts';
import {
  RuleBook,
  ruleEvaluationsMax,
  ruleValuesMax,
} from '../../../projections/rules/rule-book.ts';
import type { RuleView } from '../../../projections/rules/rule-book.ts';
import { untilFound } from '../../../projections/rules/until-found.ts';

type Listener = (item: string, metadata: ItemMetadata | null) => void;

/** A catalogue that a test fills, and a book over it. */
class Shelf {
  readonly published = new Map<string, ItemMetadata>();
  readonly ids: string[] = [];
  readonly book: RuleBook;
  yields = 0;
  /** Called while the metadata are read, before each item. */
  whileReading: (item: string) => void = () => undefined;
  #listener: Listener = () => undefined;

  constructor() {
    this.book = new RuleBook({
      source: {
        all: () => this.#all(),
        onPublished: (listener) => {
          this.#listener = listener;
        },
      },
      yieldNow: () => {
        this.yields += 1;
        return Promise.resolve();
      },
      place: () => ({ partition: 0, sequence: 7 as Sequence }),
    });
  }

  publish(item: string, metadata: ItemMetadata | null): void {
    if (metadata === null) this.published.delete(item);
    else this.published.set(item, metadata);
    this.#listener(item, metadata);
  }

  /** Publishes items of these years and lists them. */
  fill(count: number, yearOf: (at: number) => number = (at) => at): void {
    for (let at = 0; at < count; at += 1) {
      this.published.set(`i${String(at)}`, { year: yearOf(at) });
      this.ids.push(`i${String(at)}`);
    }
  }

  ask(rules: AskedRules, ids: readonly string[] = this.ids): Promise<RuleView> {
    return untilFound(async () => {
      const view = this.book.view(rules, { events: 0, seenItems: 0 }, ids);
      return view instanceof Promise ? view : await Promise.resolve({ ...view });
    });
  }

  async *#all(): AsyncGenerator<readonly [string, ItemMetadata]> {
    for (const one of [...this.published]) {
      this.whileReading(one[0]);
      yield await Promise.resolve(one);
    }
  }
}

function filter(text: string): AskedRules {
  return { ...NO_RULES, filter: new Expression('filter', text) };
}

function left(view: RuleView, ids: readonly string[]): string[] {
  return ids.filter((_, place) => view.leftOut?.[place] === 0);
}

test('nothing is read before a rule asks, and everything once', async () => {
  const shelf = new Shelf();
  let read = 0;
  shelf.whileReading = () => {
    read += 1;
  };
  shelf.fill(100);
  assert.deepEqual(await shelf.ask({ ...NO_RULES, diversity: 1 }), {});
  assert.equal(read, 0);
  const view = await shelf.ask(filter('item.year >= 97'));
  assert.deepEqual(left(view, shelf.ids), ['i97', 'i98', 'i99']);
  assert.deepEqual([view.matching, view.undecided], [3, 0]);
  await shelf.ask(filter('item.year >= 98'));
  assert.equal(read, 100);
});

test('what is published while the rest is read is not read over', async () => {
  const shelf = new Shelf();
  shelf.fill(10);
  shelf.whileReading = (item) => {
    if (item === 'i1') shelf.publish('i5', { year: 1_000 });
    if (item === 'i2') shelf.publish('i7', null);
    if (item === 'i3') shelf.publish('new', { year: 2_000 });
  };
  shelf.ids.push('new');
  const view = await shelf.ask(filter('item.year > 8'));
  assert.deepEqual(left(view, shelf.ids), ['i5', 'i9', 'new']);
  assert.equal(view.undecided, 1, 'the withdrawn one has no year any more');
});

test('a reading that failed is tried again', async () => {
  const shelf = new Shelf();
  shelf.fill(10);
  shelf.whileReading = (item) => {
    if (item === 'i4') throw new Error('the store is away');
  };
  await assert.rejects(shelf.ask(filter('item.year > 8')), /the store is away/);
  shelf.publish('i0', { year: 50 });
  shelf.whileReading = () => undefined;
  assert.deepEqual(left(await shelf.ask(filter('item.year > 8')), shelf.ids), ['i0', 'i9']);
});

test('values follow what is published, few and many at a time, and lists that grow', async () => {
  const shelf = new Shelf();
  shelf.fill(20_000);
  const rules = filter('item.year == 1');
  assert.equal((await shelf.ask(rules)).matching, 1);
  for (const changes of [1, 200, 300, 4_000, 5_000, 19_000]) {
    for (let at = 2; at < 2 + changes; at += 1) shelf.publish(`i${String(at)}`, { year: 1 });
    assert.equal((await shelf.ask(rules)).matching, 1 + changes);
  }
  const other = shelf.ids.slice(0, 100);
  assert.equal((await shelf.ask(rules, other)).matching, 99);
  for (let at = 0; at < 10_000; at += 1) shelf.ids.push(`more-${String(at)}`);
  shelf.publish('more-9999', { year: 1 });
  const grown = await shelf.ask(rules);
  assert.deepEqual([grown.matching, grown.undecided], [19_002, 9_999]);
});

test('an evaluation lets other work in, and is done once for all who ask meanwhile', async () => {
  const shelf = new Shelf();
  shelf.fill(30_000);
  await shelf.ask(filter('item.year == 0'));
  const before = shelf.yields;
  await shelf.ask(filter('item.year == 2'));
  const once = shelf.yields - before;
  assert.ok(once > 10, String(once));
  const views = await Promise.all(
    Array.from({ length: 50 }, () => shelf.ask(filter('item.year == 3'))),
  );
  assert.ok(views.every(({ matching }) => matching === 1));
  assert.ok(shelf.yields - before < once * 3, String(shelf.yields - before));
});

test('evaluations at a time are bounded, and so is what is kept of them', async () => {
  const shelf = new Shelf();
  shelf.fill(30_000);
  await shelf.ask(filter('item.year == 0'));
  const many = await Promise.allSettled(
    Array.from({ length: ruleEvaluationsMax + 2 }, (_, at) =>
      shelf.ask(filter(`item.year == ${String(100 + at)}`)),
    ),
  );
  const refused = many.filter(({ status }) => status === 'rejected');
  assert.equal(refused.length, 2);
  assert.equal((refused[0] as { reason: { code: string } }).reason.code, 'BUSY');
  for (let at = 0; at < ruleValuesMax; at += 1) {
    await shelf.ask(filter(`item.year == ${String(at + 1)}`));
  }
  const before = shelf.yields;
  await shelf.ask(filter(`item.year == ${String(ruleValuesMax)}`));
  assert.equal(shelf.yields, before, 'the newest is kept');
  await shelf.ask(filter('item.year == 100'));
  assert.ok(shelf.yields > before, 'the oldest is not');
});

test('an expression that user and context tell apart has values of each', async () => {
  const shelf = new Shelf();
  shelf.fill(10);
  const one = new Expression('filter', 'item.year == context.year');
  const ask = (year: number): Promise<RuleView> =>
    shelf.ask({ ...NO_RULES, filter: one, context: { year } });
  assert.deepEqual(left(await ask(3), shelf.ids), ['i3']);
  assert.deepEqual(left(await ask(4), shelf.ids), ['i4']);
  assert.deepEqual(left(await ask(3), shelf.ids), ['i3']);
});
