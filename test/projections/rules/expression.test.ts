import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  boostMax,
  Expression,
  expressionCharsMax,
  expressionDepthMax,
  expressionPartsMax,
} from '../../../projections/rules/expression.ts';
import type { ItemValues, OuterValues } from '../../../projections/rules/expression.ts';

const SONG: ItemValues = {
  ...{ id: 'blue', title: 'Blue', genre: 'jazz', year: 1991, price: 2.5, live: true, note: null },
  ...{ tags: ['calm', 'late'], label: { name: 'Verve' } },
};
const OUTER: OuterValues = {
  user: { events: 3, seenItems: 2 },
  context: { hour: 22, device: 'phone' },
};

function check(text: string, expected: number): void {
  const value = new Expression('filter', text).valueOf(SONG, OUTER);
  assert.deepEqual(value, expected, text);
}

function refused(kind: 'filter' | 'boost', text: string): { message: string; at: number } {
  try {
    new Expression(kind, text);
  } catch (error) {
    return error as { message: string; at: number };
  }
  throw new Error(`${text.slice(0, 80)} was taken`);
}

test('a filter holds, does not hold, or has no value for an item', () => {
  check('item.genre == "jazz" && item.year > 1990', 1);
  check('item.genre == "rock"', 0);
  check('item.year == 1991', 1);
  check('item.year in [1990, 1991]', 1);
  check('item["genre"] in ["jazz", "soul"]', 1);
  check('item.price * 2.0 == 5.0', 1);
  check('"late" in item.tags && size(item.tags) == 2', 1);
  check('item.label.name.startsWith("Ver")', 1);
  check('item.title.lowerAscii().contains("blu")', 1);
  check('item.note == null', 1);
  check('item.live', 1);
  check('item.id == "blue"', 1);
  check('user.events < 10 && context.device == "phone"', 1);
  check('context.hour >= 23', 0);
  check('item.mood == "calm"', NaN);
  check('item.genre > 3', NaN);
  check('item.title', NaN);
});

test('what an item lacks decides only where nothing else does', () => {
  check('!has(item.mood)', 1);
  check('has(item.mood) && item.mood == "calm"', 0);
  check('item.mood == "calm" || item.year > 1990', 1);
  check('item.year < 1990 && item.mood == "calm"', NaN);
  check('!(item.mood == "calm" && item.year < 1990)', 1);
  check('(item.year > 1990 ? "new" : item.mood) == "new"', 1);
});

test('a boost is a factor within its bounds, whatever kind of number it is', () => {
  const factor = (text: string): number => new Expression('boost', text).valueOf(SONG, OUTER);
  assert.equal(factor('item.genre == "jazz" ? 2.0 : 1.0'), 2);
  assert.equal(factor('item.genre == "rock" ? 2 : 1'), 1);
  assert.equal(factor('item.price'), 2.5);
  assert.equal(factor('-1'), 1 / boostMax);
  assert.equal(factor('1000000000'), boostMax);
  assert.equal(factor('0.0 / 0.0'), NaN);
  assert.equal(factor('item.genre'), NaN);
  assert.equal(factor('item.mood == "calm" ? 2.0 : 1.0'), NaN);
});

test('what is no expression of CEL is refused where it goes wrong', () => {
  for (const [text, at] of [
    ['item.genre == ', 14],
    ['item.genre = "jazz"', 11],
    ['"open', 0],
    ['', 0],
    ['item.year > 1990 &&& true', 19],
  ] as const) {
    const { message, at: where } = refused('filter', text);
    assert.match(message, /^is no expression of CEL: /, text);
    assert.equal(where, at, text);
  }
});

test('what costs without bound, or is not known, is refused with what there is', () => {
  const reasons = [
    ['song.genre == "jazz"', 0, 'does not know song: there are item, user, context'],
    ['item.genre.matches("(a+)+$")', 0, /^does not know matches\(\): there are contains, /],
    ['item.tags.exists(tag, tag == "late")', 0, /^does not know exists\(\)/],
    ['item.tags.map(tag, tag).size() > 0', 0, /^does not know map\(\)/],
    ['timestamp("2026-01-01T00:00:00Z") != null', 0, /^does not know timestamp\(\)/],
    ['size(item) > 3', 5, 'names item as a whole: name a field of it, such as item.id'],
    ['item[context.device] == 1', 5, /^names context.device|^names item as a whole/],
    ['{"a": 1}.a == 1', 0, /Map/],
  ] as const;
  for (const [text, , reason] of reasons) {
    const { message, at } = refused('filter', text);
    if (typeof reason === 'string') assert.equal(message, reason, text);
    else assert.match(message, reason, text);
    assert.ok(at >= 0 && at <= text.length, text);
  }
});

test('an expression says what it is there to say', () => {
  assert.match(refused('filter', 'item.year + 1').message, /^is of type int: it has to say true/);
  assert.match(refused('boost', 'item.year > 1990').message, /^is of type bool: it has to say a n/);
  assert.match(refused('boost', 'true ? 2 : 1.5').message, /same type/);
});

test('length, parts and depth are bounded', () => {
  assert.match(
    refused('filter', `"${'x'.repeat(expressionCharsMax)}" == ""`).message,
    /characters/,
  );
  const wide = `true${' && true'.repeat(expressionPartsMax / 2)}`.slice(0, expressionCharsMax - 3);
  assert.match(refused('filter', `${'!'.repeat(600)}true`).message, /Exceeded|CEL/);
  assert.match(refused('filter', `${'('.repeat(expressionDepthMax + 1)}true`).message, /Exceeded/);
  assert.ok(new Expression('filter', wide.slice(0, wide.lastIndexOf(' && '))).text.length > 900);
});

test('names are told from those that has allows for', () => {
  const one = new Expression('filter', 'has(item.mood) && item.mood == "x" && item.genre == "y"');
  assert.deepEqual(one.names('item'), ['mood', 'genre']);
  assert.equal(
    one.unknown('item', (name) => name === 'genre'),
    undefined,
  );
  assert.equal(
    one.unknown('item', () => false),
    'genre',
  );
  assert.equal(one.placeOf('item', 'genre'), 38);
});

test('user and context count by what their parts come to', () => {
  const one = new Expression('filter', 'user.events < 10 ? item.year > 1990 : item.year > 1950');
  const key = (events: number): string =>
    one.outerKey({ ...OUTER, user: { events, seenItems: 0 } });
  assert.equal(key(3), key(9));
  assert.notEqual(key(9), key(10));
  assert.equal(new Expression('filter', 'item.year > 1990').outerKey(OUTER), '');
  const same = new Expression('filter', 'item.genre == context.device');
  const device = (value: string | number): string =>
    same.outerKey({ ...OUTER, context: { device: value } });
  assert.notEqual(device('1'), device(1));
  assert.notEqual(device('1'), same.outerKey({ ...OUTER, context: {} }));
});

test('the same key means the same value for every item', () => {
  const outer = fc.record({
    user: fc.record({ events: fc.nat(4), seenItems: fc.nat(2) }),
    context: fc.record({ x: fc.oneof(fc.constantFrom('a', 'b'), fc.nat(2)) }, { requiredKeys: [] }),
  });
  const texts = [
    'user.events > 1 && item.year > 1990',
    'context.x == item.genre || user.seenItems == 1',
    'has(context.x) ? item.year > 1990 : user.events == 0',
    'item.genre == "a" ? context.x == "a" : context.x == 1',
  ];
  const expressions = texts.map((text) => new Expression('filter', text));
  fc.assert(
    fc.property(
      outer,
      outer,
      fc.constantFrom('a', 'b'),
      fc.constantFrom(1980, 2000),
      (...given) => {
        const [first, second, genre, year] = given;
        for (const one of expressions) {
          if (one.outerKey(first) !== one.outerKey(second)) continue;
          const item = { id: 'i', genre, year };
          assert.deepEqual(one.valueOf(item, first), one.valueOf(item, second), one.text);
        }
      },
    ),
  );
});
