import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  ATTRIBUTE_UNITS_MAX,
  attributesOf,
  ITEM_ATTRIBUTES_MAX,
} from '../../model/item-attributes.ts';

test('texts and texts of lists are attributes, under their fields', () => {
  const metadata = {
    genre: 'jazz',
    tags: ['live', 'calm', 'live', 7, null],
    year: 1959,
    album: '',
  };
  assert.deepEqual(attributesOf(metadata), ['genre=jazz', 'tags=live', 'tags=calm']);
});

test('what names the item, what is long and what is withdrawn is none', () => {
  const long = 'x'.repeat(ATTRIBUTE_UNITS_MAX);
  const metadata = { title: 'So', name: 'So', description: 'So', mood: long, other: `${long}x` };
  assert.deepEqual(attributesOf(metadata), [`mood=${long}`]);
  assert.deepEqual(attributesOf(null), []);
});

test('attributes past the bound are left out', () => {
  const tags = Array.from({ length: ITEM_ATTRIBUTES_MAX + 5 }, (_, at) => `tag ${String(at)}`);
  const attributes = attributesOf({ tags });
  assert.equal(attributes.length, ITEM_ATTRIBUTES_MAX);
  assert.equal(attributes.at(-1), `tags=tag ${String(ITEM_ATTRIBUTES_MAX - 1)}`);
});
