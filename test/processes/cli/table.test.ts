import assert from 'node:assert/strict';
import { test } from 'node:test';

import { grouped, pairs, table } from '../../../processes/cli/table.ts';

test('columns are as wide as their widest cell, numbers stand to the right', () => {
  assert.deepEqual(
    table(
      ['#', 'title'],
      [
        ['1', 'Été'],
        ['10', 'A'],
      ],
    ),
    [' #  title', ' 1  Été', '10  A'],
  );
});

test('a table without rows is its header', () => {
  assert.deepEqual(table(['a', 'b'], []), ['a  b']);
});

test('names and values stand under each other', () => {
  assert.deepEqual(
    pairs([
      ['a', '1'],
      ['long', ''],
    ]),
    ['a     1', 'long'],
  );
});

test('thousands are set apart', () => {
  assert.equal(grouped(1_234_567), '1,234,567');
});
